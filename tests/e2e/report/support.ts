/* oxlint-disable vitest/no-conditional-tests, vitest/valid-title, vitest/valid-describe-callback, vitest/no-disabled-tests --
   suites are made with this, it is none itself */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, it, onTestFinished } from 'vitest';

const run = promisify(execFile);
const QUIET = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync', '--disable-background-networking'];

/** `describe` for what needs a real browser; loud without one, a failure in CI. */
export function describeWithBrowser(name: string, body: () => void): void {
  if (spawnSync('chromium', ['--version']).status === 0) {
    describe(name, body);
    return;
  }
  if (process.env['CI'] === 'true') {
    describe(name, () => {
      it('needs Chromium', () => {
        throw new Error('chromium is not installed. In CI this is a failure: .ci/install brings it');
      });
    });
    return;
  }
  process.stderr.write(`\n*** SKIPPED: ${name}: chromium is not installed. Run .ci/install to run these tests. ***\n\n`);
  describe.skip(`${name} [skipped: no chromium]`, body);
}

/**
 * Opens a page, as it is, in a frame of this width, and says what this expression over `page` (its document) comes to. The page's own
 * rules on scripts stay in force: the question is asked from outside of it.
 */
export async function ask<Answer>(html: string, { width, expression }: { width: number; expression: string }): Promise<Answer> {
  const folder = await mkdtemp(join(tmpdir(), 'gauntlet-browser-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const frame = `<iframe id="f" style="border:0" width="${width}" height="800" srcdoc="${html.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`;
  const script = `addEventListener('load', () => { const page = document.getElementById('f').contentDocument; document.title = 'answer' + encodeURIComponent(JSON.stringify(${expression})) + '!'; document.body.textContent = ''; })`;
  const file = join(folder, 'frame.html');
  await writeFile(file, `<!doctype html><title>none</title><script>${script}</script><body>${frame}</body>`);
  const { stdout } = await run(
    'chromium',
    [...QUIET, `--user-data-dir=${join(folder, 'profile')}`, '--dump-dom', pathToFileURL(file).href],
    {
      maxBuffer: 64_000_000,
      timeout: 120_000,
    },
  );
  const answer = /<title>answer([^!]*)!/.exec(stdout)?.[1];
  if (answer === undefined) throw new Error(`the browser gave no answer: ${stdout.slice(0, 500)}`);
  return JSON.parse(decodeURIComponent(answer)) as Answer;
}
