import type { Rule } from './rule.ts';

/** Rows of the catalogue about messages over WebSockets, and about agents under load. */
export const MESSAGE_RULES: Readonly<Record<string, Rule>> = {
  'WS-01': {
    title: 'messages are routed to somebody else',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Look at what decides which connection gets an answer: it must be the identity of this one connection, kept with the request, and nothing that requests share (a variable outside the handler, the last connection, an id that repeats).',
  },
  'WS-02': {
    title: 'users see messages of others',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Find where an answer is written to more than its own connection (a broadcast, a map by a key that users share, a handler that is registered twice), and write to one. Where users are meant to see each other, say `shared: true` at the `connect` step.',
  },
  'WS-04': {
    title: 'messages are lost, repeated or out of order',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Lost: look for a full queue or buffer that drops without an error, and answer the sender instead. Repeated: make the delivery idempotent by the id of the message. Out of order: answer the messages of one connection one after the other, or say `ordered: false` at the step if any order will do.',
  },
  'WS-11': {
    title: 'rapid reconnects fail more and more',
    priority: 'P2',
    effort: '2–8 h',
    fix: 'Look for what a closed connection leaves behind (a listener, a timer, an entry in a map, a slot of a limit), and free it in its close handler.',
  },
  'AGT-23': {
    title: 'agents take too long',
    priority: 'P1',
    effort: '2–8 h',
    fix: 'Start with the slowest step shown here: what an agent does one after the other, and could do at once, is most often behind it.',
  },
  'AGT-24': {
    title: 'not every one of a hundred agents comes to its end',
    priority: 'P0',
    effort: '2–8 h',
    fix: 'Follow the first agent shown here through the service logs: pools, rate limits and time-outs that are sized for fewer are what is most often behind it. What is full should queue the agent, or tell it when to come back.',
  },
  'AGT-25': {
    title: 'not every one of a thousand agents comes to its end',
    priority: 'P1',
    effort: '1–3 d',
    fix: 'Size pools, file descriptors and limits of connections for a thousand, and let what is full queue an agent or tell it when to come back; repeat with fewer agents to find from which number on it fails.',
  },
};
