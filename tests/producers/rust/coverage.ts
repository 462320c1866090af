import type { Producer } from '../ecosystem.ts';

export const coverage: readonly Producer[] = [];
