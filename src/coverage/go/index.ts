import type { CoverageFormat } from '../contract.ts';
import { parseGoCover } from './parse.ts';

export const go: CoverageFormat = {
  format: 'go',
  title: 'Go cover profile (go test -coverprofile)',
  sniff: ({ text }) => /^\s*mode: (?:set|count|atomic)\s*(?:\n|$)/.test(text),
  parse: parseGoCover,
};
