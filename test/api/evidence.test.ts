/** From a signature to a file that a stranger verifies, over HTTP alone. */
import { describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';
import { signatureReportSchema } from '../../src/api/signature-report-schema.js';
import { toHex } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { parseOtsFile } from '../../src/evidence/opentimestamps/parse-ots-file.js';
import { verifyOts } from '../../src/evidence/opentimestamps/verify-ots.js';
import { parseEvidence } from '../../src/evidence/parse-evidence.js';
import { NO_TRUST, parseTrust, type Trust } from '../../src/evidence/trust.js';
import { verifyBytes } from '../../src/evidence/verify-file.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { parseLogProof, verifyLogProof } from '../../src/tlog/log-proof.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';
import { noteVerifier } from '../../src/tlog/signed-note.js';
import { readCollectionExample } from '../evidence/support/example.js';
import { FakeClock } from '../support/fake-clock.js';
import { openSuiteService } from '../support/suite-service.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import {
  answer,
  append,
  createLedger,
  foundTenant,
  type LedgerView,
  ledgerOf,
  newKey,
  problem,
  type ReceiptView,
  verifyReceipt,
} from './support/ledger-client.js';

interface Attached {
  readonly receipt: ReceiptView;
  readonly report: { readonly indication: string; readonly development: boolean };
}

interface Anchors {
  readonly chain: string;
  readonly development: boolean;
  readonly epochSize: number;
  readonly settledSize: number;
  readonly pending: { readonly state: string };
}

const RECORDS = '/v1/ledgers/kyc/records';
const CMS = { 'content-type': 'application/pkcs7-signature' };
const JSON_TYPE = { 'content-type': 'application/json' };

let node: TestService;
let ledger: LedgerView;
let reader: string;
let record: ReceiptView;

openSuiteService(async (opened) => {
  node = opened;
  ledger = await createLedger(node, 'kyc');
  record = await append(node, 'kyc');
  reader = await newKey(node, 'reader');
});

const seal = (id: string | number, key = node.adminKey): Promise<Response> =>
  node.request(`${RECORDS}/${id}/signatures`, { json: { signer: 'seal' }, key });

const anchor = (key = node.adminKey): Promise<Response> =>
  node.request('/v1/anchors', { method: 'POST', key });

async function bytes(response: Response | Promise<Response>): Promise<Uint8Array> {
  const awaited = await response;
  expect(awaited.status).toBe(200);
  return new Uint8Array(await awaited.arrayBuffer());
}

async function trust(key = reader): Promise<Trust> {
  return parseTrust(await bytes(node.request('/v1/trust', { key })));
}

