import { z } from 'zod';

const Place = z.strictObject({ host: z.string(), port: z.int().min(1).max(65_535) });
export type Place = z.output<typeof Place>;

/** What a proxy does to the connections that pass. Everything left out passes as it came. */
export const Behaviour = z.strictObject({
  /** Milliseconds that everything asked is held back. */
  requestMs: z.number().optional(),
  /** Milliseconds that everything answered is held back. */
  answerMs: z.number().optional(),
  /** Up to so many milliseconds more or less, drawn for each piece. */
  jitterMs: z.number().optional(),
  /** Bytes per second, in each direction of each connection. */
  bytesPerSecond: z.number().optional(),
  /** The first connections that are reset before anything passes; all when there are no more. */
  resetFirst: z.number().optional(),
  /** Bytes of an answer that pass before nothing more does, though the connection stays. */
  stallAfterBytes: z.number().optional(),
  /** Answers of HTTP stop behind the first piece of their body: a stream that has begun. */
  stallMidway: z.literal(true).optional(),
  /** Bytes of an answer that pass before the connection is reset. */
  resetAfterBytes: z.number().optional(),
  /** An HTTP status that every connection is answered with, in place of the service. */
  status: z.number().optional(),
  /** Milliseconds before that status is sent: calls that fail at once must run at once. */
  statusAfterMs: z.number().optional(),
});
export type Behaviour = z.output<typeof Behaviour>;

/** A line of a proxy's orders; the last one holds. */
export const Order = z.strictObject({
  behaviour: Behaviour,
  /** Milliseconds since the epoch after which everything passes again, whoever lives then. */
  untilMs: z.number(),
  /** It harms and lets pass in turns of so many milliseconds. */
  flapMs: z.number().optional(),
});
export type Order = z.output<typeof Order>;

const Work = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('proxy'),
    doors: z.array(z.strictObject({ listen: Place, to: Place })).min(1),
    /** Without a file of orders it holds from the beginning; else until the first of them. */
    behaviour: Behaviour,
    seed: z.number(),
    /** One `Order` in each line, appended while it works. */
    orders: z.string().optional(),
    /** Where every attempt that passes is written down. */
    attempts: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('hold'),
    to: z.array(Place).min(1),
    /** Sent first on each connection, hexadecimal: what makes the server give it a slot. */
    hello: z.string(),
    /** Connections that are enough. */
    most: z.number(),
  }),
  z.strictObject({
    type: z.literal('memory'),
    /** The file that takes a process into the group whose memory is meant. */
    procs: z.string(),
    /** Ends with this process. */
    victim: z.number(),
    /** Never more than this. */
    mostBytes: z.number(),
    /** A file that lives in memory; removed at the end. */
    file: z.string(),
  }),
  z.strictObject({
    type: z.literal('deadlock'),
    ...Place.shape,
    user: z.string(),
    database: z.string(),
    /** The variable of the helper that holds the password. */
    passwordVariable: z.string(),
    table: z.string(),
    key: z.string(),
    /** Two keys. */
    rows: z.array(z.string()).length(2),
  }),
]);

/** A process of ours that works a fault and outlives the gate, though never its own end. */
export const AgentSpec = z.strictObject({
  /** Of the injection, so that it is found among all processes. */
  id: z.string(),
  /** Milliseconds since the epoch. */
  endsAtMs: z.number(),
  /** It tells what it does here; overwritten in place. */
  stateFile: z.string(),
  /** It ends when something more stands in here than when it began. */
  stopFile: z.string(),
  /** The user that it becomes when everything is open, where it was started as root. */
  user: z.number().optional(),
  work: Work,
});
export type AgentSpec = z.output<typeof AgentSpec>;

/** What a helper says of itself. */
export const AgentState = z.object({
  pid: z.number(),
  phase: z.enum(['working', 'ended', 'failed']),
  /** Why it failed. */
  why: z.string().optional(),
  /** Connections that were taken (proxy), or are held (hold). */
  connections: z.number(),
  /** Connections that were reset or answered by itself (proxy), or that the server refused (hold). */
  refused: z.number(),
  /** Pieces that were held back (proxy); bytes that are held (memory). */
  pieces: z.number(),
  /** What the server said last when it refused. */
  said: z.string(),
  /** Orders that it has read. */
  orders: z.number().default(0),
  /** Attempts that passed it, those that were too many to write down included. */
  attempts: z.number().default(0),
});
export type AgentState = z.output<typeof AgentState>;
