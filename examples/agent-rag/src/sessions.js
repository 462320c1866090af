import { randomUUID } from 'node:crypto';
import { defect } from './defects.js';
import { HttpError, reply, unavailable } from './service.js';

const MOST = 5000;

/** Agents that work for longer say so, and say when they go. */
export function sessionRoutes() {
  const open = new Set();
  let opened = [];

  function refuseMany() {
    opened = opened.filter((at) => Date.now() - at < 2000);
    if (opened.push(Date.now()) > 60) throw new HttpError(429, 'too_many_sessions', { 'retry-after': '2' });
  }

  return {
    'POST /sessions': () => {
      if (defect('few-sessions')) refuseMany();
      if (open.size >= MOST) throw unavailable('too_many_sessions');
      const id = randomUUID();
      open.add(id);
      return reply({ status: 201, value: { id } });
    },
    'DELETE /sessions/:id': ({ params }) => {
      if (!open.delete(params.id)) throw new HttpError(404, 'no_such_session');
      return { closed: true };
    },
  };
}
