/** Claims that their authors signed, judged by the keys of their time: a real node, over HTTP alone. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { formatInstant } from '../../src/base/time.js';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { verifyBytes } from '../../src/evidence/verify-file.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import {
  registration,
  signedBy,
  type TestKey,
  testKey,
} from '../identities/support/identity-kit.js';
import { signedRecord, type Signing } from '../identities/support/signed-record.js';
import { FakeClock } from '../support/fake-clock.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import { answer, createLedger, problem } from './support/ledger-client.js';

interface Identity {
  readonly id: string;
  readonly sequence: number;
  readonly head: string;
}

const RECORDS = '/v1/ledgers/kyc/records';
const RECORD = { type: 'bank.Account', subject: 'customer-4711', payload: { iban: 'XX00' } };
const clock = new FakeClock(1_800_000_000_000);

let node: TestService;
let key: TestKey;
let ada: Identity;
/** Of an API key whose author she is. */
let writer: string;

openSuiteService(
  async (opened) => {
    node = opened;
    await createLedger(node, 'kyc');
  },
  { clock, refusalsPerMinute: 1_000 },
);

beforeEach(async () => {
  key = testKey();
  ada = await changed('/v1/identities', registration(key));
  const made = { json: { role: 'writer', author: ada.id } };
  writer = (await answer<{ key: string }>(node.request('/v1/keys', made), 201)).key;
});

async function changed(path: string, json: JsonObject): Promise<Identity> {
  return (await answer<{ identity: Identity }>(node.request(path, { json }), 201)).identity;
}

async function change(event: JsonObject, signers: readonly TestKey[]): Promise<void> {
  const { id, sequence, head } = ada;
  const place = { $v: 1, identity: id, sequence: sequence + 1, previous: head };
  ada = await changed(`/v1/identities/${id}/events`, signedBy({ ...place, ...event }, signers));
}

const append = (record: JsonObject, headers: Record<string, string> = {}): Promise<Response> =>
  node.request(RECORDS, { json: record, key: writer, headers });

const signed = (more: Partial<Signing> = {}): JsonObject =>
  signedRecord(RECORD, { author: ada.id, key, ...more });

