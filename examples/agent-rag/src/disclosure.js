// Progressive disclosure: who comes for the first time reads little, and more only where it is needed.
import { defect } from './defects.js';
import { text } from './fields.js';
import { HttpError, reply } from './service.js';
import { SKILLS } from './skills.js';

const PAGES = {
  asking: 'POST /ask with {"user", "question"} answers with the text, the ids of its sources and what it cost. Add "depth": "simple" when no figures are needed. Questions may have 2,000 characters. The same runs over the WebSocket /ws?user=NAME: send {"id", "ask"} and read one event for each agent that has ended (router, retriever, analyst, writer), then the answer.',
  waiting: 'POST /runs starts a question and answers at once with the id of the run. Its result is kept until its user takes it: send {"subscribe": RUN} over the WebSocket. A result is delivered once. Runs that nobody asks about are forgotten after a thousand others.',
  learning: 'POST /runs/ID/solution extracts what a run found out. POST /learn with {"question", "solution"} keeps it: the next time somebody asks the same, it is the answer, and the local model is enough. POST /feedback with {"user", "id", "vote"} (1 or -1) moves an item up or down for everybody; a user has one vote for an item.',
  value: 'POST /value weighs a solution by five factors between 0 and 1: reuse, novelty, complexity, confidence and impact. Keep what is worth more than one half. What is worth less is asked again more cheaply than it is stored, ranked and read.',
  searching: 'GET /search?q=WORDS answers with the best items and their scores, GET /knowledge with the number of items, GET /knowledge/ID with one of them. POST /embeddings gives the vector of a text: 256 numbers, of length 1.',
  limits: 'Every call needs the header x-api-key. 429 and 503 say in retry-after when to come again. Bodies may have 64 kB. An agent that works for longer opens a session with POST /sessions and ends it with DELETE /sessions/ID.',
};

const skillPage = ([name, { about, usage }]) => `${name}: ${about} ${usage}`;
const manual = () => [...Object.values(PAGES), ...Object.entries(SKILLS).map(skillPage)].join('\n\n');
const more = (pages) => pages.map((page) => PAGES[page]).join(' ');

function skillNamed(name) {
  if (!Object.hasOwn(SKILLS, name)) throw new HttpError(404, 'no_such_skill');
  return SKILLS[name];
}

export const disclosure = {
  'GET /health': () => (defect('chatty-health') ? { status: 'ok', parts: { model: 'ok', vectors: 'ok', analytics: 'ok', redis: 'ok', agents: 'ok' }, version: '1.0.0' } : { status: 'ok' }),
  'GET /discovery': () => ({
    does: 'answers questions and learns',
    ask: defect('dead-link') ? '/v0/ask' : '/ask',
    learn: '/learn',
    next: '/quickstart',
    ...(defect('chatty-discovery') ? { about: PAGES.value } : {}),
  }),
  'GET /quickstart': () => {
    if (defect('no-quickstart')) return reply({ status: 500, value: { error: 'internal' } });
    return reply({ text: `Send x-api-key. Ask: POST /ask {"user", "question"}. Teach: POST /learn {"question", "solution"}. Tools: GET /skills. All: GET /manual.${defect('chatty-quickstart') ? more(['asking', 'waiting']) : ''}` });
  },
  'GET /skills': () => ({ skills: Object.entries(SKILLS).map(([name, { about }]) => ({ name, about, ...(defect('chatty-skills') ? { docs: more(['searching', 'limits']) } : {}) })) }),
  'GET /skills/:name': ({ params }) => reply({ text: defect('whole-manual') ? manual() : skillPage([params.name, skillNamed(params.name)]) }),
  'GET /manual': () => reply({ text: manual() }),
  'POST /skills/:name': ({ params, body }) => ({ result: skillNamed(params.name).run(text(body.text, 'text')) }),
};
