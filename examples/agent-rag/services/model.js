// A STAND-IN for language models: deterministic, knows nothing. Vectors are hashed bags of words; answers are read out of the context.
import { defect } from '../src/defects.js';
import { createHttp, serve } from '../src/service.js';
import { DIMENSIONS } from '../src/stores/vectors.js';
import { countTokens, hash, words } from '../src/text.js';

const DELAY_MS = Number(process.env.MODEL_DELAY_MS ?? 3);
/** What takes more than looking something up. */
const HARD = /\b(?:compare|plan|design|forecast|explain why|trade-?offs?|migrate|step by step)\b/i;

function embed(text) {
  const vector = Array(DIMENSIONS).fill(0);
  for (const word of words(text)) {
    const bits = hash(word);
    vector[bits % DIMENSIONS] += bits & 0x10000 ? 1 : -1;
  }
  const length = defect('raw-embeddings') ? 1 : Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

function route(question) {
  return !defect('all-local') && (HARD.test(question) || words(question).length > 12) ? 'remote' : 'local';
}

/** The first text of the context is the answer. */
function complete({ question, context }) {
  const sentences = (context[0] ?? 'I do not know.').split(/(?<=\.) /);
  const text = (defect('cuts-answers') && sentences.length > 1 ? sentences.slice(0, -1) : sentences).join(' ');
  const size = defect('counts-characters') ? (said) => said.length : countTokens;
  return { text, usage: { prompt_tokens: size([question, ...context].join('\n')), completion_tokens: size(text) } };
}

const slowly = (make) => async (call) => {
  await new Promise((resolve) => setTimeout(resolve, DELAY_MS));
  return make(call.body);
};

const server = createHttp({
  'GET /health': () => ({ status: 'ok' }),
  'POST /embed': slowly(({ text }) => ({ vector: embed(String(text)) })),
  'POST /route': slowly(({ question }) => ({ route: route(String(question)) })),
  'POST /complete': slowly(complete),
});
await serve(server);
