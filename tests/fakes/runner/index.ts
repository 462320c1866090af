export { runComposite, runSteps } from './composite.ts';
export type { CompositeOptions, StepsOptions, UsesHandler } from './composite.ts';
export { runJavaScriptAction } from './javascript.ts';
export type { JavaScriptOptions, JavaScriptResult } from './javascript.ts';
export type { Annotation, JobResult, Outcome, RunnerOptions, StepResult, UsesCall } from './types.ts';
