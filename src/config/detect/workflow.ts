import { stringify } from 'yaml';

import type { Detected } from './detect.ts';

/** As the templates in `workflows/` pin it. */
const CHECKOUT = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1';

/** The text of a workflow that runs the gate on pull requests. `uses` is the action as `uses:` names it. */
export function suggestedWorkflow({ suites }: Detected, uses: string): string {
  const steps = [...new Map(suites.flatMap(({ setup, folder }) => setup.map((run) => [`${folder} ${run}`, { run, folder }]))).values()];
  return [
    '# The gate. Make the job "gate" a required check: its result is the verdict.',
    'name: gauntlet',
    'on: [pull_request, merge_group] # merge_group: a queue would wait for ever without it',
    'permissions:',
    '  contents: read # check out the code',
    "  pull-requests: write # the one comment; a fork's token cannot, and nothing but the comment is lost",
    'concurrency: # a newer push makes the older run pointless',
    '  group: gauntlet-${{ github.event.pull_request.number || github.ref }}',
    '  cancel-in-progress: true',
    'jobs:',
    '  gate:',
    '    runs-on: ubuntu-latest',
    '    timeout-minutes: 60',
    '    steps:',
    `      - uses: ${CHECKOUT}`,
    '        with: {fetch-depth: 0, persist-credentials: false} # the base branch too: its waivers count, and changed lines are told from old ones',
    ...(steps.length === 0
      ? []
      : ['      # What your tests need, with the versions that the runner has; an actions/setup-* step before them chooses others.']),
    ...steps.flatMap(({ run, folder }) => [
      `      - run: ${stringify(run, { lineWidth: 0 }).trim()}`,
      ...(folder === '.' ? [] : [`        working-directory: ${stringify(folder).trim()}`]),
    ]),
    `      - uses: ${uses}`,
    '',
  ].join('\n');
}
