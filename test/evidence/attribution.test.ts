/** On whose word: what makes evidence more than consistent, and what does not. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { NO_TRUST, parseTrust, type Trust } from '../../src/evidence/trust.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { build, type Built, trustBytes } from './evidence-builder.js';
import { checkOf } from './support/check-of.js';
import { edited, remove, set } from './support/json-edit.js';
import { trustOf } from './support/originals.js';
import { DAY_BEFORE, minutes, type Plan } from './support/plan.js';
import { newAuthority } from './support/synthetic-keys.js';

const authority = newAuthority('bank', DAY_BEFORE);
const make = (bends: Partial<Plan> = {}) => build({ authority, ...bends });

let bank: Built;
let known: Trust;

beforeAll(async () => {
  bank = await make();
  known = trustOf(bank);
});

describe('whose log it is', () => {
  const only = (member: string): Trust =>
    parseTrust(trustBytes({ $v: 1, name: 'one root', [member]: bank.trust[member] ?? [] }));

  it('is known by the recovery key alone', () => {
    expect(identity(only('recoveryKeys'))).toEqual(['recovery-key']);
  });

  it('is known by the certificate of the seal alone', () => {
    expect(identity(only('certificates'))).toEqual(['seal']);
  });

  it('is known by the log’s present key alone, and not by the one before it', () => {
    const { first, second } = bank.keys;
    expect(identity({ ...NO_TRUST, logs: [second.key] })).toEqual(['log-key']);
    expect(identity({ ...NO_TRUST, logs: [first.key] })).toEqual([]);
  });

  it('is not known by a recovery key that has signed nothing', () => {
    const bytes = edited(bank.bytes, (file) => {
      remove(file, ['log', 'recoverySignature']);
    });
    expect(identity(only('recoveryKeys'), bytes)).toEqual([]);
  });

  it('is not known by a recovery key that speaks for other names', async () => {
    const elsewhere = await make({ namesOf: 'elsewhere' });
    const named = { ...elsewhere.keys.recovery.key, name: 'log.example/other' };
    const report = verifyEvidence(elsewhere.bytes, { ...NO_TRUST, recoveryKeys: [named] });
    expect(report.log?.identifiedBy).toEqual([]);
  });

  it('is nobody’s in particular without any root', () => {
    const report = verifyEvidence(bank.bytes, NO_TRUST);
    expect(report.result).toBe('consistent');
    expect(report.log).toMatchObject({ identifiedBy: [], origin: bank.keys.origin });
  });

  function identity(trust: Trust, bytes = bank.bytes): readonly string[] {
    return verifyEvidence(bytes, trust).log?.identifiedBy ?? ['unreadable'];
  }
});

describe('a chain', () => {
  it('that costs nothing is not known by a block below the anchor’s', () => {
    const [first] = known.blocks;
    const report = verifyEvidence(bank.bytes, { ...known, blocks: first ? [first] : [] });
    expect(checkOf(report, 'anchor:after')).toMatchObject({ result: 'pass', word: 'self' });
    expect(report).toMatchObject({ result: 'consistent', entry: { in: { pinned: false } } });
  });

  it('that contradicts a pinned block fails', () => {
    const [first] = known.blocks;
    const blocks = first ? [{ ...first, hash: known.blocks[1]?.hash ?? first.hash }] : [];
    expect(verifyEvidence(bank.bytes, { ...known, blocks }).result).toBe('failed');
  });

  it('of another name does not count as the one that is pinned', async () => {
    const regtest = await make({ chain: 'bitcoin:regtest' });
    expect(verifyEvidence(regtest.bytes, trustOf(regtest)).result).toBe('verified');
    const report = verifyEvidence(regtest.bytes, known);
    expect(checkOf(report, 'anchor:after').word).toBe('self');
    expect(report.development.map(({ code }) => code)).toContain('development.chain');
  });
});

describe('certificates', () => {
  it('are judged at the block that proves the signature, else when the log says it came', () => {
    const { signatures } = verifyEvidence(bank.bytes, known);
    expect(signatures.map(({ index, judged }) => [index, judged])).toEqual([
      [12, { at: minutes(300), basis: 'block' }],
      [15, { at: minutes(150), basis: 'recorded' }],
      [18, { at: minutes(180), basis: 'recorded' }],
    ]);
  });

  it('that nobody trusts leave a genuine signature, not attributed', () => {
    const report = verifyEvidence(bank.bytes, { ...known, certificates: [] });
    expect(checkOf(report, 'signature:1')).toMatchObject({ result: 'pass', word: 'self' });
    expect(checkOf(report, 'log-identity').word).toBe('trust');
    expect(report.result).toBe('consistent');
  });

  it('of a seal younger than the entry are judged when the seal says it was made', async () => {
    const sealAuthority = newAuthority('later', minutes(5_000));
    const built = await make({ sealAuthority, sealedAt: minutes(6_000) });
    const report = verifyEvidence(built.bytes, trustOf(built));
    expect(report).toMatchObject({
      result: 'verified',
      log: { sealJudged: { at: minutes(6_000), basis: 'claimed' } },
    });
    expect(report.log?.identifiedBy).toContain('seal');
  });

  it('of a seal that had expired before the entry came identify nobody', async () => {
    const threeYears = 3 * 365 * 24 * 60;
    const sealAuthority = newAuthority('earlier', minutes(-threeYears));
    const built = await make({ sealAuthority, sealedAt: minutes(-threeYears + 60) });
    const report = verifyEvidence(built.bytes, { ...trustOf(built), recoveryKeys: [] });
    expect(checkOf(report, 'log-identity')).toMatchObject({ word: 'self' });
    expect(report.result).toBe('consistent');
  });
});

describe('the keys of the log', () => {
  it('may be changed by the recovery key alone', async () => {
    const built = await make({ handoverBy: ({ recovery }) => [recovery] });
    expect(verifyEvidence(built.bytes, trustOf(built)).result).toBe('verified');
  });

  it('need the recovery key’s word where a thief has the old one', async () => {
    const thief = await make({ recordedAt: (index) => minutes(10 * index + 1) });
    const bytes = edited(thief.bytes, (file) => {
      remove(file, ['log', 'recoverySignature']);
      remove(file, ['log', 'seal']);
      remove(file, ['batch']);
      remove(file, ['signatures']);
      remove(file, ['timeStamp']);
      set(file, ['development'], ['devchain']);
    });
    const report = verifyEvidence(bytes, { ...known, blocks: [] });
    expect(checkOf(report, 'handovers').result).toBe('pass');
    expect(report.result).toBe('consistent');
  });
});
