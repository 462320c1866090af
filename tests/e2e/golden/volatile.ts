import type { ReportV1 } from '../../../src/model/report-v1.ts';

/** What is another in every run and tells a reader nothing: ids of runs, commits and messages, ports, the timeline. */
export function fixedNames({ run }: ReportV1): (text: string) => string {
  const head = run.git.head ?? 'none';
  return (text) =>
    text
      .replaceAll(run.id, 'a-run')
      .replaceAll(head, '0'.repeat(40))
      .replaceAll(head.slice(0, 7), '0000000')
      .replaceAll(/\n<details><summary>Timeline<\/summary>.*?<\/details>\n/gs, '')
      .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '00000000-0000-0000-0000-000000000000')
      .replaceAll(/\b(127\.0\.0\.1|localhost):\d{4,5}\b/g, '$1:PORT')
      .replaceAll(/\bprocess \d+ of\b/g, 'process PID of')
      .replaceAll(/\b\d+\.\d+\.\d+-MariaDB[\w.+~-]*/g, '10.0.0-MariaDB')
      .replaceAll(/\bredis_version:[\d.]+/g, 'redis_version:7.0.0')
      .replaceAll(/\bowner \d+\b/g, 'owner UID')
      .replaceAll(/\bbelongs to \d+\b/g, 'belongs to UID')
      .replaceAll(/\bgauntlet-(?:[0-9a-z]+-)*[0-9a-f]{6,}\b/g, 'gauntlet-project');
}

const NUMBER = String.raw`\d[\d,]*(?:\.\d+)?`;
const UNITS = String.raw`(?:µs|ms|s|m|h|min|kB|KB|MB|GB|B)`;
const MEASURED = new RegExp(String.raw`${NUMBER}(?:&nbsp;|[ ])?${UNITS}(?![\p{L}\p{N}])|\b\d+:\d\d\b`, 'gu');
const ANY = /(?<![\w.#-])\d[\d,]*(?:\.\d+)?(?![\w-])/g;

/**
 * Which numbers are another in every run: those with a unit of time or size, or, where something was tried as often as time allowed
 * (loads, experiments), all but the ones that are part of a name.
 */
export type Varying = 'measured' | 'all';

const ANSWER = String.raw`# (?:good|late|from a fallback|refused cleanly \(# or #\)|wrong|without a connection|without any answer in time|lost by this machine)`;

/** Which of two racing accesses came first. */
const ACCESS = /(?:Previous )?(?:read|write) by goroutine/gi;

/** How often a detector sees one race is chance. */
const RACES: readonly (readonly [RegExp, string])[] = [
  [/\b\d+ (report)s?\b/g, '# $1s'],
  [/(\bseen|:) \d+ times?\b/g, '$1 # times'],
];

/** What an experiment sees of moments, and whom chance picks: the rest of the sentence is what a reader gets. */
const MOMENTS: readonly (readonly [RegExp, string])[] = [
  [/# (walk|restart|connection|attempt|time)s\b/g, '# $1'],
  [new RegExp(`${ANSWER}(?:(?:,| and) ${ANSWER})*`, 'g'), '# answers'],
  [/well (?:from the heal on|again after [# ]+ \(± #\))/g, 'well again'],
  [/\n- first noticed after [# ]+/g, ''],
  [/(The first without its usual answer).*?(?=\n\n\*\*Proof|"$)/gms, '$1'],
  // Where a restart loop stands in the moment of a look.
  [/,?\n(?: *"|- `)\w+\/stack-head-watch\b[^\n]*/g, ''],
  [/\| (?:running|restarting), no health check \|/g, '| up |'],
  [/^(.+)(?:\n\1)+$/gm, '$1'],
  [/\((?:at least [# %]+|[# %]+ to [# %]+)\)/g, '(#)'],
  [/line \[[^\]]*\]/g, 'line […]'],
  // Rows that do not apply: every new one of the catalogue would be here.
  [/^Not looked at: .*$/gm, 'Not looked at: …'],
  [/(<summary>Not looked at).*?(?=<\/details>)/gs, '$1'],
  [/gauntlet-\d+/g, 'gauntlet-#'],
  [/(\n- gauntlet-#: sent [^\n]*)+/g, '\n- gauntlet-#: sent #'],
];

/** The same text with `#` for every number that is another in every run. */
export function withoutNumbers(text: string, varying: Varying): string {
  const still = text.replaceAll(MEASURED, '#').replaceAll(ACCESS, 'Access by goroutine');
  const plain = RACES.reduce((rest, [what, by]) => rest.replaceAll(what, by), still);
  return varying === 'all' ? MOMENTS.reduce((rest, [what, by]) => rest.replaceAll(what, by), plain.replaceAll(ANY, '#')) : plain;
}
