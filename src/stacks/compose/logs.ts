import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { errorMessage } from '../../model/errors.ts';
import { LIMITS } from '../../model/limits.ts';
import type { StackManifest } from '../../model/manifest.ts';
import type { Source } from '../../model/source.ts';
import type { Ports } from '../../ports/index.ts';
import type { StackContext } from '../contract.ts';
import { packageFailure, packageLogs } from './adapter.ts';
import { docker } from './engine.ts';
import { projectFromHandle, type Project } from './options.ts';

/** Reading one service's logs takes no longer, however much it said: `down` is waiting. */
const LOGS_MS = 20_000;
/** A cancelled job has 7.5 s for everything; `down` comes after the logs. */
const HURRIED_MS = 1_500;
const TAIL_MS = 15_000;
const AT_ONCE = 4;
const LINE_CHARACTERS = 16_000;

/**
 * Writes `logs/<instance>/<service>.log` for every service, dead or alive: bounded, and redacted before anything touches the disk.
 * Never throws: what could not be read is said in the file, and a file that could not be written is said as progress.
 */
export async function logs(manifest: StackManifest, context: StackContext): Promise<readonly Source[]> {
  const sources = new Map<string, Source>();
  const queue = manifest.services.map(({ name }) => name);
  const worker = async (): Promise<void> => {
    for (let service = queue.shift(); service !== undefined; service = queue.shift()) {
      try {
        sources.set(service, await saveLog(service, manifest, context));
      } catch (error) {
        context.ports.progress.warn(`logs of ${service}: ${context.redact(errorMessage(error))}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return manifest.services.flatMap(({ name }) => sources.get(name) ?? []);
}

/** The last lines of one container, both streams in order of arrival as far as the engine tells. Empty when it cannot be had. */
export async function logTail(ports: Pick<Ports, 'exec'>, project: Project, id: string): Promise<string[]> {
  const tail: string[] = [];
  const onLine = (line: string): void => {
    tail.push(line.slice(0, LIMITS.caseText));
    if (tail.length > LIMITS.tailLines) tail.shift();
  };
  await docker(ports, ['logs', '--tail', String(LIMITS.tailLines), id], { env: project.env, timeoutMs: TAIL_MS, onLine }).catch(
    () => undefined,
  );
  return tail;
}

async function saveLog(service: string, manifest: StackManifest, { ports, runDir, redact, signal }: StackContext): Promise<Source> {
  const project = projectFromHandle(manifest.handle, ports);
  const text = new BoundedLines(LIMITS.logBytes);
  const timeoutMs = signal.aborted ? HURRIED_MS : LOGS_MS;
  const run = await packageLogs(ports, project, { service, timeoutMs, onStdout: (line) => text.add(line) });
  const failure = packageFailure(run);
  if (failure !== undefined) {
    // The compose files may be gone or broken by now: the engine knows the containers.
    if (text.empty) await readByContainer(service, manifest, { ports, project, text, timeoutMs });
    text.add(`[gauntlet] these logs may be incomplete: ${failure}`);
  }
  const body = Buffer.from(redact(text.join()));
  const file = `logs/${manifest.instance}/${service}.log`;
  await ports.files.write(join(runDir, file), body);
  return { file, format: 'text', sha256: createHash('sha256').update(body).digest('hex'), bytes: body.length };
}

async function readByContainer(
  service: string,
  { services }: StackManifest,
  to: { readonly ports: Ports; readonly project: Project; readonly text: BoundedLines; readonly timeoutMs: number },
): Promise<void> {
  for (const { id, name } of services.find((one) => one.name === service)?.replicas ?? []) {
    const onLine = (line: string): void => to.text.add(`${name}  | ${line}`);
    await docker(to.ports, ['logs', '--timestamps', id], { env: to.project.env, timeoutMs: to.timeoutMs, onLine });
  }
}

/** Lines up to a number of bytes: the first and the last are kept, the middle is counted and dropped, always between lines. */
export class BoundedLines {
  readonly #half: number;
  readonly #head: string[] = [];
  readonly #tail: string[] = [];
  #headBytes = 0;
  #tailBytes = 0;
  #first = 0;
  #droppedLines = 0;
  #droppedBytes = 0;

  constructor(maxBytes: number) {
    this.#half = Math.floor(maxBytes / 2);
  }

  get empty(): boolean {
    return this.#head.length === 0;
  }

  add(line: string): void {
    const kept =
      line.length > LINE_CHARACTERS
        ? `${line.slice(0, LINE_CHARACTERS)} [gauntlet: ${line.length - LINE_CHARACTERS} characters left out]`
        : line;
    const bytes = Buffer.byteLength(kept) + 1;
    if (this.#tail.length === 0 && this.#headBytes + bytes <= this.#half) {
      this.#head.push(kept);
      this.#headBytes += bytes;
      return;
    }
    this.#tail.push(kept);
    this.#tailBytes += bytes;
    while (this.#tailBytes > this.#half) this.#dropFirst();
  }

  join(): string {
    const gap = this.#droppedLines > 0 ? [`[gauntlet: ${this.#droppedLines} lines, ${this.#droppedBytes} bytes left out]`] : [];
    const all = [...this.#head, ...gap, ...this.#tail.slice(this.#first)];
    return all.length === 0 ? '' : `${all.join('\n')}\n`;
  }

  #dropFirst(): void {
    const bytes = Buffer.byteLength(this.#tail[this.#first] ?? '') + 1;
    this.#tail[this.#first] = '';
    this.#first += 1;
    this.#tailBytes -= bytes;
    this.#droppedLines += 1;
    this.#droppedBytes += bytes;
    if (this.#first <= 10_000) return;
    this.#tail.splice(0, this.#first);
    this.#first = 0;
  }
}
