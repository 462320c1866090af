import type { JudgeRule } from '../context.ts';
import { effects } from '../effects/index.ts';
import { evaluations } from '../evaluations/index.ts';
import { leaks } from '../leaks/index.ts';
import { regressions } from '../regressions/index.ts';
import { stored } from '../regressions/stored.ts';
import { agents } from './agents.ts';
import { bottleneck } from './bottleneck.ts';
import { claims } from './claims.ts';
import { components } from './components.ts';
import { coverage } from './coverage.ts';
import { criticalLines } from './critical-lines.ts';
import { diagnostics } from './diagnostics.ts';
import { exits } from './exits.ts';
import { experiments } from './experiments.ts';
import { faultCoverage } from './fault-coverage.ts';
import { journeys } from './journeys.ts';
import { loadResults } from './load-results.ts';
import { messages } from './messages.ts';
import { missingTests } from './missing-tests.ts';
import { mustPass } from './must-pass.ts';
import { notes } from './notes.ts';
import { only } from './only.ts';
import { owed } from './owed.ts';
import { rollback } from './rollback.ts';
import { rows } from './rows.ts';
import { saturation } from './saturation.ts';
import { saving } from './saving.ts';
import { series } from './series.ts';
import { stack } from './stack.ts';
import { stages } from './stages.ts';
import { tests } from './tests.ts';
import { timeline } from './timeline.ts';
import { traffic } from './traffic.ts';
import { underLoad } from './under-load.ts';
import { vanished } from './vanished.ts';
import { watch } from './watch.ts';

/** Every topic of the judge, in the order in which their findings come where nothing else decides it. */
export const RULES: readonly JudgeRule[] = [
  stack,
  stages,
  owed,
  exits,
  tests,
  mustPass,
  vanished,
  components,
  traffic,
  timeline,
  coverage,
  journeys,
  saving,
  evaluations,
  experiments,
  faultCoverage,
  rows,
  series,
  loadResults,
  bottleneck,
  saturation,
  underLoad,
  leaks,
  effects,
  regressions,
  stored,
  rollback,
  watch,
  messages,
  agents,
  notes,
  only,
  missingTests,
  claims,
  diagnostics,
  criticalLines,
];
