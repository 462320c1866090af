import { disclosure } from './disclosure.js';
import { defect } from './defects.js';
import * as field from './fields.js';
import { FACTORS, search, solutionOf, store, valueOf } from './knowledge.js';
import { topicOf } from './agents/analyst.js';
import { HttpError, reply, unavailable } from './service.js';
import { sessionRoutes } from './sessions.js';

const PAGE = 5;

export function createRoutes({ services, runs, metrics }) {
  const { model, vectors, analytics } = services;
  const stored = (call) => call.catch((error) => Promise.reject(error instanceof HttpError ? error : unavailable('knowledge_unavailable')));
  const asked = ({ user, question, context = null, depth = 'complex' }) => ({
    user: field.word(user, 'user'),
    question: field.text(question, 'question'),
    context,
    depth: field.oneOf(depth, ['simple', 'complex'], 'depth'),
  });

  return {
    ...disclosure,
    ...sessionRoutes(),
    'GET /ready': async () => {
      await stored(Promise.all([vectors.count(), model.embed('ready')]));
      return { status: 'ready', analytics: analytics.breaker.state };
    },
    'GET /metrics': () => reply({ text: metrics.render() }),

    'POST /ask': async ({ body }) => {
      const id = body.id === undefined ? undefined : field.word(body.id, 'id');
      return { id, ...(await stored(runs.answer(asked(body)))) };
    },
    'POST /runs': ({ body }) => reply({ status: 202, value: { run: runs.start(asked(body)) } }),
    'POST /runs/:id/solution': ({ params }) => ({ solution: solutionOf(runs.resultOf(params.id)) }),
    'GET /route': async ({ query }) => ({ route: await model.route(field.text(query.get('q'), 'q')) }),
    'GET /analytics': async ({ query }) => analytics.asked(topicOf(field.text(query.get('topic'), 'topic'))),

    'POST /embeddings': async ({ body }) => ({ vector: await model.embed(field.text(body.text, 'text')) }),
    'GET /search': async ({ query }) => {
      const skip = defect('second-page') ? PAGE : 0;
      const items = await stored(search(services, field.text(query.get('q'), 'q'), PAGE + skip));
      return { results: items.slice(skip).map(({ id, name, score, text }) => ({ id, name, score, text })) };
    },
    'GET /knowledge': async () => ({ items: await stored(vectors.count()) }),
    'GET /knowledge/:id': async ({ params }) => {
      const found = await stored(vectors.get(field.uuid(params.id, 'id')));
      if (!found) throw new HttpError(404, 'no_such_item');
      return { id: found.id, name: found.payload.name, text: found.payload.text };
    },
    'POST /learn': async ({ body }) => {
      const [name, text] = [field.text(body.question, 'question'), field.text(body.solution, 'solution')];
      // Found again by the question alone: its own words are what somebody asks with.
      return reply({ status: 201, value: { id: await stored(store(services, { name, text, about: name, learned: true })) } });
    },
    'POST /feedback': async ({ body }) => {
      const [user, id] = [field.word(body.user, 'user'), field.uuid(body.id, 'id')];
      await stored(vectors.vote(id, user, field.oneOf(body.vote, [-1, 1], 'vote')));
      return { counted: true };
    },
    'POST /value': ({ body }) => {
      const factors = Object.fromEntries(FACTORS.map((name) => [name, field.share(body[name], name)]));
      return { value: valueOf(factors), factors };
    },
  };
}
