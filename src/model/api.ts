import { z } from 'zod';

/** Who calls an API in a check: a plain user, another one of the same rank, and one who administers. */
export const ClientRole = z.enum(['user', 'other', 'admin']);
export type ClientRole = z.output<typeof ClientRole>;

/** How a client of a role is let in: headers of every request. `{{token}}` in them is what its login answered. */
export const Client = z.object({
  headers: z.record(z.string(), z.string()),
  login: z
    .object({
      /** Path at the target of the API. */
      path: z.string(),
      headers: z.record(z.string(), z.string()),
      json: z.json(),
      /** Path into the answer. */
      token: z.string(),
    })
    .optional(),
});
export type Client = z.output<typeof Client>;

/** One conversation over a WebSocket that is known to work. */
export const SocketSample = z.object({
  /** With `{{target}}`, as journeys write it. */
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  /** A good message; `{{nonce}}` is new for every one. */
  message: z.string().optional(),
});
export type SocketSample = z.output<typeof SocketSample>;

/** Where the API of the system is described, and how it is called. */
export const ApiSettings = z.object({
  /** Path of the OpenAPI document in the repository. */
  document: z.string().optional(),
  /** Name of the target that serves it. */
  target: z.string().optional(),
  /** Operations with effects that may be called although the document has no example: `POST /chat`. */
  calls: z.array(z.string()),
  /** An origin of browsers that is allowed. */
  origin: z.string().optional(),
  websocket: SocketSample.optional(),
  clients: z.partialRecord(ClientRole, Client),
});
export type ApiSettings = z.output<typeof ApiSettings>;
