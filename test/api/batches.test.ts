/** One seal over all entries of a ledger, over HTTP alone. */
import { describe, expect, it } from '@jest/globals';
import { NO_TRUST } from '../../src/evidence/trust.js';
import { verifyEvidence } from '../../src/evidence/verify.js';
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

const BATCHES = '/v1/ledgers/kyc/batches';

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

  it('can be for others to sign, as any entry can', async () => {
    await append(node, 'kyc');
    const { batch, signature } = await answer<Made>(post({}), 201);
    expect({ signature, signatures: batch.signatures }).toEqual({ signature: null, signatures: 0 });
    const path = `/v1/ledgers/kyc/records/${batch.id}/signatures`;
    await answer(node.request(path, { json: { signer: 'seal' } }), 201);
    const listed = await answer<{ items: readonly { of: string }[] }>(node.request(path));
    expect(listed.items.map(({ of }) => of)).toEqual([batch.id]);
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
