/** A log's key is changed over HTTP; whoever trusts the tenant's recovery key alone verifies as before. */
import { describe, expect, it } from '@jest/globals';
import { parseEvidence } from '../../src/evidence/parse-evidence.js';
import { parseTrust, type Trust } from '../../src/evidence/trust.js';
import { verifyBytes } from '../../src/evidence/verify-file.js';
import { accessEntries } from '../access/support/disclosures.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import { answer, append, createLedger, ledgerOf, problem } from './support/ledger-client.js';

interface Rotated {
  readonly old: string;
  readonly new: string;
  readonly size: number;
}

let node: TestService;
let trust: Trust;
let early: Uint8Array;

openSuiteService(async (opened) => {
  node = opened;
  await createLedger(node, 'kyc');
  await append(node, 'kyc');
  const whole = await answer<Record<string, unknown>>(node.request('/v1/trust'));
  trust = parseTrust(
    Buffer.from(
      JSON.stringify({ $v: 1, name: 'a regulator', recoveryKeys: whole['recoveryKeys'] }),
    ),
  );
  early = await evidenceOf(1);
});

const rotate = (ledger = 'kyc', key = node.adminKey): Promise<Response> =>
  node.request(`/v1/ledgers/${ledger}/rotate-key`, { json: {}, key });

describe('POST /v1/ledgers/{ledger}/rotate-key', () => {
  it('leaves what was verified before, and what comes after, to be verified by the recovery key alone', async () => {
    expect(verdictOf(early)).toBe('trust');
    for (const rounds of [1, 2, 3]) {
      const before = await ledgerOf(node, 'kyc');
      const rotated = await answer<Rotated>(rotate());
      const after = await ledgerOf(node, 'kyc');
      expect(rotated).toMatchObject({ old: before.verifierKey, new: after.verifierKey });
      expect(rotated.size).toBe(before.size);
      const { index } = await append(node, 'kyc');
      for (const at of [1, index]) {
        const bytes = await evidenceOf(at);
        expect(parseEvidence(bytes).log.handovers).toHaveLength(rounds);
        expect(verdictOf(bytes)).toBe('trust');
      }
      expect(verdictOf(early)).toBe('trust');
    }
  });

  it('holds for whole answers, and after anchoring', async () => {
    await answer(node.request('/v1/anchors', { method: 'POST' }), 200);
    await answer(rotate());
    await append(node, 'kyc');
    await answer(node.request('/v1/anchors', { method: 'POST' }), 200);
    const collection = await bytesOf('/v1/ledgers/kyc/subjects/customer-4711/evidence');
    expect(verdictOf(collection)).toBe('trust');
    const bytes = await evidenceOf(1);
    expect(parseEvidence(bytes).anchors).toBeDefined();
    expect(verdictOf(bytes)).toBe('trust');
  });

  it('is on record as an administrative act, also of the ledger that holds the records', async () => {
    const rotated = await answer<Rotated>(rotate('_access'));
    const entered = await accessEntries(node, { action: 'ledger:rotate-key' });
    expect(entered.slice(-2)).toMatchObject([
      { outcome: 'begun', ledger: '_access' },
      { outcome: 'done', made: { old: rotated.old, new: rotated.new } },
    ]);
  });

  it('knows no ledger of others', async () => {
    expect(await problem(rotate('nobodys'), 404)).toBe('LEDGER_UNKNOWN');
  });
});

function verdictOf(bytes: Uint8Array): string {
  const report = verifyBytes(bytes, trust);
  expect(report.checks.filter(({ result }) => result === 'fail')).toEqual([]);
  return report.checks.find(({ id }) => id === 'log-identity')?.word ?? 'none';
}

function evidenceOf(index: number): Promise<Uint8Array> {
  return bytesOf(`/v1/ledgers/kyc/records/${index}/evidence`);
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const response = await node.request(path);
  expect([path, response.status]).toEqual([path, 200]);
  return new Uint8Array(await response.arrayBuffer());
}
