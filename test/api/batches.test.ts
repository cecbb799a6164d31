/** One seal over all entries of a ledger, over HTTP alone. */
import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { toBase64 } from '../../src/base/bytes.js';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
import { issueTo, signCades } from '../signing/support/test-pki.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import { answer, append, createLedger, newKey, problem } from './support/ledger-client.js';

interface Batch {
  readonly id: string;
  readonly index: number;
  readonly size: number;
  readonly rootHash: string;
  readonly signatures: number;
}

interface Made {
  readonly batch: Batch;
  readonly signature: { readonly report: { readonly intact: boolean } } | null;
}

interface Listed {
  readonly of: string;
  readonly report: { readonly signer: { readonly name: string } | null };
}

const BATCHES = '/v1/ledgers/kyc/batches';
const CMS = { 'content-type': 'application/pkcs7-signature' };
/** Of whom the node knows nothing; valid now, by the node's own clock. */
const OFFICER = issueTo({
  name: 'Officer',
  notBefore: (Date.now() - 86_400_000) as UnixMillis,
  notAfter: (Date.now() + 86_400_000) as UnixMillis,
});

let node: TestService;
let reader: string;

openSuiteService(async (opened) => {
  node = opened;
  await createLedger(node, 'kyc');
  await append(node, 'kyc');
  reader = await newKey(node, 'reader');
});

const post = (json: object, key = node.adminKey): Promise<Response> =>
  node.request(BATCHES, { json, key });

const signaturesOf = (id: string): string => `/v1/ledgers/kyc/records/${id}/signatures`;

async function signedByOfficer(id: string): Promise<Uint8Array> {
  const response = await node.request(`/v1/ledgers/kyc/records/${id}/statement`);
  const statement = new Uint8Array(await response.arrayBuffer());
  return signCades(OFFICER, statement, { signingTime: Date.now() as UnixMillis });
}

async function rootAt(size: number): Promise<string> {
  const text = await (await node.request(`/v1/ledgers/kyc/checkpoints/${size}`)).text();
  return Buffer.from(text.split('\n')[2] ?? '', 'base64').toString('hex');
}

describe('batches', () => {
  it('are made and sealed, are what the checkpoint before them said, and are not made twice', async () => {
    const { batch, signature } = await answer<Made>(post({ signer: 'seal' }), 201);
    expect(batch).toMatchObject({ index: 2, size: 2, rootHash: await rootAt(2), signatures: 1 });
    expect(signature?.report.intact).toBe(true);
    expect(await answer<Made>(post({ signer: 'seal' }))).toEqual({ batch, signature: null });
    const state = await answer<{ kind: string }>(node.request(`/v1/ledgers/kyc/records/2`));
    expect(state.kind).toBe('batch');
  });

  it('are in evidence of the entries that they cover', async () => {
    const response = await node.request('/v1/ledgers/kyc/records/1/evidence', { key: reader });
    const report = verifyEvidence(new Uint8Array(await response.arrayBuffer()), NO_TRUST);
    expect(report).toMatchObject({ result: 'consistent', signatures: [{ batch: 2 }] });
  });

  it('can be for others to sign, with keys of their own, as any entry can', async () => {
    await append(node, 'kyc');
    const { batch, signature } = await answer<Made>(post({}), 201);
    expect({ signature, signatures: batch.signatures }).toEqual({ signature: null, signatures: 0 });
    const body = await signedByOfficer(batch.id);
    await answer(node.request(signaturesOf(batch.id), { body, headers: CMS }), 201);
    const { items } = await answer<{ items: readonly Listed[] }>(
      node.request(signaturesOf(batch.id)),
    );
    expect(items.map(({ of, report }) => [of, report.signer?.name])).toEqual([
      [batch.id, 'Officer'],
    ]);
    const covered = await node.request('/v1/ledgers/kyc/records/4/evidence', { key: reader });
    const report = verifyEvidence(new Uint8Array(await covered.arrayBuffer()), NO_TRUST);
    expect(report.signatures).toMatchObject([{ batch: batch.index, signer: { name: 'Officer' } }]);
  });

  it('are signed by nobody who may only write', async () => {
    const writer = await newKey(node, 'writer');
    const { items } = await answer<{ items: readonly Batch[] }>(node.request(BATCHES));
    const id = items[0]?.id ?? '';
    expect(await problem(post({}, writer), 403)).toBe('ACCESS_DENIED');
    const body = await signedByOfficer(id);
    const attach = node.request(signaturesOf(id), { body, headers: CMS, key: writer });
    expect(await problem(attach, 403)).toBe('ACCESS_DENIED');
    // Nor is a signature over it countersigned by them.
    const over = node.request(signaturesOf('3'), { json: { signer: 'seal' }, key: writer });
    expect(await problem(over, 403)).toBe('ACCESS_DENIED');
    const certificate = toBase64(OFFICER.certificate.der);
    const prepare = node.request(`${signaturesOf(id)}/prepare`, {
      json: { certificate },
      key: writer,
    });
    expect(await problem(prepare, 403)).toBe('ACCESS_DENIED');
  });

  it('are listed, the newest first, page by page', async () => {
    const pages: number[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const more = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: { items: readonly Batch[]; cursor: string | null } = await answer(
        node.request(`${BATCHES}?limit=1${more}`, { key: reader }),
      );
      pages.push(...page.items.map(({ size }) => size));
      ({ cursor } = page);
    }
    expect(pages).toEqual([5, 2]);
  });

  it('are made by whoever may attach signatures, of ledgers that are there, and of nothing else', async () => {
    expect(await problem(post({ signer: 'seal' }, reader), 403)).toBe('ACCESS_DENIED');
    expect(await problem(post({ signer: 'me' }), 400)).toBe('REQUEST_INVALID');
    const other = node.request('/v1/ledgers/other/batches', { json: {} });
    expect(await problem(other, 404)).toBe('LEDGER_UNKNOWN');
  });
});
