import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

// What can be said about the workflows without running them.
const ROOT = resolve(import.meta.dirname, '../../..');

interface Workflow {
  readonly permissions?: Record<string, string>;
  readonly jobs: Record<string, { readonly permissions?: Record<string, string>; readonly steps: readonly Step[] }>;
}
interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}
interface Action {
  readonly inputs?: Record<string, unknown>;
}

const files = ['workflows', '.github/workflows'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => join(folder, name)),
);
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const stepsOf = (file: string): readonly Step[] => Object.values((parse(read(file)) as Workflow).jobs).flatMap(({ steps }) => steps);

/** The action.yml of ours that a step uses. */
function actionOf({ uses = '' }: Step): Action | undefined {
  const path = /^(?:<owner>\/gauntlet(\/actions\/\w+)?@v1|\.\/(?:\.gauntlet\/action)?)$/.exec(uses);
  return path ? (parse(read(join(path[1] ?? '.', 'action.yml'))) as Action) : undefined;
}

describe.each(files)('%s', (file) => {
  it('says which rights it needs and why, and no more', () => {
    const { permissions, jobs } = parse(read(file)) as Workflow;
    expect(permissions).toMatchObject({ contents: 'read' });
    const rights = [permissions, ...Object.values(jobs).map((job) => job.permissions)].flatMap((given) => Object.entries(given ?? {}));
    const known = ['contents: read', 'pull-requests: write', 'actions: read', 'id-token: write', 'attestations: write'];
    expect(rights.map(([right, level]) => `${right}: ${level}`).filter((right) => !known.includes(right))).toEqual([]);
    const lines = read(file).match(/^ +(?:contents|pull-requests|actions|id-token|attestations): \w+.*$/gm) ?? [];
    expect(lines.filter((line) => !line.includes('# '))).toEqual([]);
  });

  it("pins other people's actions by commit, with the version beside it", () => {
    const foreign = read(file)
      .split('\n')
      .filter((line) => /uses: (?!<owner>|\.\/)/.test(line));
    expect(foreign.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+/.test(line))).toEqual([]);
  });

  it('gives our actions the inputs that they have', () => {
    const unknown = stepsOf(file).flatMap((step) => {
      const action = actionOf(step);
      return action ? Object.keys(step.with ?? {}).filter((name) => !Object.keys(action.inputs ?? {}).includes(name)) : [];
    });
    expect(unknown).toEqual([]);
    expect(stepsOf(file).filter(({ uses = '' }) => uses.includes('gauntlet') && uses.startsWith('<') && !actionOf({ uses }))).toEqual([]);
  });

  it('puts nothing of an event into a script', () => {
    expect(stepsOf(file).filter(({ run = '' }) => run.includes('${{'))).toEqual([]);
  });
});

describe.each(files.filter((file) => /workflows\/gate(?:-matrix|-fork-safe)?\.yml$/.test(file) && !file.startsWith('.github')))(
  '%s as a required check',
  (file) => {
    const { on, jobs } = parse(read(file)) as { on: unknown; jobs: Record<string, { if?: string; needs?: unknown }> };

    it('begins for every change, also of documents alone, and for the merge queue', () => {
      expect(on).toEqual(['pull_request', 'merge_group']);
    });

    it('has one job of a fixed name that runs whatever became of the others', () => {
      expect(Object.keys(jobs)).toContain('gate');
      expect(jobs['gate']?.needs === undefined || jobs['gate'].if === 'always()').toBe(true);
    });
  },
);

it('only the job that decides signs, after its decision', () => {
  const signing = files.filter((file) => /id-token|attestations/.test(read(file)));
  expect(signing).toEqual(['workflows/release.yml']);
  const { jobs } = parse(read('workflows/release.yml')) as Workflow;
  const [name, job] = Object.entries(jobs).find(([, { permissions = {} }]) => 'id-token' in permissions) ?? [];
  const uses = job?.steps.map((step) => step.uses?.split('@')[0] ?? 'run') ?? [];
  expect(name).toBe('deploy');
  expect(uses.slice(-3)).toEqual(['<owner>/gauntlet/actions/release', 'actions/attest', 'run']);
});

describe('the fork-safe pair', () => {
  it('keeps code and rights apart', () => {
    const [code, rights] = [read('workflows/gate-fork-safe.yml'), read('workflows/gate-fork-safe-comment.yml')];
    expect(code).not.toContain('write #');
    expect(rights).not.toContain('gauntlet@v1');
    expect(rights).not.toMatch(/ref:|head_sha|stage@v1|stack@v1/);
    expect((parse(code) as { name: string }).name).toBe(
      (parse(rights) as { on: { workflow_run: { workflows: string[] } } }).on.workflow_run.workflows[0],
    );
  });
});

it('the callable workflow hands on what it was given', () => {
  const { on } = parse(read('.github/workflows/gate.yml')) as { on: { workflow_call: { inputs: Record<string, unknown> } } };
  const used = [...read('.github/workflows/gate.yml').matchAll(/\$\{\{ inputs\.([\w-]+) \}\}/g)].map(([, name]) => name);
  expect(new Set(used)).toEqual(new Set(Object.keys(on.workflow_call.inputs)));
});