describe('signatures', () => {
  it('are made by the operator on request, each an entry of its own', async () => {
    const { receipt, report } = await answer<Attached>(seal(record.id), 201);
    verifyReceipt(receipt, ledger.verifierKey);
    expect(report).toMatchObject({ indication: 'TOTAL-PASSED', development: true });
    const entry = await answer(node.request(`${RECORDS}/${receipt.id}`));
    expect(entry).toMatchObject({ kind: 'signature', of: record.id, index: receipt.index });
  });

  it('are listed with their reports and numbers, page by page', async () => {
    await answer<Attached>(seal(record.index), 201);
    interface Page {
      readonly items: readonly { readonly number: number; readonly report: object }[];
      readonly cursor: string | null;
    }
    const path = `${RECORDS}/${record.id}/signatures`;
    const first = await answer<Page>(node.request(`${path}?limit=1`, { key: reader }));
    const second = await answer<Page>(
      node.request(`${path}?limit=1&cursor=${first.cursor ?? ''}`, { key: reader }),
    );
    expect([...first.items, ...second.items].map(({ number }) => number)).toEqual([0, 1]);
    expect(first.items[0]?.report).toMatchObject({ indication: 'TOTAL-PASSED', intact: true });
    expect(second.cursor).toBeNull();
  });

  it('have reports that are described, member by member', async () => {
    const { items } = await answer<{ items: readonly { report: Record<string, unknown> }[] }>(
      node.request(`${RECORDS}/${record.id}/signatures`),
    );
    const report = items[0]?.report ?? {};
    expect(signatureReportSchema.parse(report)).toEqual(report);
    for (const name of Object.keys(report)) {
      const { [name]: left, ...rest } = report;
      expect([name, left === undefined, signatureReportSchema.safeParse(rest).success]).toEqual([
        name,
        false,
        false,
      ]);
      const other = { ...report, [name]: { of: 'another kind' } };
      expect([name, signatureReportSchema.safeParse(other).success]).toEqual([name, false]);
    }
    const { components } = await answer<{
      components: { schemas: Record<string, { required: readonly string[] }> };
    }>(node.request('/openapi.json'));
    expect(components.schemas['SignatureReport']?.required.toSorted()).toEqual(
      Object.keys(report).toSorted(),
    );
  });

  it('are given as DER, which may be attached again and to nothing else', async () => {
    const der = await bytes(node.request(`${RECORDS}/${record.id}/signatures/0`));
    const attach = (id: string | number): Promise<Response> =>
      node.request(`${RECORDS}/${id}/signatures`, { body: der, headers: CMS });
    const { report } = await answer<Attached>(attach(record.id), 201);
    expect(report.indication).toBe('TOTAL-PASSED');
    const { index } = await append(node, 'kyc');
    const { size } = await ledgerOf(node, 'kyc');
    expect(await problem(attach(index), 400)).toBe('SIGNATURE_REFUSED');
    expect(await problem(attach(0), 409)).toBe('SIGNATURE_OF_NO_RECORD');
    expect((await ledgerOf(node, 'kyc')).size).toBe(size);
  });

  it('that are none are refused, and nothing is appended', async () => {
    const { size } = await ledgerOf(node, 'kyc');
    const path = `${RECORDS}/${record.id}/signatures`;
    const der = await bytes(node.request(`${path}/0`));
    const flipped = der.map((byte, at) => (at === der.length - 1 ? byte ^ 1 : byte));
    const send = (body: string | Uint8Array, headers: Record<string, string>): Promise<Response> =>
      node.request(path, { body, headers });
    for (const body of [flipped, der.subarray(1), new Uint8Array(0), 'PEM'])
      expect(await problem(send(body, CMS), 400)).toBe('SIGNATURE_REFUSED');
    expect(await problem(send(new Uint8Array(1024 * 1024 + 1), CMS), 413)).toBe('BODY_TOO_LARGE');
    expect(await problem(send('{"signer":"me"}', JSON_TYPE), 400)).toBe('REQUEST_INVALID');
    expect(await problem(send('{"signer":"seal","x":1}', JSON_TYPE), 400)).toBe('REQUEST_INVALID');
    expect(await problem(send('x', { 'content-type': 'text/plain' }), 415)).toBe(
      'CONTENT_TYPE_UNSUPPORTED',
    );
    expect(await problem(seal('f'.repeat(64)), 404)).toBe('LEDGER_ENTRY_UNKNOWN');
    expect(await problem(seal(record.id, reader), 403)).toBe('ACCESS_DENIED');
    expect(await problem(node.request(`${path}/99`), 404)).toBe('LEDGER_ENTRY_UNKNOWN');
    expect(await problem(node.request(`${path}/x`), 400)).toBe('REQUEST_INVALID');
    expect((await ledgerOf(node, 'kyc')).size).toBe(size);
  });
});

