import { parseJson } from '../lib/json.ts';
import { errorMessage, GauntletError } from '../model/errors.ts';
import type { Http, NoteOutcome } from '../ports/index.ts';
import { nextStep, withMark, type Draft, type Note } from './notes.ts';

const REQUEST_MS = 15_000;
const ROUNDS = 8;

/** Where the notes of one change stand, in a forge that has an API of its own. */
interface NoteBoard {
  /** Notes of the gate that this token wrote. */
  readonly list: () => Promise<readonly Note[]>;
  readonly create: (body: string) => Promise<unknown>;
  readonly update: (id: number, body: string) => Promise<unknown>;
  readonly remove: (id: number) => Promise<unknown>;
}

/** What a forge answers when it does not want to. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One note, the newest result: whoever writes decides by what stands there alone. `current` is the head of the change. */
export async function keepOneNote(board: NoteBoard, draft: Draft, current: string): Promise<NoteOutcome> {
  let state: 'created' | 'updated' | 'unchanged' = 'unchanged';
  for (let round = 0; round < ROUNDS; round++) {
    const step = nextStep(await board.list(), draft, { current, wrote: state !== 'unchanged' });
    switch (step.do) {
      case 'create':
        await board.create(withMark(draft));
        state = 'created';
        break;
      case 'update':
        await board.update(step.note.id, withMark(draft));
        if (state === 'unchanged') state = 'updated';
        break;
      case 'fold':
        for (const note of step.notes) await board.remove(note.id);
        break;
      case 'rest':
        return { state, url: step.note.url };
      case 'yield':
        return { state: 'stale', newerHead: step.note.mark.head };
    }
  }
  throw new Error(`the notes kept changing for ${String(ROUNDS)} rounds`);
}

/** What a refusal means for a note; anything else is a failure that changes no verdict. */
export function outcomeOf(error: unknown, forge: string): NoteOutcome {
  if (error instanceof Refused && [401, 403].includes(error.status)) return { state: 'read-only', message: error.message };
  if (error instanceof Refused && error.status === 404) return { state: 'no-pull-request' };
  throw new GauntletError(`${forge} did not take the note: ${errorMessage(error)}`, {
    kind: 'evidence',
    hint: 'the verdict stands; the report is in the artifacts of the job',
    cause: error,
  });
}

/** One question to the API of a forge. @throws Refused by its status. */
export async function askBoard(
  http: Http,
  headers: Readonly<Record<string, string>>,
  { method, url, body }: { readonly method: string; readonly url: string; readonly body?: object },
): Promise<unknown> {
  const answer = await http.request({
    method,
    url,
    timeoutMs: REQUEST_MS,
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.state === 'failed') throw new Error(answer.message);
  const text = Buffer.from(answer.body).toString('utf8');
  // A note that is gone already is what was asked for.
  if (method === 'DELETE' && answer.status === 404) return undefined;
  if (answer.status >= 300) throw new Refused(answer.status, `${String(answer.status)} ${text.slice(0, 200)}`);
  return parseJson(text);
}
