import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { expect, it } from 'vitest';
import { z } from 'zod';

import type { StackManifest } from '../../src/model/manifest.ts';
import { nodePorts } from '../../src/ports/node/index.ts';
import type { ExecResult, Ports } from '../../src/ports/index.ts';

const SOURCE = resolve(import.meta.dirname, '../../src');

type OptionsKind = 'stacks' | 'journeys' | 'loads' | 'faults';

/** Options as somebody writes them, from `fixtures/options.json` of the plugin's own folder: a new plugin brings its own. */
export function samplesOf(kind: OptionsKind, plugin: string): readonly unknown[] {
  const file = join(SOURCE, kind, plugin, 'fixtures/options.json');
  return existsSync(file) ? z.array(z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
}

export interface WithOptions {
  readonly name: string;
  readonly summary: string;
  readonly options: z.ZodType;
}

/** What holds for every plugin that takes options from the configuration. */
export function itTakesOptions(kind: OptionsKind, { name, summary, options }: WithOptions): void {
  const samples = samplesOf(kind, name);

  it('has a one-line summary', () => {
    expect(summary).toMatch(/^[^\n]{10,120}[^.\n]$/);
  });

  it('has options to try it with: a list in fixtures/options.json', () => {
    expect(samples).not.toEqual([]);
  });

  it('options have a JSON Schema for editors', () => {
    expect(z.toJSONSchema(options, { io: 'input' })).toBeTypeOf('object');
  });

  it('options are strict', () => {
    for (const sample of samples) expect(options.safeParse({ ...Object(sample), nonsense: 1 }).success).toBe(false);
    expect(options.safeParse(42).success).toBe(false);
  });

  it('parsed options survive JSON: they are stored in the plan', () => {
    for (const sample of samples) {
      const parsed = options.parse(sample);
      expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
    }
  });
}

/** Every plugin is called as its folder is: the registry, the configuration and the documentation find it by that name. */
export function itIsNamedAfterItsFolder(kind: string, names: readonly string[]): void {
  it('plugins are called as their folders are', () => {
    const folders = readdirSync(join(SOURCE, kind)).filter((folder) => existsSync(join(SOURCE, kind, folder, 'index.ts')));
    expect(names).toEqual(folders.sort());
  });
}

/** Real ports on a machine where no program is installed. */
export function brokenPorts(): Ports {
  const real = nodePorts({ env: { PATH: '/nowhere' }, progress: { say: () => undefined, update: () => undefined, warn: () => undefined } });
  const missing: ExecResult = {
    outcome: { ended: 'not-found', program: 'docker' },
    durationMs: 1,
    stdout: '',
    stderr: '',
    tail: [],
    outputBytes: 0,
    droppedBytes: 0,
  };
  return {
    ...real,
    exec: { ...real.exec, run: async () => missing, detach: async () => Promise.reject(new Error('no program is installed')) },
  };
}

/** A stack that is not there (any more). */
export function goneStack(kind: string): StackManifest {
  return { schema: 'gauntlet.stack/1', kind, instance: 'head', project: 'gone', services: [], targets: [], handle: {} };
}
