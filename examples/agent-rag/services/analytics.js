// A STAND-IN that speaks the HTTP interface of ClickHouse for the two statements of the example; it counts in memory.
import { createHttp, HttpError, reply, serve } from '../src/service.js';

/** @type {Map<string, number>} */
const asked = new Map();

function insert(text) {
  for (const line of text.split('\n').filter(Boolean)) {
    const { topic } = JSON.parse(line);
    asked.set(topic, (asked.get(topic) ?? 0) + 1);
  }
  return reply({ text: '' });
}

function select(topic) {
  return { meta: [{ name: 'times', type: 'UInt64' }], data: [{ times: String(asked.get(topic) ?? 0) }], rows: 1 };
}

const server = createHttp({
  'GET /ping': () => reply({ text: 'Ok.\n' }),
  'POST /': ({ query, text }) => {
    const statement = query.get('query') ?? '';
    if (/^INSERT INTO questions FORMAT JSONEachRow$/.test(statement)) return insert(text);
    if (/^SELECT count\(\) AS times FROM questions WHERE topic = \{topic:String\} FORMAT JSON$/.test(statement)) return select(query.get('param_topic'));
    throw new HttpError(400, 'Code: 62. DB::Exception: Syntax error: the stand-in does not know this statement');
  },
});
await serve(server);
