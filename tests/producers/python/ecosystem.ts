import type { Ecosystem } from '../ecosystem.ts';
import { behave, pytestBdd, robot } from './acceptance.ts';
import { coverage } from './coverage.ts';
import { pytest } from './pytest.ts';
import { unittest } from './unittest.ts';

export const ecosystem: Ecosystem = {
  name: 'python',
  install: 'python3 -m venv venv && venv/bin/pip install --quiet -r requirements.txt',
  producers: [...pytest, ...unittest, ...behave, ...pytestBdd, ...robot, ...coverage],
};
