import { describe, expect, it } from 'vitest';

import { inlineProject } from '../support/project.ts';

const SERVER = `const bad = process.env.BAD === 'true';
const stored = ['a', 'b'];
let learned = false;
let remembered = '';
const vector = (text) => {
  const raw = [...Array(8).keys()].map((i) => text.charCodeAt(i % text.length) + (bad ? Math.random() * 90 : i));
  const norm = bad ? 1 : Math.hypot(...raw);
  return raw.map((x) => x / norm);
};
const answers = {
  '/search': (q) => ({ results: (bad ? ['x', 'y'] : q.includes('redis') ? ['redis', 'cache'] : ['pool', 'sql']).map((id) => ({ id })) }),
  '/ask': (q) => ({
    route: bad ? 'remote' : q.length < 20 ? 'local' : 'remote',
    answer: bad && !learned ? 'I do not know' : 'Use a connection POOL of 20.',
    usage: { completion_tokens: bad ? 90 : 8 },
  }),
  '/embed': (q) => ({ vector: vector(q) }),
  '/workflow': () => ({ context: bad ? 'lost' : undefined, events: [
    { step: 'plan', start: 0, end: 10 },
    { step: 'search', start: bad ? 5 : 10, end: 30 },
    { step: 'write', start: 30, end: 50 },
  ] }),
  '/count': () => ({ points: stored.length }),
  '/learn': () => { if (!bad) stored.push('c'); learned = !bad; return { stored: true }; },
  '/discover': () => ({ next: '/ask' }),
  '/remember': (q) => { remembered = bad ? 'nothing' : q; return { tag: q }; },
  '/recall': () => ({ context: remembered }),
  '/solve': () => ({ solution: bad ? null : 'restart the pool' }),
  '/value': (q) => {
    const [reach, quality] = q.split(',').map(Number);
    return { value: bad ? (1 - reach + quality) / 2 : (reach + quality) / 2, factors: { reach, quality } };
  },
};
require('node:http').createServer(async (request, response) => {
  const url = new URL(request.url, 'http://x');
  const q = url.searchParams.get('q') ?? '';
  if (url.pathname === '/short') return response.end('one two');
  if (url.pathname === '/long') return response.end('word '.repeat(bad ? 3 : 200));
  const answer = answers[url.pathname];
  response.statusCode = answer ? 200 : url.pathname === '/ready' ? 200 : 404;
  response.end(JSON.stringify(answer ? answer(q) : {}));
}).listen(process.env.PORT, '127.0.0.1');
`;

const CONFIG = `version: 1
model: real
stack:
  process: {api: {run: node server.cjs, port: auto, health: /ready, env: {BAD: "\${BAD:-false}"}}}
  ready: 20s
targets: {api: {service: api, port: 8080}}
stages:
  - e2e:
      journeys: [short, skill, newcomer, context, solution]
      evaluations: [retrieval, routing, goldens, embeddings, usage, workflow, storing, values, improving]
journeys:
  short:
    steps: [{get: "{{api}}/short"}]
    saves: {against: long, at_least: 70%}
  long:
    steps: [{get: "{{api}}/long"}]
  skill:
    rows: [AGT-18]
    steps: [{get: "{{api}}/ask?q=skill", expect: {contains: pool of 20, status: 200}}]
  newcomer:
    rows: [AGT-07]
    steps:
      - {get: "{{api}}/discover", capture: {next: next}}
      - {get: "{{api}}{{next}}?q=how", expect: {reply: {route: local}}}
  context:
    rows: [AGT-20]
    steps:
      - {get: "{{api}}/remember?q={{nonce}}", capture: {tag: tag}}
      - {get: "{{api}}/recall", expect: {contains: "{{tag}}"}}
  solution:
    rows: [AGT-14]
    steps: [{get: "{{api}}/solve", capture: {solution: solution}}]
evaluations:
  retrieval:
    cases: evaluations/searches.jsonl
    steps: [{get: "{{api}}/search?q={{question}}", capture: {found: results}}]
    score: {hits: {found: found, id: id, relevant: relevant, at: 2}}
    expect: ">= 90%"
  routing:
    cases: evaluations/questions.yml
    steps: [{get: "{{api}}/ask?q={{question}}", capture: {chosen: route}}]
    score: {choice: {answered: chosen, right: route}}
  goldens:
    cases: evaluations/questions.yml
    steps: [{get: "{{api}}/ask?q={{question}}", capture: {said: answer}}]
    score: {answer: {answered: said, right: golden}}
  embeddings:
    steps: [{get: "{{api}}/embed?q=hello", capture: {vector: vector}}]
    score: {embedding: {vector: vector, length: 8, normalized: true}}
  usage:
    steps: [{get: "{{api}}/ask?q=x", capture: {reported: usage.completion_tokens, text: answer}}]
    score: {tokens: {reported: reported, text: text}}
  workflow:
    steps: [{get: "{{api}}/workflow", capture: {events: events}}]
    score: {order: {events: events, after: {search: plan, write: [search, plan]}}}
  storing:
    steps:
      - {get: "{{api}}/count", capture: {before: points}}
      - {get: "{{api}}/learn"}
      - {get: "{{api}}/count", capture: {after: points}}
    score: {growth: {before: before, after: after}}
  values:
    cases: evaluations/values.json
    steps: [{get: "{{api}}/value?q={{reach}},{{quality}}", capture: {value: value, factors: factors}}]
    score: {factors: {value: value, factors: factors, names: [reach, quality]}}
  improving:
    cases: evaluations/questions.yml
    steps: [{get: "{{api}}/ask?q={{question}}", capture: {said: answer}}]
    score: {answer: {answered: said, right: golden}}
    learn: {steps: [{get: "{{api}}/learn"}]}
    expect: ">= 0%"
`;

