import { oneLine } from '../../lib/text.ts';
import type { CheckContext } from '../contract.ts';
import { docker, type Container } from '../live/containers.ts';
import type { LiveService } from '../live/services.ts';
import type { OwnerFacts } from './judge.ts';

const LOG_MS = 5_000;
const LINES = '2000';
const REFUSED = /permission denied|\bEACCES\b|operation not permitted|read-only file system/i;
const SHOWN = 200;

/** Lines of a service's log in which it is refused below one of its own writable mounts; the last of each mount. */
export async function denialsOf(context: CheckContext, service: LiveService): Promise<OwnerFacts['denials']> {
  const [container] = service.containers;
  const mounts = (container?.mounts ?? []).filter(({ writable, target }) => writable && target.length > 1);
  if (!container || mounts.length === 0) return [];
  const { text, errors } = await docker(context, ['logs', '--tail', LINES, container.id], LOG_MS);
  const lines = `${text}\n${errors}`.split('\n').filter((line) => REFUSED.test(line));
  const found = mounts.flatMap(({ target }) => {
    const line = lines.findLast((one) => one.includes(`${target}/`) || new RegExp(`${escape(target)}(?![\\w-])`).test(one));
    return line === undefined ? [] : [{ mount: target, line: oneLine(line).slice(0, SHOWN) }];
  });
  return Promise.all(
    found.map(async ({ mount, line }) => {
      const owner = await ownerOf(context, container, mount);
      return { service: service.name, mount, line, user: container.user || 'root', ...(owner === undefined ? {} : { owner }) };
    }),
  );
}

async function ownerOf(context: CheckContext, container: Container, path: string): Promise<string | undefined> {
  const { ok, text } = await docker(context, ['exec', container.id, 'stat', '-c', 'owner %u:%g, mode %a', path], LOG_MS);
  return ok ? oneLine(text) : undefined;
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
