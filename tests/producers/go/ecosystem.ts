import type { Ecosystem } from '../ecosystem.ts';
import { behaviour } from './behaviour.ts';
import { coverage } from './coverage.ts';
import { goTest } from './go-test.ts';
import { goJunitReport, gotestsum } from './junit.ts';

export const ecosystem: Ecosystem = {
  name: 'go',
  install: [
    'export GOBIN=$PWD/bin',
    'go install gotest.tools/gotestsum@v1.13.0',
    'go install github.com/boumenot/gocover-cobertura@v1.5.0',
    'go install github.com/jstemmer/go-junit-report@v1.0.0 && mv bin/go-junit-report bin/go-junit-report-v1',
    'go install github.com/jstemmer/go-junit-report/v2@v2.1.0 && mv bin/go-junit-report bin/go-junit-report-v2',
  ].join(' && '),
  producers: [...goTest, ...gotestsum, ...goJunitReport, ...behaviour, ...coverage],
};