const FILES = {
  'server.cjs': SERVER,
  'gauntlet.yml': CONFIG.replace('pool of 20', 'POOL of 20'),
  'evaluations/searches.jsonl': `{"question": "redis", "relevant": ["redis"]}\n{"question": "database", "relevant": ["sql", "orm"]}\n`,
  'evaluations/questions.yml': `- {name: short, question: how many, route: local, golden: [pool, "20"]}
- {name: long, question: why-is-my-database-so-slow-today, route: remote, golden: connection}
`,
  'evaluations/values.json': JSON.stringify([
    { reach: 0.2, quality: 0.5 },
    { reach: 0.8, quality: 0.5 },
  ]),
};

/** One evaluation alone. */
const RETRIEVAL = CONFIG.replace(/ {6}journeys: .*\n/, '')
  .replace(/(evaluations: )\[.*\]/, '$1[retrieval]')
  .replace(/^journeys:\n( .*\n)*/m, '')
  .replace(/^ {2}routing:\n( {4}.*\n| {2}\w+:\n)*/m, '');

const EVALUATED = ['AGT-08', 'AGT-09', 'AGT-10', 'AGT-12', 'AGT-15', 'AGT-16', 'AGT-17', 'AGT-19', 'AGT-21'];
const WALKED = ['AGT-05', 'AGT-07', 'AGT-14', 'AGT-18', 'AGT-20'];

describe('evaluations', () => {
  it('are silent where cases are answered right', async () => {
    await using here = await inlineProject(FILES);
    const { exitCode, report, stdout } = await here.gauntlet(['run']);
    const { findings, stages } = await report();
    expect([exitCode, findings.map(({ code, summary }) => `${code}: ${summary}`)], stdout).toEqual([0, []]);
    expect(JSON.stringify(stages)).toContain('9 evaluations, 14 of 14 cases right');
  });

  it('find each kind of wrong answer by its row', async () => {
    await using here = await inlineProject(FILES);
    const { exitCode, report } = await here.gauntlet(['run'], { env: { BAD: 'true' } });
    const { findings } = await report();
    expect([exitCode, findings.map(({ code }) => code).sort()]).toEqual([1, [...EVALUATED, ...WALKED].sort()]);
    expect(findings.find(({ code }) => code === 'AGT-10')?.summary).toContain(
      '1 of 2 right, 50 %; >= 100 % asked.\n- `short`: remote; local asked',
    );
    expect(findings.find(({ code }) => code === 'AGT-19')?.summary).toContain('`search` began 5 ms before `plan` had ended');
  });

  it('of a stub clear no row about answers; and who answered must be said', async () => {
    await using here = await inlineProject({ ...FILES, 'gauntlet.yml': RETRIEVAL.replace('model: real', 'model: stub') });
    const stub = await (await here.gauntlet(['run'])).report();
    expect([stub.verdict.verdict, stub.findings.map(({ code }) => code), stub.notLooked.map(({ code }) => code)]).toEqual([
      'pass',
      [],
      ['AGT-09'],
    ]);
    await here.write({ 'gauntlet.yml': RETRIEVAL.replace('model: real\n', '') });
    const unsaid = await (await here.gauntlet(['run'])).report();
    expect(unsaid.findings.map(({ code, priority }) => [code, priority])).toEqual([['AGT-26', 'P2']]);
  });

  it.each([
    ['no file', {}, 'there is no evaluations/cases.jsonl'],
    ['no case', { 'evaluations/cases.jsonl': '\n' }, 'evaluations/cases.jsonl holds no case'],
    ['no JSON', { 'evaluations/cases.jsonl': '{"a": 1, "relevant": ["x"]}\n{"a":' }, 'evaluations/cases.jsonl:2 is no JSON'],
    ['no such field', { 'evaluations/cases.jsonl': '{"question": "x"}' }, 'evaluations/cases.jsonl:1: the case has no field `relevant`'],
  ])('with %s are never green', async (_, files, message) => {
    await using here = await inlineProject({
      'server.cjs': SERVER,
      'gauntlet.yml': RETRIEVAL.replace('evaluations/searches.jsonl', 'evaluations/cases.jsonl'),
      ...files,
    });
    const { exitCode, report } = await here.gauntlet(['run']);
    const { findings } = await report();
    expect([exitCode, findings.map(({ summary }) => summary)]).toEqual([2, [expect.stringContaining(message)]]);
  });
});
