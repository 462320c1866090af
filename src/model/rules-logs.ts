import type { Rule } from './rule.ts';

/** Rows of the catalogue about what services print. */
export const LOG_RULES: Readonly<Record<string, Rule>> = {
  'OBS-19': {
    title: 'a service logs a critical error',
    priority: 'P1',
    effort: '30 min–4 h',
    fix: 'Read the first of these lines with what stands before it in the log of the service. If the line is expected, log it at a lower level, or waive its finding with the reason: whoever is on call is woken by it.',
  },
};
