import { netemFault } from '../kit/netem.ts';

export const reorder = netemFault({
  type: 'reorder',
  summary: 'packets that overtake each other between two services (netem only)',
  does: 'reorder packets',
  queue: (percent) => `delay 20ms reorder ${percent}`,
});
