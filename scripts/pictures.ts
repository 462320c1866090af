import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { commentPage, phonePage, terminalPage } from './pictures-pages.ts';
import { interruption, ROOT, run, runNode } from './process.ts';

// `npm run pictures`: runs the demo for real and photographs what it prints, for the README and docs/comment.md.
const EXAMPLE = 'examples/chat-agent';
const FOLDER = 'docs/pictures';
const MOST_BYTES = 300_000;
const PHONE = { width: 390, height: 780 };

interface Picture {
  readonly name: string;
  readonly html: string;
  readonly width: number;
  /** The picture ends here, even if the page goes on. */
  readonly most: number;
}

const signal = interruption();
const browser = findBrowser();
const scratch = await mkdtemp(join(tmpdir(), 'gauntlet-pictures-'));
try {
  await mkdir(join(ROOT, FOLDER), { recursive: true });
  const blocked = await demo([], 1);
  const passed = await demo(['--hardened'], 0);
  const phone = join(scratch, 'phone-comment.html');
  await writeFile(phone, commentPage(blocked.comment));
  const pictures: readonly Picture[] = [
    { name: 'comment', html: commentPage(blocked.comment), width: 900, most: 722 },
    { name: 'comment-open', html: commentPage(blocked.comment, { open: 2 }), width: 900, most: 1_300 },
    { name: 'comment-green', html: commentPage(passed.comment), width: 900, most: 600 },
    { name: 'comment-phone', html: phonePage(pathToFileURL(phone).href, PHONE), width: 2 * PHONE.width + 48, most: PHONE.height + 32 },
    { name: 'terminal', html: terminalPage(`$ npm run demo\n${blocked.output}`), width: 900, most: 592 },
    { name: 'terminal-green', html: terminalPage(`$ npm run demo -- --hardened\n${passed.output}`), width: 900, most: 600 },
    { name: 'report', html: blocked.page, width: 900, most: 1_200 },
  ];
  for (const picture of pictures) await photograph(picture);
} finally {
  await rm(scratch, { recursive: true, force: true });
}

/** One real run of the demo: what it printed after its progress, its comment, and its page. */
async function demo(args: readonly string[], expected: number): Promise<{ output: string; comment: string; page: string }> {
  console.log(`npm run demo ${['--', ...args].join(' ')}`);
  const { code, output } = await runNode('scripts/demo.ts', args, { signal, env: { FORCE_COLOR: '1', NO_COLOR: '' } });
  const id = /\.gauntlet\/runs\/([\w-]+)\/report\.md/.exec(output)?.[1];
  if (code !== expected || id === undefined) throw new Error(`the demo ended with ${code} instead of ${expected}:\n${output}`);
  const report = await runNode('src/cli/main.ts', ['-C', EXAMPLE, 'report', id, '--format', 'comment'], { signal });
  if (report.code !== 0) throw new Error(report.output);
  const page = await readFile(join(ROOT, EXAMPLE, '.gauntlet/runs', id, 'report.html'), 'utf8');
  // The progress before the verdict is a film, not a picture.
  const verdict = output.search(/^.*(?:BLOCKED|UNKNOWN|PASS)\b/m);
  return { output: output.slice(Math.max(0, verdict)), comment: report.output, page };
}

async function photograph({ name, html, width, most }: Picture): Promise<void> {
  const file = join(scratch, `${name}.html`);
  // The page tells its own height by its title; the report forbids scripts, so the copy for the camera does not.
  const measuring = '<script>addEventListener("load", () => { document.title = document.documentElement.scrollHeight })</script></body>';
  await writeFile(file, html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '').replace('</body>', measuring));
  const measured = await shoot(['--dump-dom', `--window-size=${width},200`], file);
  const height = Math.min(most, Number(/<title>(\d+)<\/title>/.exec(measured)?.[1] ?? most));
  const picture = join(ROOT, FOLDER, `${name}.png`);
  await shoot([`--screenshot=${picture}`, `--window-size=${width},${height}`], file);
  const { size } = await stat(picture);
  console.log(`${FOLDER}/${name}.png  ${width} × ${height}, ${Math.round(size / 1000)} kB`);
  if (size > MOST_BYTES) throw new Error(`${name}.png is ${size} bytes, more than ${MOST_BYTES}: crop it lower in scripts/pictures.ts`);
}

async function shoot(args: readonly string[], file: string): Promise<string> {
  const quiet = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync', '--hide-scrollbars'];
  const still = ['--disable-background-networking', '--disable-component-update', `--user-data-dir=${join(scratch, 'profile')}`];
  const { code, output } = await run(browser, [...quiet, ...still, ...args, pathToFileURL(file).href], { signal });
  if (code !== 0) throw new Error(`${browser} ended with ${code}:\n${output}`);
  return output;
}

function findBrowser(): string {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  if (found !== undefined) return found;
  console.error('npm run pictures needs Chromium or Chrome on the PATH: install one (apt-get install chromium, brew install chromium).');
  process.exit(3);
}
