/**
 * The example in docs/formats/examples, which was made once and must verify for ever. `WRITE_EXAMPLE=1`
 * makes another, when the format changes.
 */
import { describe, expect, it } from '@jest/globals';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { build } from './evidence-builder.js';
import { readExample, writeExample } from './support/example.js';

describe('the example file', () => {
  it('is verified by who trusts its operator', async () => {
    if (process.env['WRITE_EXAMPLE'] === '1') writeExample(await build());
    const { evidence, trust } = readExample();
    expect(verifyEvidence(evidence, trust).result).toBe('verified');
  });

  it('is consistent to everybody else', () => {
    const { evidence } = readExample();
    expect(verifyEvidence(evidence, NO_TRUST).result).toBe('consistent');
  });
});
