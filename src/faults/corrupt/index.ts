import { netemFault } from '../kit/netem.ts';

export const corrupt = netemFault({
  type: 'corrupt',
  summary: 'packets with a wrong bit between two services (netem only): what checksums do not catch reaches the program',
  does: 'corrupt packets',
  queue: (percent) => `corrupt ${percent}`,
});
