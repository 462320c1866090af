import type { getOctokit } from '@actions/github';

import type { Ports } from '../ports/index.ts';
import type { Patience } from './patience.ts';

export type Octokit = ReturnType<typeof getOctokit>;

/** What every question to GitHub goes through. */
export interface GitHub {
  readonly octokit: Octokit;
  readonly owner: string;
  readonly repo: string;
  readonly clock: Ports['clock'];
  readonly patience: Patience;
}
