import type { CheckContext } from '../contract.ts';

/** Memory of a service by the kernel's own books, in bytes. */
export interface MemoryNow {
  readonly bytes: number;
  /** Since it was started. */
  readonly highestBytes: number;
}

/**
 * What the main processes of a service hold (VmRSS and VmHWM of proc(5)). `undefined` where this machine does not run them, as with an
 * engine elsewhere.
 */
export async function memoryOf({ ports, manifest }: CheckContext, service: string | undefined): Promise<MemoryNow | undefined> {
  const pids = (manifest?.services ?? []).flatMap(({ name, replicas }) =>
    name === service ? replicas.flatMap(({ pid }) => pid ?? []) : [],
  );
  if (pids.length === 0) return undefined;
  const texts = await Promise.all(pids.map((pid) => ports.files.readText(`/proc/${pid}/status`).catch(() => '')));
  const sum = (field: RegExp): number => texts.reduce((total, text) => total + Number(field.exec(text)?.[1] ?? Number.NaN) * 1_024, 0);
  const [bytes, highestBytes] = [sum(/^VmRSS:\s+(\d+) kB/m), sum(/^VmHWM:\s+(\d+) kB/m)];
  return Number.isFinite(bytes) && Number.isFinite(highestBytes) ? { bytes, highestBytes } : undefined;
}
