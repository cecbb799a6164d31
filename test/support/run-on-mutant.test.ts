import { describe, expect, it } from '@jest/globals';
import { plant } from './mutant.js';
import { runOnMutant } from './run-on-mutant.js';

const SUITE = { file: 'test/faults/model.test.ts', cases: 1 };

describe('a suite on a mutant', () => {
  it('is green on a faithful copy, and red on one with a fault', async () => {
    const copy = await plant(null);
    const faulty = await plant({
      name: 'no tiles',
      file: 'ledger/internal/state-projection.js',
      find: 'return tiles.map(',
      replace: 'return [].map(',
    });
    expect(await runOnMutant(copy, SUITE)).toMatchObject({ passed: 1, failed: 0 });
    expect(await runOnMutant(faulty, SUITE)).toMatchObject({ passed: 0, failed: 1 });
    await copy.remove();
    await faulty.remove();
  });

  it('shows nothing where it cannot be run', async () => {
    const copy = await plant(null);
    await expect(runOnMutant(copy, { ...SUITE, file: 'test/no-such.test.ts' })).rejects.toThrow();
    await copy.remove();
  });
});
