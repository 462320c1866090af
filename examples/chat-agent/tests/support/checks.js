// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** @typedef {{name: string, ok: boolean, detail: string, seconds: number}} Check */

/** Named checks of a command that is no test file, written as JUnit. @param {string} suite */
export function createChecks(suite) {
  /** @type {Check[]} */
  const checks = [];
  let last = performance.now();

  return {
    /** @param {string} name @param {boolean} ok @param {string} detail */
    check(name, ok, detail) {
      const now = performance.now();
      checks.push({ name, ok, detail, seconds: (now - last) / 1000 });
      last = now;
      process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name}: ${detail}\n`);
    },
    /** @param {string} file @returns {number} exit code */
    finish(file) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, junit(suite, checks));
      return checks.length > 0 && checks.every(({ ok }) => ok) ? 0 : 1;
    },
  };
}

/** @param {string} suite @param {Check[]} checks */
function junit(suite, checks) {
  const failed = checks.filter(({ ok }) => !ok).length;
  const cases = checks.map(({ name, ok, detail, seconds }) => [
    `    <testcase classname="${escape(suite)}" name="${escape(name)}" time="${seconds.toFixed(3)}">`,
    ok ? `      <system-out>${escape(detail)}</system-out>` : `      <failure message="${escape(detail)}"/>`,
    '    </testcase>',
  ].join('\n'));
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="${escape(suite)}" tests="${checks.length}" failures="${failed}" errors="0" skipped="0">
${cases.join('\n')}
  </testsuite>
</testsuites>
`;
}

/** @param {string} text */
function escape(text) {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
