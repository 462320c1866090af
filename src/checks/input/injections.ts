import type { Tried, Try } from '../../model/api-tries.ts';
import type { CheckContext } from '../contract.ts';
import { isServerError, isSuccess, nonce, send, type Answer } from '../openapi/call.ts';
import { tryOf, type Working } from '../openapi/tries.ts';
import { countOf, goodRequest, sendTwice, textPlaces, withValue, type Place } from './places.ts';

const PLACES = 3;
const SLEEP_S = 3;
/** 1337 × 7331: what only somebody who computes can answer. */
const PRODUCT = '9801547';
const PASSWD = /root:[^:\n]*:0:0:/;

interface Payload {
  readonly name: string;
  readonly value: (word: string) => unknown;
  readonly seen?: (text: string) => boolean;
}

const computed = (text: string): boolean => text.includes(PRODUCT);
const CANARIES: readonly Payload[] = [
  { name: 'a quote', value: (word) => `${word}'` },
  { name: 'a double quote', value: (word) => `${word}"` },
  { name: 'SQL', value: (word) => `${word}' UNION SELECT 1337*7331 -- `, seen: computed },
  { name: 'a template', value: (word) => `${word}{{1337*7331}}\${1337*7331}<%= 1337*7331 %>#{1337*7331}`, seen: computed },
  { name: 'a shell', value: (word) => `${word};echo $((1337*7331));\`expr 1337 \\* 7331\``, seen: computed },
  { name: 'a path', value: () => '../../../../../../../../etc/passwd', seen: (text) => PASSWD.test(text) },
];

/** Payloads with effects that nobody can mistake: a product, a file, a pause, more rows than there are. Each place first with a plain word. */
export async function injections(working: Working, context: CheckContext): Promise<Tried | undefined> {
  const { operation, map } = working;
  const control = tryOf('the example of the document', await send(context, goodRequest(working)));
  const tries: Try[] = [];
  for (const place of textPlaces(map.described.document, operation).slice(0, PLACES)) tries.push(...(await at(place, working, context)));
  return tries.length === 0 ? undefined : { subject: operation.name, control, tries };
}

async function at(place: Place, working: Working, context: CheckContext): Promise<Try[]> {
  const word = `gauntlet${nonce()}`;
  const plain = await send(context, withValue(working, place, word));
  // A place that takes no plain word takes no payload either.
  if (!isSuccess(plain)) return [];
  const tries: Try[] = [];
  for (const { name, value, seen } of CANARIES) {
    const payload = value(word);
    const request = withValue(working, place, payload);
    const answer = await sendTwice(context, request, isServerError);
    const text = answer.state === 'answered' ? answer.text : '';
    const effect = seen !== undefined && seen(text) && !(plain.state === 'answered' && seen(plain.text));
    tries.push({
      ...tryOf(`${name} in \`${place.name}\``, answer, request),
      ...(effect ? { effect, note: 'the answer holds what only running it gives' } : {}),
    });
  }
  tries.push(...(await logic(place, { working, context, word, plain })), ...(await pauses(place, { working, context, word, plain })));
  return tries;
}

interface Base {
  readonly working: Working;
  readonly context: CheckContext;
  readonly word: string;
  readonly plain: Answer;
}

/** True and false conditions behind a word that nothing matches: they may make no difference. */
async function logic(place: Place, { working, context, word, plain }: Base): Promise<Try[]> {
  const none = countOf(plain);
  if (none !== 0) return [];
  const ask = async (condition: string) => {
    const request = withValue(working, place, `${word}' OR '1'='${condition}`);
    return { request, answer: await send(context, request) };
  };
  const [yes, no] = [await ask('1'), await ask('2')];
  const [all, nothing] = [countOf(yes.answer), countOf(no.answer)];
  const effect = all !== undefined && all > 0 && nothing === 0;
  return [
    {
      ...tryOf(`a true condition in \`${place.name}\``, yes.answer, yes.request),
      ...(effect ? { effect, note: `${all} results, and none for a false condition` } : {}),
    },
  ];
}

/** A pause that the database makes, twice as long as asked twice, and none when none is asked. */
async function pauses(place: Place, { working, context, word, plain }: Base): Promise<Try[]> {
  const tries: Try[] = [];
  for (const [name, payload] of [
    ['PostgreSQL', (seconds: number) => `${word}' || (SELECT CAST(pg_sleep(${seconds}) AS text)) || '`],
    ['MySQL', (seconds: number) => `${word}' OR SLEEP(${seconds}) OR '`],
  ] as const) {
    const request = withValue(working, place, payload(SLEEP_S));
    const answer = await send(context, request);
    const slow = answer.ms >= SLEEP_S * 1_000 && plain.ms < 1_000;
    // Only a pause that comes again, and goes away when none is asked, is the payload's.
    const effect =
      slow &&
      (await send(context, withValue(working, place, payload(0)))).ms < 1_500 &&
      (await send(context, request)).ms >= SLEEP_S * 1_000;
    tries.push({
      ...tryOf(`a pause of ${name} in \`${place.name}\``, answer, request),
      ...(effect ? { effect, note: `took ${Math.round(answer.ms)} ms, as long as the payload says` } : {}),
    });
  }
  return tries;
}
