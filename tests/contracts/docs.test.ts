import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { main } from '../../src/cli/program.ts';
import { parseClaims } from '../../src/config/claims.ts';
import { parseConfig } from '../../src/config/load.ts';
import { parseWaivers } from '../../src/config/waivers.ts';

// What the documents promise is there: files behind links, settings that are accepted, commands with their options.

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...globSync('docs/**/*.md', { cwd: ROOT }),
  'examples/chat-agent/README.md',
  'examples/go-sessions/README.md',
].sort();
const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');
const without = (fences: string) => fences.replace(/^```[\s\S]*?^```$/gm, '');

describe.each(PAGES)('%s', (page) => {
  test('every link within the repository leads somewhere', () => {
    const links = [...without(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const dead = links.filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(page, target));
    expect(dead).toEqual([]);
  });

  test('every configuration and waiver file that it shows is accepted', () => {
    for (const yaml of fences(page, 'yaml')) {
      if (/^<|: <(?!=)/m.test(yaml)) continue; // a form to fill in
      const value: unknown = parse(yaml);
      if (has(value, 'stages')) expect(() => parseConfig(yaml, { file: page, env: {} })).not.toThrow();
      if (has(value, 'claims') && !has(value, 'stages') && yaml.includes('title:')) expect(() => parseClaims(yaml, page)).not.toThrow();
      if (Array.isArray(value) && has(value[0], 'approved_by')) expect(() => parseWaivers(yaml, page)).not.toThrow();
    }
  });

  test('every command that it names is there, with its options', async () => {
    for (const line of commandLines(page)) {
      const { command, options } = taken(line);
      const help = await helpOf(command);
      expect(help, `${line}: there is no command ${command}`).toContain(`Usage: gauntlet${command === '' ? '' : ` ${command}`} `);
      for (const option of options) expect(`${help}\n${await helpOf('')}`, line).toMatch(new RegExp(`^ .*${option}\\b`, 'm'));
    }
  });
});

test.each(globSync('workflows/other/*', { cwd: ROOT }))('%s: every command of the gate is there', async (file) => {
  const text = read(file);
  if (file.endsWith('.yml')) expect(parse(text)).toBeTypeOf('object');
  const commands = [...text.matchAll(/bin\/gauntlet" ([a-z]+)/g)].map(([, command = '']) => command);
  expect(commands).toContain('run');
  for (const command of commands) expect(await helpOf(command)).toContain(`Usage: gauntlet ${command} `);
});

test('the documents show configurations and commands at all', () => {
  expect(PAGES.flatMap((page) => fences(page, 'yaml')).filter((yaml) => yaml.includes('stages:')).length).toBeGreaterThan(2);
  expect(PAGES.flatMap(commandLines).length).toBeGreaterThan(8);
});

test('no page names this machine', () => {
  const told = PAGES.filter((page) => /\/(?:work|home|root|Users)\/|localhost:48|\.library/.test(read(page)));
  expect(told).toEqual([]);
});

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || headings(file).includes(anchor);
}

/** Anchors as GitHub makes them: https://docs.github.com/get-started/writing-on-github (section links). */
function headings(page: string): string[] {
  return [...without(read(page)).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function fences(page: string, language: string): string[] {
  return [...read(page).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, name]) => name === language).map(([, , body = '']) => body);
}

/** `gauntlet …` in code: between backticks, and in shell examples. */
function commandLines(page: string): string[] {
  const inline = [...without(read(page)).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
  const shell = fences(page, 'sh').flatMap((body) => body.split('\n'));
  return [...inline, ...shell]
    .flatMap((text) => text.split(/&&|\|\||;/))
    .map((text) => text.replace(/\s#.*$/, '').trim())
    .map((text) => /(?:^|\s|\/)gauntlet((?:\s+[-\w<>{}.,/:…*=]+)*)$/.exec(text)?.[1]?.trim())
    .filter((text): text is string => text !== undefined && text !== '');
}

function taken(line: string): { command: string; options: string[] } {
  const words = line.split(/\s+/).filter((word) => word !== '…');
  const options = words.filter((word) => /^--?[a-zA-Z]/.test(word)).map((word) => word.replace(/=.*$/, ''));
  const rest = words.filter((word, index) => !word.startsWith('-') && words[index - 1] !== '-C');
  return { command: rest[0]?.startsWith('<') ? '' : (rest[0] ?? ''), options };
}

const helps = new Map<string, Promise<string>>();

function helpOf(command: string): Promise<string> {
  const known = helps.get(command) ?? newHelp(command);
  helps.set(command, known);
  return known;
}

async function newHelp(command: string): Promise<string> {
  let text = '';
  const keep = { write: (part: string) => void (text += part) };
  const argv = [...(command === '' ? [] : [command]), '--help'];
  await main({ argv, cwd: ROOT, env: {}, self: [], pid: 0, stdout: keep, stderr: keep, signal: new AbortController().signal });
  return text;
}

function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && key in value;
}
