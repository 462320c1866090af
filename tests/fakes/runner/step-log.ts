import { parseCommand } from './commands.ts';
import type { Command } from './commands.ts';
import type { Annotation } from './types.ts';

const ANNOTATIONS_PER_LEVEL = 10;
const LONGEST_MESSAGE = 4096;

/** Annotations of one step (or of one composite), with GitHub's limit of ten per level. */
export class AnnotationBox {
  readonly kept: Annotation[] = [];
  dropped = 0;

  add(annotation: Annotation): void {
    if (this.kept.filter((other) => other.level === annotation.level).length >= ANNOTATIONS_PER_LEVEL) this.dropped += 1;
    else this.kept.push({ ...annotation, message: annotation.message.slice(0, LONGEST_MESSAGE) });
  }
}

function toAnnotation(command: Command, step: string): Annotation {
  const annotation: Annotation = { level: command.name as Annotation['level'], message: command.data, step };
  const { title, file } = command.properties;
  if (title !== undefined) annotation.title = title;
  if (file !== undefined) annotation.file = file;
  for (const key of ['line', 'endLine', 'col', 'endColumn'] as const) {
    const value = Number(command.properties[key]);
    if (Number.isInteger(value)) annotation[key] = value;
  }
  return annotation;
}

/** Replaces every secret by ***, the longest first. */
export function mask(text: string, secrets: ReadonlySet<string>): string {
  return [...secrets].sort((a, b) => b.length - a.length).reduce((result, secret) => result.replaceAll(secret, '***'), text);
}

/** Reads a step's output line by line as the runner does: acts on commands, masks the rest. */
export class StepLog {
  readonly lines: string[] = [];
  readonly outputs: Record<string, string> = {};
  readonly state: Record<string, string> = {};
  /** Set by a command that the runner no longer accepts. */
  failed = false;
  readonly #step: string;
  readonly #secrets: Set<string>;
  readonly #annotations: AnnotationBox;
  #stopToken: string | undefined;

  constructor(step: string, secrets: Set<string>, annotations: AnnotationBox) {
    this.#step = step;
    this.#secrets = secrets;
    this.#annotations = annotations;
  }

  /** An error of the runner's own. */
  error(message: string): void {
    this.#annotate({ name: 'error', properties: {}, data: message });
  }

  write(line: string): void {
    const command = parseCommand(line, this.#stopToken);
    if (command === undefined) this.#print(line);
    else if (this.#stopToken !== undefined) this.#stopToken = undefined;
    else this.#act(command);
  }

  #print(line: string): void {
    this.lines.push(mask(line, this.#secrets));
  }

  #annotate(command: Command): void {
    const annotation = toAnnotation(command, this.#step);
    this.#annotations.add({ ...annotation, message: mask(annotation.message, this.#secrets) });
    this.#print(`##[${command.name}]${command.data}`);
  }

  #act(command: Command): void {
    const { name, data, properties } = command;
    if (name === 'error' || name === 'warning' || name === 'notice') this.#annotate(command);
    else if (name === 'add-mask') {
      for (const secret of [data, ...data.split(/\r?\n/)]) if (secret.trim() !== '') this.#secrets.add(secret);
      this.#print('::add-mask::***');
    } else if (name === 'stop-commands') this.#stopToken = data;
    else if (name === 'set-output') this.outputs[properties['name'] ?? ''] = data;
    else if (name === 'save-state') this.state[properties['name'] ?? ''] = data;
    else if (name === 'set-env' || name === 'add-path') {
      this.error(`The \`${name}\` command is disabled. Please upgrade to using Environment Files`);
      this.failed = true;
    } else if (name === 'group' || name === 'endgroup') this.#print(`##[${name}]${data}`);
    else if (name !== 'debug') this.#print(`##[${name}]${data}`);
  }
}
