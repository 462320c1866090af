import { expect, it } from 'vitest';

import { raceFlag } from './race-flag.ts';

it.each([
  ['go test -race ./...', 'on'],
  ['mkdir -p reports && go test -json -race ./... > reports/go.json', 'on'],
  ['gotestsum --jsonfile r.json -- -race ./...', 'on'],
  ["sh -c 'go test ./... -race'", 'on'],
  ['go test -race=false ./...', 'off'],
  ['go test ./... | tee race.log', 'off'],
  ['go test ./... ; echo -race', 'off'],
  ['go test -run TestX-race ./...', 'off'],
  ['make test', 'unknown'],
  ['npm run race -- -race', 'unknown'],
])('%s: %s', (line, state) => {
  expect(raceFlag(line)).toBe(state);
});
