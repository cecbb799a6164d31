import { describe, expect, it } from '@jest/globals';
import { reportAsJson } from '../../src/evidence/report-json.js';
import { reportAsText } from '../../src/evidence/report-text.js';
import { parseTrust, NO_TRUST } from '../../src/evidence/trust.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { build, trustBytes } from './evidence-builder.js';

describe('verifyEvidence', () => {
  it('verifies', async () => {
    const { bytes, trust } = await build();
    const report = verifyEvidence(bytes, parseTrust(trustBytes(trust)));
    console.log(reportAsText(report));
    console.log(reportAsText(verifyEvidence(bytes, NO_TRUST)));
    console.log(JSON.stringify(JSON.parse(reportAsJson(report)), null, 1));
    expect(report.result).toBe('verified');
  });
});
