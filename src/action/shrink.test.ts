import { describe, expect, it } from 'vitest';

import { shrink } from './shrink.ts';

const section = (name: string, size: number): string => `### ${name}\n\n${'x'.repeat(size)}\n`;

describe('a text that is too long', () => {
  it('stays as it is when it fits', () => {
    expect(shrink('short', 1000)).toBe('short');
  });

  it('ends where a section ends and says how much is missing', () => {
    const text = [section('one', 300), section('two', 300), section('three', 900)].join('\n');
    const cut = shrink(text, 1000);
    expect(cut.length).toBeLessThanOrEqual(1000);
    expect(cut).toContain('### two');
    expect(cut).not.toContain('xxx\n\nxxx');
    expect(cut).toMatch(/_Cut here: [\d,]+ characters did not fit/);
  });

  it('is never cut inside a folded part or a code block', () => {
    const folded = `intro\n\n<details><summary>proof</summary>\n\n${'line\n\n'.repeat(300)}</details>\n\nend\n`;
    expect(shrink(folded, 1000)).toMatch(/^intro\n\n---\n_Cut here/);
    const code = `intro\n\n\`\`\`\`\n\`\`\`\n${'line\n\n'.repeat(300)}\`\`\`\`\n\nend\n`;
    expect(shrink(code, 1000)).toMatch(/^intro\n\n---\n_Cut here/);
  });
});
