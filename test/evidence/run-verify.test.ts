import { beforeAll, describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { runVerify, type VerifyRequest } from '../../src/evidence/run-verify.js';
import { build, type Built, trustBytes } from './evidence-builder.js';
import { edited, set } from './support/json-edit.js';

let bank: Built;
let request: VerifyRequest;
beforeAll(async () => {
  bank = await build();
  const trust = [{ label: 'bank.json', bytes: trustBytes(bank.trust) }];
  request = { evidence: bank.bytes, trust, requireAttributed: false, json: false };
});

describe('runVerify', () => {
  it('answers 0 for what is verified, attributed or not', () => {
    expect(runVerify(request)).toMatchObject({ exitCode: 0, error: '' });
    const { exitCode, output } = runVerify({ ...request, trust: [] });
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^VERIFIED AS CONSISTENT, NOT ATTRIBUTED\n/);
  });

  it('answers 1 for what is not attributed where that is asked for', () => {
    expect(runVerify({ ...request, requireAttributed: true }).exitCode).toBe(0);
    expect(runVerify({ ...request, trust: [], requireAttributed: true }).exitCode).toBe(1);
  });

  it('answers 1 with a report for what fails', () => {
    const evidence = edited(bank.bytes, (file) => {
      set(file, ['anchors', 'after', 'epoch', 'size'], 4);
    });
    const { exitCode, output, error } = runVerify({ ...request, evidence });
    expect({ exitCode, error }).toEqual({ exitCode: 1, error: '' });
    expect(output).toContain('FAIL');
  });

  it('answers 2 with one line and no report for what cannot be judged', () => {
    for (const evidence of [utf8(''), utf8('{}'), bank.bytes.subarray(0, 100)]) {
      const { exitCode, output, error } = runVerify({ ...request, evidence });
      expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
      expect(error).toMatch(/^not an evidence file: .+$/);
    }
  });

  it('answers 2 and names the trust file that cannot be used', () => {
    const trust = [{ label: 'broken.json', bytes: utf8('{}') }];
    expect(runVerify({ ...request, trust })).toMatchObject({
      exitCode: 2,
      error: 'broken.json: not a trust file: the member $v is missing',
    });
  });

  it('gives the report as JSON where that is asked for', () => {
    const { output } = runVerify({ ...request, json: true });
    expect(JSON.parse(output)).toMatchObject({ $v: 1, result: 'verified' });
  });
});
