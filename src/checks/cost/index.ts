import { z } from 'zod';

import { metricNames } from '../../lib/metric-names.ts';
import { readExposition } from '../../lib/prometheus-text.ts';
import { counted } from '../../lib/text.ts';
import { defineCheck, type CheckContext, type CheckPlugin, type Collected } from '../contract.ts';
import { httpTargets, type Target } from '../openapi/targets.ts';
import { monitoring } from '../repository/monitoring.ts';
import { CostFacts } from './judge.ts';

const ANSWER_MS = 3_000;
const MOST_BYTES = 4_000_000;
/** What a histogram or a counter adds to its name. */
const SUFFIX = /_(?:total|sum|count|bucket|created)$/;

const name = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
const Options = z.strictObject({
  metric: z.union([name, z.array(name).min(1)]).describe('The metric, or metrics, of tokens or cost, such as `llm_cost_dollars_total`.'),
  path: z.string().startsWith('/').default('/metrics').describe('The path at which targets export their metrics.'),
});

/** AGT-13: what a language model costs is counted, and somebody is told when it becomes too much. */
export const cost: readonly CheckPlugin[] = [
  {
    ...defineCheck<CostFacts>({
      code: 'AGT-13',
      summary: 'tokens or cost of the language model are exported, with an alert rule over them',
      needs: 'live',
      facts: CostFacts,
      collect,
    }),
    options: Options,
  },
];

async function collect(context: CheckContext): Promise<Collected<CostFacts>> {
  const told = Options.safeParse(context.options?.['AGT-13']);
  if (!told.success) {
    const because = 'which metric counts tokens or cost is not said: `check_options: {AGT-13: {metric: llm_cost_dollars_total}}`';
    return context.named ? { state: 'gap', because } : { state: 'not-applicable', because };
  }
  if (!context.manifest) return { state: 'gap', because: 'no stack is up' };
  const { metric, path } = told.data;
  const { rules, unread } = await monitoring(context);
  if (unread > 0) return { state: 'gap', because: `${counted(unread, 'file')} with alert rules could not be read` };
  const read = await Promise.all(httpTargets(context).map((target) => exported(context, target, path)));
  const answered = read.filter((one) => 'names' in one);
  const metrics = [metric].flat().map((asked) => ({
    name: asked,
    at: answered.filter(({ names }) => names.has(bare(asked))).map(({ place }) => place),
    alerts: rules.filter(({ expr }) => metricNames(expr).some((used) => bare(used) === bare(asked))).map((rule) => rule.name),
  }));
  const looked = answered.map(({ place }) => place);
  const facts = { metrics, looked, rules: rules.length, unasked: read.filter((one) => 'because' in one) };
  return { state: 'collected', facts, sources: [...new Set(rules.map((rule) => rule.path))].slice(0, 10).map((file) => ({ file })) };
}

type Read = { readonly place: string; readonly names: ReadonlySet<string> } | { readonly service: string; readonly because: string };

async function exported({ ports, signal }: CheckContext, { name: target, origin }: Target, path: string): Promise<Read> {
  const place = `${target} ${path}`;
  const answer = await ports.http.request({ method: 'GET', url: `${origin}${path}`, timeoutMs: ANSWER_MS, maxBytes: MOST_BYTES, signal });
  if (answer.state === 'failed') return { service: target, because: `GET ${place} failed: ${answer.message}` };
  const exposition = answer.status === 200 ? readExposition(Buffer.from(answer.body).toString('utf8')) : undefined;
  if (answer.totalBytes > answer.body.length) return { service: target, because: `GET ${place} answered with more than 4 MB` };
  // A target that exports nothing leaves nothing open: what it does not have is not there.
  const names = [...(exposition?.samples ?? []), ...[...(exposition?.types.keys() ?? [])].map((known) => ({ name: known }))];
  return { place, names: new Set(names.map((sample) => bare(sample.name))) };
}

/** A counter without samples has a type all the same, and is called without its suffix in OpenMetrics. */
function bare(metric: string): string {
  return metric.replace(SUFFIX, '');
}
