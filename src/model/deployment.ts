import { z } from 'zod';

/** A step in which the gate, or the release gate, speaks. */
export const GateStep = z.object({
  line: z.number(),
  /** Its failure is turned into success: the words that do it. */
  softened: z.string().optional(),
  /** The step's own `if`. */
  condition: z.string().optional(),
  /** Somebody in the job reads how it ended, and may act on it. */
  read: z.boolean(),
});
export type GateStep = z.output<typeof GateStep>;

/** A job of a workflow, as far as it matters to what goes out. */
export const WorkflowJob = z.object({
  id: z.string(),
  /** As a required check knows it. */
  name: z.string(),
  line: z.number(),
  needs: z.array(z.string()),
  condition: z.string().optional(),
  /** `continue-on-error: true` of the whole job. */
  softened: z.string().optional(),
  environment: z.string().optional(),
  deploys: z.boolean(),
  /** Path of the workflow of this repository that it calls. */
  calls: z.string().optional(),
  gates: z.array(GateStep),
  /** Its steps read the results of the jobs that it needs. */
  readsNeeds: z.boolean(),
});
export type WorkflowJob = z.output<typeof WorkflowJob>;

/** How a workflow of GitHub Actions begins: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax */
export const WorkflowStart = z.object({
  event: z.string(),
  branches: z.boolean(),
  tags: z.boolean(),
  /** Patterns of the branches. */
  names: z.array(z.string()),
  /** Of `workflow_run`. */
  workflows: z.array(z.string()),
});
export type WorkflowStart = z.output<typeof WorkflowStart>;

export const Workflow = z.object({ path: z.string(), name: z.string(), on: z.array(WorkflowStart), jobs: z.array(WorkflowJob) });
export type Workflow = z.output<typeof Workflow>;

/** What the forge says that a branch requires, and what it protects environments with. */
export const ForgeRules = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('known'),
    branch: z.string(),
    /** Names of required checks. */
    checks: z.array(z.string()),
    /** Paths of workflows that a ruleset requires. */
    workflows: z.array(z.string()),
    /** Environment → whether somebody or something has to agree first; `undefined` where the token may not read them. */
    environments: z.record(z.string(), z.boolean()).optional(),
  }),
  z.object({ state: z.literal('unknown'), because: z.string() }),
]);
export type ForgeRules = z.output<typeof ForgeRules>;
