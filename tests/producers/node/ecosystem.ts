import type { Ecosystem } from '../ecosystem.ts';
import { coverage } from './coverage.ts';
import { jest } from './jest.ts';
import { mocha } from './mocha.ts';
import { nodeTest } from './node-test.ts';
import { ava, cucumber, deno, jasmine, newman, tape } from './others.ts';
import { playwright } from './playwright.ts';
import { vitest } from './vitest.ts';

export const ecosystem: Ecosystem = {
  name: 'node',
  install: 'npm install --no-audit --no-fund --no-package-lock',
  producers: [
    ...jest,
    ...vitest,
    ...mocha,
    ...nodeTest,
    ...playwright,
    ...ava,
    ...tape,
    ...cucumber,
    ...jasmine,
    ...deno,
    ...newman,
    ...coverage,
  ],
};
