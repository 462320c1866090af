import { relative } from 'node:path';

import { defineCheck, type CheckContext, type CheckPlugin } from '../contract.ts';
import { resolvedStack, type ResolvedStack } from '../repository/compose.ts';
import { ModeFacts } from './judge.ts';

const FILES = 50;
const KEY_FILE = /(?:^|\/)(?:[\w.-]+\.key|[\w.-]*key\.pem|id_(?:rsa|ed25519|ecdsa))$/;

/** SEC-01: secret files that the stack reads are for their reader alone. Tracked ones are SEC-02: git keeps 644 and 755 only. */
const modes = defineCheck<ModeFacts>({
  code: 'SEC-01',
  summary: 'secret files that the stack reads are readable by their owner alone',
  needs: 'static',
  facts: ModeFacts,
  collect: async (context) => {
    const stack = await resolvedStack(context);
    if (typeof stack === 'string') return { state: 'gap', because: stack };
    const tracked = new Set(await context.tracked());
    const readers = stack ? readersOf(stack) : new Map<string, Reader[]>();
    const files: ModeFacts['files'] = [];
    for (const [absolute, services] of [...readers].slice(0, FILES)) {
      const path = relative(context.root, absolute);
      if (tracked.has(path) || !(await context.ports.files.exists(absolute))) continue;
      const state = await modeOf(context, absolute);
      if (state === undefined) return { state: 'gap', because: `the mode of ${path} could not be read` };
      files.push({ path, ...state, readers: services });
    }
    if (files.length === 0)
      return { state: 'not-applicable', because: 'the stack reads no secret file that is here and not tracked by git' };
    return { state: 'collected', facts: { files }, sources: [] };
  },
});

/** Files that hold secrets beside the repository. */
export const secretFiles: readonly CheckPlugin[] = [modes];

type Reader = ModeFacts['files'][number]['readers'][number];

function readersOf({ services, secretFiles }: ResolvedStack): Map<string, Reader[]> {
  const readers = new Map<string, Reader[]>();
  for (const { name, service } of services) {
    const secrets = (service.secrets ?? []).flatMap(({ source }) => secretFiles.get(source) ?? []);
    const keys = (service.volumes ?? []).flatMap(({ type, source }) =>
      type === 'bind' && source !== undefined && KEY_FILE.test(source) ? [source] : [],
    );
    const reader = { service: name, ...(service.user === undefined ? {} : { user: service.user }) };
    for (const file of new Set([...secrets, ...keys])) readers.set(file, [...(readers.get(file) ?? []), reader]);
  }
  return readers;
}

/** `-r--r--r-- 1 0 0 …`: what every `ls` prints (POSIX), so that no shell and no GNU tool is needed. */
async function modeOf({ ports, signal }: CheckContext, path: string): Promise<{ mode: string; uid: number } | undefined> {
  const { outcome, stdout } = await ports.exec.run(
    { type: 'argv', argv: ['ls', '-Ldn', '--', path] },
    { env: { ...ports.env, LC_ALL: 'C' }, timeoutMs: 5_000, signal },
  );
  const found = /^.([r-][w-][xsS-])([r-][w-][xsS-])([r-][w-][xtT-])\S?\s+\d+\s+(\d+)\s/.exec(stdout);
  if (outcome.ended !== 'exit' || outcome.code !== 0 || !found) return undefined;
  const digits = found
    .slice(1, 4)
    .map((bits) => bits.split('').reduce((sum, bit, index) => sum + (bit === '-' || bit === 'S' || bit === 'T' ? 0 : 4 >> index), 0));
  return { mode: `0${digits.join('')}`, uid: Number(found[4]) };
}
