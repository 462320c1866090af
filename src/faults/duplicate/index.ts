import { netemFault } from '../kit/netem.ts';

export const duplicate = netemFault({
  type: 'duplicate',
  summary: 'packets that come twice between two services (netem only)',
  does: 'duplicate packets',
  queue: (percent) => `duplicate ${percent}`,
});
