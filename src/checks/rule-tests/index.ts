import { z } from 'zod';

import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { filesWith, readTexts } from '../repository/files.ts';
import { monitoring } from '../repository/monitoring.ts';
import { parseYaml } from '../repository/yaml.ts';
import { RuleTestFacts } from './judge.ts';

const BOUNDS = { bytes: 512_000, files: 500 };
const NOT_OURS = /(?:^|\/)(?:node_modules|vendor|third[-_]?party)\//;
/** `promtool test rules a.yml`, also as a list of arguments, in a container, or with VictoriaMetrics' own tool. */
const RUNS = /promtool\b[^\n]{0,120}\btest\b[^\n]{0,20}\brules\b|vmalert-tool\b[^\n]{0,80}\bunittest\b/;

/** https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ */
const TestFile = z.looseObject({
  rule_files: z.array(z.string()).min(1),
  tests: z.array(z.looseObject({ alert_rule_test: z.array(z.looseObject({ alertname: z.string() })).nullish() })),
});

/** OBS-05: alert rules that matter have tests, and something runs them. */
export const ruleTests: readonly CheckPlugin[] = [
  defineCheck<RuleTestFacts>({
    code: 'OBS-05',
    summary: 'alert rules have unit tests (promtool test rules), and something runs them',
    needs: 'static',
    facts: RuleTestFacts,
    collect: ruleTestsOf,
  }),
];

async function ruleTestsOf(context: CheckContext): Promise<Collected<RuleTestFacts>> {
  const { rules, unread } = await monitoring(context);
  if (unread > 0) return { state: 'gap', because: 'some files with alert rules could not be read' };
  if (rules.length === 0) return { state: 'not-applicable', because: 'no tracked file holds an alert rule of Prometheus' };
  const tests = await testFiles(context);
  if (tests.length === 0 && context.named !== true)
    return {
      state: 'not-applicable',
      because: 'no tracked file tests alert rules (`promtool test rules`); name OBS-05 in the `checks` of a stage to ask for such tests',
    };
  const facts: RuleTestFacts = {
    named: context.named === true,
    alerts: rules.slice(0, 2_000).map(({ name, path, severity }) => ({ name, path, critical: isCritical(severity) })),
    tests,
    ...(await runnerOf(context)),
  };
  const sources = [...new Set([...tests.map(({ path }) => path), ...rules.map(({ path }) => path)])].slice(0, 10);
  return { state: 'collected', facts, sources: sources.map((file) => ({ file })) };
}

async function testFiles(context: CheckContext): Promise<RuleTestFacts['tests']> {
  const own = new Set(await context.tracked());
  const paths = (await filesWith(context, ['alert_rule_test', 'promql_expr_test'], ['*.yml', '*.yaml', '*.test', '*.rules'])).filter(
    (path) => own.has(path) && !NOT_OURS.test(path),
  );
  const { files } = await readTexts(context, paths, BOUNDS);
  return files.flatMap(({ path, text }) =>
    parseYaml(path, text).documents.flatMap(({ data }) => {
      const parsed = TestFile.safeParse(data);
      if (!parsed.success) return [];
      const alerts = parsed.data.tests.flatMap(({ alert_rule_test: all }) => (all ?? []).map(({ alertname }) => alertname));
      return [{ path, alerts: [...new Set(alerts)].slice(0, 500) }];
    }),
  );
}

async function runnerOf(context: CheckContext): Promise<Pick<RuleTestFacts, 'runner'>> {
  const paths = (await filesWith(context, ['promtool', 'vmalert-tool'])).filter(
    (path) => !NOT_OURS.test(path) && !/\.(?:md|rst|txt|adoc)$/i.test(path),
  );
  const { files } = await readTexts(context, paths, BOUNDS);
  // A list of arguments may have one a line.
  const runner = files.find(({ text }) => RUNS.test(text.replaceAll(/["',[\]\\]|\s*\n\s*-\s+/g, ' ')));
  return runner === undefined ? {} : { runner: runner.path };
}

function isCritical(severity: string | undefined): boolean {
  return /^(?:critical|page|p1|sev1|emergency)$/i.test(severity ?? '');
}
