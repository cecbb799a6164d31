import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createProgress } from '../../src/cli/progress.js';

function progressOn(isInteractive: boolean): { written: () => string; use: () => void } {
  let written = '';
  const progress = createProgress({
    stdout: () => {
      throw new Error('results go to stdout, progress does not');
    },
    stderr: (text) => {
      written += text;
    },
    isInteractive,
    stdin: Readable.from([]),
    env: {},
  });
  return {
    written: () => written,
    use: () => {
      progress.show('10,000 of 1,000,000 entries');
      progress.show(`a\nb${'x'.repeat(200)}`);
      progress.end();
    },
  };
}

describe('progress', () => {
  it('stays on one line of a terminal and leaves it empty', () => {
    const { written, use } = progressOn(true);
    use();
    expect(written()).not.toContain('\n');
    expect(written()).toContain('10,000 of 1,000,000 entries');
    expect(written().endsWith('\r\u001b[2K')).toBe(true);
  });

  it('is nothing where nobody looks', () => {
    const { written, use } = progressOn(false);
    use();
    expect(written()).toBe('');
  });
});