describe('anchors', () => {
  it('are made now for an admin, and looked at by readers', async () => {
    const before = await answer<Anchors>(node.request('/v1/anchors', { key: reader }));
    expect(before).toMatchObject({ chain: 'devchain', development: true, settledSize: 0 });
    const after = await answer<Anchors>(anchor());
    expect(after.epochSize).toBe(before.epochSize + 1);
    expect(after).toMatchObject({ settledSize: after.epochSize, pending: { state: 'idle' } });
    expect(await answer(node.request('/v1/anchors', { key: reader }))).toEqual(after);
    const { size, finality } = await ledgerOf(node, 'kyc');
    expect(finality).toEqual({ durable: size, witnessed: 0, timestamped: 0, anchored: size });
    expect(await answer(node.request(`${RECORDS}/${record.id}`))).toMatchObject({
      finality: { durable: true, witnessed: false, timestamped: false, anchored: true },
    });
  });

  it('also take in that they were asked for, which moves the access ledger', async () => {
    const { epochSize } = await answer<Anchors>(anchor());
    expect(await answer<Anchors>(anchor())).toMatchObject({ epochSize: epochSize + 1 });
  });

  it('are for admins to make', async () => {
    expect(await problem(anchor(await newKey(node, 'writer')), 403)).toBe('ACCESS_DENIED');
    expect(await problem(node.request('/v1/anchors', { key: '' }), 401)).toBe('ACCESS_KEY_MISSING');
  });
});

