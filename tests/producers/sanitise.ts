import { homedir, hostname, userInfo } from 'node:os';

/** Machines' names, paths and clocks out of a report: what is left is the same wherever and whenever it was written. */
export function sanitised(text: string, scratch: string): string {
  const parts = scratch.split('/');
  // Some producers write paths relative to a folder far away, or with the leading slash left out.
  const bare = parts.slice(1).join('/');
  return [
    [scratch, '/app'],
    [bare, 'app'],
    [parts.join('\\/'), '\\/app'],
    [process.execPath, '/usr/bin/node'],
    [homedir(), '/home/runner'],
    ...(hostname().length > 3 ? ([[hostname(), 'builder']] as const) : []),
  ]
    .reduce((rest, [from = '', to = '']) => rest.replaceAll(from, to), text)
    .replaceAll(/\/home\/runner\/\.pyenv\/versions\/[\d.]+/g, '/usr')
    .replaceAll(/\/home\/runner\/\.(?:rustup|cargo|cache)\b/g, '/usr/local')
    .replaceAll(/\/tmp\/[\w.-]+(?=\/)/g, '/tmp/x')
    .replaceAll(new RegExp(`(user(?:name)?["']?\\s*[:=]\\s*["'])${userInfo().username}(?=["'])`, 'gi'), '$1runner')
    .replaceAll(/hostname="[^"]*"/g, 'hostname="builder"')
    .replaceAll(
      /\b20\d\d-\d\d-\d\d([T ])\d\d:\d\d:\d\d(?:([.,])\d+)?/g,
      (_, t: string, dot?: string) => `2026-01-05${t}10:20:30${dot === undefined ? '' : `${dot}000`}`,
    )
    .replaceAll(/\b20\d{6} \d\d:\d\d:\d\d\.\d+/g, '20260105 10:20:30.000')
    .replaceAll(/\b1[789]\d{11}(?:\.\d+)?\b/g, '1767608430000')
    .replaceAll(/\b1[789]\d{8}(?:\.\d+)?\b/g, '1767608430')
    .replaceAll(
      /((?:time|duration|elapsed)(?:_ms|InMillis)?\\?"?\s*[:=]\s*\\?"?)(\d+\.\d+|[1-9]\d*)\b/gi,
      (_, key: string, value: string) => `${key}${rounded(value)}`,
    )
    .replaceAll(/\b\d+\.\d+(?=s\b|ms\b)/g, '0.01')
    .replaceAll(/0x[0-9a-f]{6,}/g, '0xc000010000')
    .replaceAll(/\bpid[= :]+\d+/gi, 'pid 4242');
}

/** Durations keep their form, and tell slow from fast. */
function rounded(value: string): string {
  // A number as long as that is a clock.
  if (!value.includes('.')) return value.length > 10 ? value : String(10 ** (value.length - 1));
  return Number(value) >= 0.1 ? value.replace(/(\.\d)\d*$/, '$1') : '0.001';
}