async function refusals(): Promise<readonly JsonObject[]> {
  const { items } = await answer<{ items: JsonObject[] }>(
    node.request('/v1/access?action=record:append&limit=5'),
  );
  return items;
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const response = await node.request(path);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

describe('a signed claim', () => {
  it.each(['Ed25519', 'ES256', 'ES256K'] as const)(
    'is taken of a key that is in use: %s',
    async (alg) => {
      const other = testKey(alg);
      const added = { key: other.did, purposes: ['sign'], id: 'phone' };
      await change({ action: 'add-key', key: added }, [key, other]);
      const signedAt = formatInstant(clock.now());
      const { id } = await answer<{ id: string }>(
        append(signed({ key: other, keyId: 'phone', signedAt })),
        201,
      );
      const entry = await answer<JsonObject>(node.request(`${RECORDS}/${id}`));
      expect(entry).toMatchObject({ author: ada.id, claimSignature: { keyId: other.did, alg } });
    },
  );

  it('is verified offline, by the key that the entry names', async () => {
    const { id } = await answer<{ id: string }>(append(signed()), 201);
    const report = verifyEvidence(await bytesOf(`${RECORDS}/${id}/evidence`), NO_TRUST);
    expect(report.result).toBe('consistent');
    const claim = report.checks.find((check) => check.id === 'claim');
    expect(claim).toMatchObject({ code: 'claim.pass-signed', facts: { key: key.did } });
    expect(report.notProven.map(({ code }) => code)).not.toContain('not-proven.claim-key');
  });

  it('is its author’s by the history that evidence carries, up to then, whatever came later', async () => {
    const fresh = testKey('ES256K');
    const before = await answer<{ id: string }>(append(signed()), 201);
    await change({ action: 'rotate-key', old: key.did, key: fresh.did }, [key, fresh]);
    const { id } = await answer<{ id: string }>(append(signed({ key: fresh })), 201);
    await change({ action: 'revoke', reason: 'superseded' }, [fresh]);
    const pinned = { ...NO_TRUST, identities: [ada.id] };
    for (const [record, events] of [
      [before.id, 1],
      [id, 2],
    ] as const) {
      const bytes = await bytesOf(`${RECORDS}/${record}/evidence`);
      const { checks } = verifyEvidence(bytes, pinned);
      expect(checks.find((check) => check.id === 'author')).toMatchObject({
        ...{ result: 'pass', word: 'trust', facts: { author: ada.id, events } },
      });
      expect(checks.filter(({ result }) => result === 'fail')).toEqual([]);
    }
    // That her history was shown is on record with her name.
    const shown = { subject: ada.id, action: 'evidence:export' };
    const found = await answer<{ items: JsonObject[] }>(
      node.request(`/v1/access?${new URLSearchParams(shown).toString()}`),
    );
    expect(found.items).toHaveLength(2);
  });

  it('is its author’s in a collection too, by one history for all', async () => {
    const fresh = testKey();
    const subject = `customer of ${ada.id}`;
    const of = (more: Partial<Signing> = {}) =>
      signedRecord({ ...RECORD, subject }, { author: ada.id, key, ...more });
    await answer(append(of()), 201);
    await change({ action: 'rotate-key', old: key.did, key: fresh.did }, [key, fresh]);
    await answer(append(of({ key: fresh })), 201);
    const path = `/v1/ledgers/kyc/subjects/${encodeURIComponent(subject)}/evidence`;
    const file = await bytesOf(path);
    const report = verifyBytes(file, NO_TRUST);
    expect(report.checks.find((check) => check.id === 'author')).toMatchObject({
      ...{ result: 'pass', word: 'math', facts: { author: ada.id, events: 2 } },
    });
    const verified = await node.request('/v1/verify', {
      body: file,
      headers: { 'content-type': 'application/json' },
    });
    const { checks } = await answer<{ checks: { id: string; result: string }[] }>(verified);
    expect(checks.find((check) => check.id === 'author')?.result).toBe('pass');
  });

  it('is taken line by line', async () => {
    const lines = [signed(), RECORD, signed({ key: testKey() })].map((line) =>
      JSON.stringify(line),
    );
    const response = await node.request(RECORDS, {
      body: `${lines.join('\n')}\n`,
      headers: { 'content-type': 'application/x-ndjson' },
      key: writer,
    });
    const answers = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JsonObject);
    expect(answers.map(({ code = 'taken' }) => code)).toEqual([
      'taken',
      'taken',
      'CLAIM_KEY_UNKNOWN',
    ]);
    expect((await refusals())[0]).toMatchObject({
      outcome: 'refused',
      code: 'CLAIM_KEY_UNKNOWN',
      ledger: 'kyc',
    });
  });

  it('is judged by the key of its time: a rotated one signs no more', async () => {
    const fresh = testKey('ES256');
    await answer(append(signed()), 201);
    clock.advance(1_000);
    await change({ action: 'rotate-key', old: key.did, key: fresh.did }, [key, fresh]);
    expect(await problem(await append(signed()), 403)).toBe('CLAIM_KEY_REVOKED');
    await answer(append(signed({ key: fresh })), 201);
    const early = formatInstant((clock.now() - 1) as UnixMillis);
    const backdated = signed({ key: fresh, signedAt: early });
    expect(await problem(await append(backdated), 400)).toBe('CLAIM_BEFORE_KEY');
  });

  it('that was taken is taken again with its idempotency key, whatever has become of the key', async () => {
    const headers = { 'idempotency-key': 'once' };
    const record = signed();
    const first = await answer<{ id: string }>(append(record, headers), 201);
    const fresh = testKey();
    await change({ action: 'rotate-key', old: key.did, key: fresh.did }, [key, fresh]);
    expect(await answer<{ id: string }>(append(record, headers))).toMatchObject({ id: first.id });
    const another = { 'idempotency-key': 'twice' };
    expect(await problem(await append(record, another), 403)).toBe('CLAIM_KEY_REVOKED');
  });

  it.each<[string, () => Promise<JsonObject> | JsonObject, number, string]>([
    [
      'by a key that is not its author’s',
      () => signed({ key: testKey() }),
      403,
      'CLAIM_KEY_UNKNOWN',
    ],
    [
      'under the name of another key',
      () => signed({ key: testKey(), keyId: key.did }),
      400,
      'CLAIM_SIGNATURE_INVALID',
    ],
    [
      'dated ahead',
      () => signed({ signedAt: formatInstant((clock.now() + 300_001) as UnixMillis) }),
      400,
      'CLAIM_DATED_AHEAD',
    ],
    [
      'over another payload',
      () => ({ ...signed(), payload: { iban: 'XX01' } }),
      400,
      'RECORD_CLAIM_DIFFERS',
    ],
    ['of another author', () => signed({ author: 'somebody' }), 400, 'RECORD_CLAIM_DIFFERS'],
    [
      'of a suspended author',
      async () => {
        await changed(`/v1/identities/${ada.id}/acts`, { action: 'suspend' });
        return signed();
      },
      403,
      'CLAIM_AUTHOR_SUSPENDED',
    ],
    [
      'of a revoked author',
      async () => {
        await change({ action: 'revoke', reason: 'superseded' }, [key]);
        return signed();
      },
      403,
      'CLAIM_AUTHOR_REVOKED',
    ],
  ])('is refused %s, and entered where it was tried', async (_, make, status, code) => {
    expect(await problem(await append(await make()), status)).toBe(code);
    if (!code.startsWith('CLAIM_')) return;
    expect((await refusals())[0]).toMatchObject({
      outcome: 'refused',
      code,
      ledger: 'kyc',
      actor: ada.id,
    });
  });

  it('is refused of an author who is no identity', async () => {
    const made = { json: { role: 'writer', author: 'somebody' } };
    const other = (await answer<{ key: string }>(node.request('/v1/keys', made), 201)).key;
    const record = signed({ author: 'somebody' });
    const response = await node.request(RECORDS, { json: record, key: other });
    expect(await problem(response, 403)).toBe('CLAIM_AUTHOR_UNKNOWN');
  });

  it('is judged and entered before its author changes: none stands behind the revocation', async () => {
    const fresh = testKey();
    const rotate = change({ action: 'rotate-key', old: key.did, key: fresh.did }, [key, fresh]);
    const tries = await Promise.all(Array.from({ length: 12 }, () => append(signed())));
    await rotate;
    const codes = await Promise.all(
      tries.map(async (each) => (each.status === 201 ? 'taken' : await problem(each, 403))),
    );
    for (const code of codes) expect(['taken', 'CLAIM_KEY_REVOKED']).toContain(code);
    expect(await problem(await append(signed()), 403)).toBe('CLAIM_KEY_REVOKED');
  });
});