describe('evidence', () => {
  const evidence = (query = '', headers: Record<string, string> = {}): Promise<Response> =>
    node.request(`${RECORDS}/${record.id}/evidence${query}`, { key: reader, headers });

  it('verifies on the trust file of the node, and is consistent without it', async () => {
    const file = await bytes(evidence());
    const report = verifyEvidence(file, await trust());
    expect(report.checks.filter(({ result }) => result === 'fail')).toEqual([]);
    expect(report).toMatchObject({ result: 'verified', entry: { id: record.id } });
    expect(report.signatures).toHaveLength(3);
    expect(verifyEvidence(file, NO_TRUST).result).toBe('consistent');
  });

  it("is not attributed on another tenant's trust file alone, without the roots of the seal", async () => {
    const others = await trust(await foundTenant(node, 'other-bank'));
    const report = verifyEvidence(await bytes(evidence()), {
      ...NO_TRUST,
      recoveryKeys: others.recoveryKeys,
    });
    expect(report.result).toBe('consistent');
  });

  it('is judged by the node as by the offline verifier', async () => {
    const file = await bytes(evidence());
    const verify = (body: Uint8Array, key = reader): Promise<Response> =>
      node.request('/v1/verify', { body, headers: JSON_TYPE, key });
    expect(await answer(verify(file))).toMatchObject({ result: 'verified' });
    const text = Buffer.from(file).toString('utf8');
    const inclusion = /"inclusion":\["(.)/.exec(text)?.[1] ?? '';
    const forged = text.replace(
      `"inclusion":["${inclusion}`,
      `"inclusion":["${inclusion === 'A' ? 'B' : 'A'}`,
    );
    expect(await answer(verify(Buffer.from(forged)))).toMatchObject({ result: 'failed' });
    for (const body of [file.subarray(0, -1), Buffer.from('{}'), Buffer.from(` ${text}`)])
      expect(await problem(verify(body), 400)).toBe('EVIDENCE_MALFORMED');
    expect(
      await problem(node.request('/v1/verify', { body: file, headers: CMS, key: reader }), 415),
    ).toBe('CONTENT_TYPE_UNSUPPORTED');
  });

  it('is judged likewise if it is a collection', async () => {
    const { evidence: body } = readCollectionExample();
    const report = await answer(
      node.request('/v1/verify', { body, headers: JSON_TYPE, key: reader }),
    );
    // This node does not know the operator of the example.
    expect(report).toMatchObject({ kind: 'collection', result: 'consistent' });
    const cut = body.subarray(0, -1);
    expect(
      await problem(
        node.request('/v1/verify', { body: cut, headers: JSON_TYPE, key: reader }),
        400,
      ),
    ).toBe('EVIDENCE_MALFORMED');
  });

  it('is a tlog-proof where that is asked for', async () => {
    const byQuery = await bytes(evidence('?format=tlog-proof'));
    const byAccept = await evidence('', { accept: 'text/x-tlog-proof' });
    expect(byAccept.headers.get('content-type')).toBe('text/x-tlog-proof');
    expect(byAccept.headers.get('vary')).toContain('Accept');
    expect(await bytes(byAccept)).toEqual(byQuery);
    const proof = parseLogProof(Buffer.from(byQuery).toString('utf8'));
    const statement = await bytes(node.request(`${RECORDS}/${record.id}/statement`));
    const verifier = noteVerifier(parseVerifierKey(ledger.verifierKey));
    expect(verifyLogProof(proof, leafHash(statement), verifier).size).toBeGreaterThan(proof.index);
  });

  it('has no other forms, and says which there are', async () => {
    const refused = evidence('', { accept: 'image/png' });
    const { code, detail } = await answer<{ code: string; detail: string }>(refused, 406);
    expect(code).toBe('NOT_ACCEPTABLE');
    expect(detail).toMatch(
      /application\/json or text\/x-tlog-proof or .*vnd\.opentimestamps\.ots$/,
    );
    expect(await problem(evidence('?format=pdf'), 400)).toBe('REQUEST_INVALID');
    expect((await evidence('', { accept: '*/*' })).headers.get('content-type')).toBe(
      'application/json',
    );
  });

  it('is a container under the operator’s seal where that is asked for, which says the same', async () => {
    const byQuery = await evidence('?format=asice');
    expect(byQuery.headers.get('content-type')).toBe('application/vnd.etsi.asic-e+zip');
    const byAccept = await evidence('', { accept: 'application/vnd.etsi.asic-e+zip' });
    const alone = verifyBytes(await bytes(evidence()), await trust());
    for (const answered of [byQuery, byAccept]) {
      const report = verifyBytes(await bytes(answered), await trust());
      expect(report.result).toBe('verified');
      expect(report.checks.slice(0, 2)).toMatchObject([
        { id: 'container', result: 'pass' },
        { id: 'container-signature:1', result: 'pass', word: 'trust' },
      ]);
      expect(report.checks.slice(2)).toEqual(alone.checks);
      expect(report.development.map(({ code }) => code)).toContain('development.container');
    }
    const body = await bytes(evidence('?format=asice'));
    const headers = { 'content-type': 'application/vnd.etsi.asic-e+zip' };
    expect(await answer(node.request('/v1/verify', { body, headers, key: reader }))).toMatchObject({
      result: 'verified',
      container: { kind: 'asic-e' },
    });
  });

  it('is, as ASiC-S, what somebody signed and the signature as it was attached', async () => {
    const unpacked = async (id: string | number): Promise<Record<string, Uint8Array>> =>
      unzipSync(
        await bytes(node.request(`${RECORDS}/${id}/evidence?format=asics`, { key: reader })),
      );
    const { signatures } = parseEvidence(await bytes(evidence()));
    const statement = await bytes(node.request(`${RECORDS}/${record.id}/statement`));
    const signed = await unpacked(record.id);
    expect(Object.keys(signed)).toEqual(['mimetype', 'statement.json', 'META-INF/signature.p7s']);
    expect(signed['statement.json']).toEqual(statement);
    expect(signed['META-INF/signature.p7s']).toEqual(signatures?.[0]?.payload?.bytes);
    // Asked for by the signature’s own entry, it is that one.
    expect(await unpacked('2')).toEqual(signed);
    // Nobody signed the ledger’s first entry.
    const report = verifyBytes(
      await bytes(node.request(`${RECORDS}/0/evidence?format=asics`, { key: reader })),
      await trust(),
    );
    expect(report).toMatchObject({ result: 'verified', container: { kind: 'asic-s' } });
  });

  it('is sealed so many times a minute for a tenant; what has not changed is not sealed again', async () => {
    const place = await temporaryDirectory();
    const time = new FakeClock();
    const limited = await openTestService(place, { clock: time, containerSealsPerMinute: 2 });
    try {
      await createLedger(limited, 'kyc');
      const ask = (id: number, format: string): Promise<Response> =>
        limited.request(`${RECORDS}/${id}/evidence?format=${format}`);
      const first = await bytes(ask(0, 'asice'));
      expect(await bytes(ask(0, 'asice'))).toEqual(first);
      await append(limited, 'kyc');
      await bytes(ask(1, 'asics'));
      time.advance(15_000);
      const refused = await ask(1, 'asice');
      expect(refused.headers.get('retry-after')).toBe('45');
      expect(await problem(refused, 429)).toBe('SEAL_RATE_LIMITED');
      expect(await bytes(ask(0, 'asice'))).toEqual(first);
      await bytes(ask(1, 'json'));
      const sealed = { json: { signer: 'seal' } };
      await answer<Attached>(limited.request(`${RECORDS}/1/signatures`, sealed), 201);
      // Somebody's own signature in a container takes none of the operator's.
      await bytes(ask(1, 'asics'));
      time.advance(45_000);
      await bytes(ask(1, 'asice'));
    } finally {
      await limited.service.close();
      await removeDirectory(place);
    }
  });

  it('is an OpenTimestamps file of the leaf input where that is asked for', async () => {
    const byQuery = await evidence('?format=ots');
    expect(byQuery.headers.get('content-type')).toBe('application/vnd.opentimestamps.ots');
    expect(byQuery.headers.get('cache-control')).toBe('no-store');
    const byAccept = await evidence('', { accept: 'application/vnd.opentimestamps.ots' });
    const file = await bytes(byQuery);
    expect(await bytes(byAccept)).toEqual(file);
    const leaf = await bytes(node.request(`${RECORDS}/${record.id}/leaf`, { key: reader }));
    const report = verifyOts(parseOtsFile(file), sha256(leaf), () => null);
    const { anchors } = parseEvidence(await bytes(evidence()));
    if (anchors === undefined) throw new Error('it is anchored');
    const { headers, headersFrom, height } = anchors.after.transaction;
    const { merkleRoot } = parseBlockHeader(
      headers.slice(80 * (height - headersFrom)).slice(0, 80),
    );
    // It is of the chain that the node makes itself, and says so to whoever knows what that is.
    expect(report).toMatchObject({ result: 'not-confirmed', digest: record.id });
    expect(report.attestations.map(({ attestation }) => attestation)).toEqual([
      { kind: 'bitcoin', height },
      { kind: 'development', chain: 'devchain' },
    ]);
    for (const { message, verdict } of report.attestations) {
      expect(verdict).toBe('development');
      expect(toHex(message)).toBe(toHex(merkleRoot));
    }
  });

  it('is no OpenTimestamps file while no block holds the entry', async () => {
    const { id } = await append(node, 'kyc');
    const timestamp = (): Promise<Response> =>
      node.request(`${RECORDS}/${id}/evidence?format=ots`, { key: reader });
    expect(await problem(timestamp(), 409)).toBe('ENTRY_NOT_ANCHORED');
    await answer<Anchors>(anchor());
    expect((await bytes(timestamp())).length).toBeGreaterThan(500);
    const none = node.request(`${RECORDS}/999/evidence?format=ots`, { key: reader });
    expect(await problem(none, 404)).toBe('LEDGER_ENTRY_UNKNOWN');
  });

  it('of the ledger itself, and of a signature, verifies as well', async () => {
    const own = await trust();
    for (const id of ['0', '2']) {
      const file = await bytes(node.request(`${RECORDS}/${id}/evidence`, { key: reader }));
      expect([id, verifyEvidence(file, own).result]).toEqual([id, 'verified']);
      const leaf = await bytes(node.request(`${RECORDS}/${id}/leaf`, { key: reader }));
      const timestamp = node.request(`${RECORDS}/${id}/evidence?format=ots`, { key: reader });
      const ots = parseOtsFile(await bytes(timestamp));
      expect(toHex(ots.digest)).toBe(toHex(sha256(leaf)));
    }
  });
});
