/** What an institution rehearses goes as the script says; and with a fault in the product, the script says that it did not. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { plant } from '../support/mutant.js';
import { program } from '../support/product.js';
import { REHEARSAL_FAULT } from './rehearsal-fault.js';

const run = promisify(execFile);

/** @returns what it printed, and how it ended. */
async function rehearse(tried: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const argv = ['scripts/rehearse.mjs', '--program', tried];
  try {
    const { stdout, stderr } = await run(process.execPath, argv, { timeout: 900_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

describe('the rehearsal', () => {
  it('goes as expected', async () => {
    const { code, stdout, stderr } = await rehearse(program);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('All went as expected.');
  }, 960_000);

  it('ends with 1 at a surprise', async () => {
    const mutant = await plant(REHEARSAL_FAULT);
    try {
      const { code, stderr } = await rehearse(mutant.program);
      expect(code).toBe(1);
      expect(stderr).toContain('must be refused with "log-identity.ended-key"');
    } finally {
      await mutant.remove();
    }
  }, 960_000);
});
