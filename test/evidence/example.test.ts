/**
 * The example in docs/formats/examples, which was made once and must verify for ever. `WRITE_EXAMPLE=1`
 * makes another, when the format changes.
 */
import { describe, expect, it } from '@jest/globals';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { isCollectionReport, verifyBytes } from '../../src/evidence/verify-file.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { buildCollection } from './collection-builder.js';
import { build } from './evidence-builder.js';
import {
  readCollectionExample,
  readExample,
  writeCollectionExample,
  writeExample,
} from './support/example.js';

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

describe('the example of a collection', () => {
  it('holds whole answers, and fails no check, for who trusts its operator', async () => {
    if (process.env['WRITE_EXAMPLE'] === '1') writeCollectionExample(await buildCollection());
    const { evidence, trust } = readCollectionExample();
    const report = verifyBytes(evidence, trust);
    // Of a name that nobody has, only the file says which tag it would have.
    expect(report.result).toBe('consistent');
    const onOwnWord = report.checks.filter(({ word }) => word === 'self').map(({ id }) => id);
    expect(onOwnWord).toEqual(['completeness:5', 'completeness:6', 'completeness:7']);
    if (!isCollectionReport(report)) throw new Error('not a collection');
    expect(report.questions[0]?.answer?.state).toEqual([3, 7, 10]);
  });
});
