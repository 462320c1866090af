import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a JUnit report of at least this size: suites of 50 cases, of which some fail with a trace, are skipped or print. Returns the number of cases. */
export async function writeLargeReport(path: string, bytes: number): Promise<number> {
  const file = createWriteStream(path);
  let [written, cases] = [0, 0];
  file.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="all">\n');
  for (let nth = 1; written < bytes; nth += 1) {
    const text = suite(nth, 50);
    written += text.length;
    cases += 50;
    if (!file.write(text)) await once(file, 'drain');
  }
  file.end('</testsuites>\n');
  await once(file, 'finish');
  return cases;
}

/** Writes as many reports as surefire would, one per class. */
export async function writeManyReports(folder: string, { files, cases }: { files: number; cases: number }): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let nth = 1; nth <= files; nth += 1)
    await writeFile(join(folder, `TEST-${nth}.xml`), `<?xml version="1.0" encoding="UTF-8"?>\n${suite(nth, cases)}`);
}

function suite(nth: number, cases: number): string {
  const name = `tests.module_${nth}.TestService${nth}`;
  const head = `  <testsuite name="${name}" tests="${cases}" failures="1" errors="0" skipped="1" time="12.345" timestamp="2026-01-01T00:00:00">\n`;
  return `${head}${Array.from({ length: cases }, (_, index) => testcase(name, nth, index)).join('')}  </testsuite>\n`;
}

function testcase(name: string, nth: number, index: number): string {
  const head = `    <testcase classname="${name}" name="test_case_${index} handles input [param-${index}]" file="tests/module_${nth}.py" line="${10 + index * 7}" time="0.0${index}"`;
  if (index === 7)
    return `${head}>\n      <failure message="assert ${index} == ${index + 1}" type="AssertionError">${trace(nth)}</failure>\n    </testcase>\n`;
  if (index === 20) return `${head}>\n      <skipped message="not on this platform"/>\n    </testcase>\n`;
  if (index % 10 === 3) return `${head}>\n      <system-out><![CDATA[${OUTPUT}]]></system-out>\n    </testcase>\n`;
  return `${head}/>\n`;
}

const OUTPUT = 'INFO service started, listening on port 8080; request handled in 12 ms\n'.repeat(6);

function trace(nth: number): string {
  const frame = (depth: number): string =>
    `  File "src/module_${nth}/service.py", line ${depth * 3 + 1}, in call_${depth}\n    return self.inner.call(${depth}, value=&quot;x&quot;) &lt; 3\n`;
  return `Traceback (most recent call last):\n${Array.from({ length: 20 }, (_, depth) => frame(depth)).join('')}AssertionError`;
}
