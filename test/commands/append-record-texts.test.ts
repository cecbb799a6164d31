import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import type { LeafIndex } from '../../src/base/brand.js';
import { fromHex, sha256Digest, utf8 } from '../../src/base/bytes.js';
import { parseStrictJson } from '../../src/base/canonical-json.js';
import { ChirographError } from '../../src/base/errors.js';
import { RandomPool } from '../../src/base/random.js';
import { tagsScope } from '../../src/base/secret-scope.js';
import { appendRecordTexts } from '../../src/commands/append-record-texts.js';
import { appendRecords } from '../../src/commands/append-records.js';
import { inlinePreparer } from '../../src/commands/preparation/inline-preparer.js';
import type { PreparationBatch, Preparer } from '../../src/commands/preparation/preparer.js';
import { WorkerPreparer } from '../../src/commands/preparation/worker-preparer.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { verifyCheckpoint } from '../../src/tlog/checkpoint.js';
import { verifyInclusion } from '../../src/tlog/inclusion-proof.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';
import { noteVerifier } from '../../src/tlog/signed-note.js';
import { fileRecord } from '../support/file-entries.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { depsOf, openTestStore, type TestStore } from '../support/test-store.js';

/** Built by `npm test` before jest runs: threads know nothing of jest's transforms. */
const BUILT = new URL('../../dist/commands/preparation/preparation-worker.js', import.meta.url);
const program = (source: string): URL =>
  new URL(`data:text/javascript,${encodeURIComponent(source)}`);

let root: string;
let opened: TestStore;
let preparer: Preparer;
const crashes: unknown[] = [];
const onCrash = (cause: unknown): void => {
  crashes.push(cause);
};

beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openTestStore(root);
  const tenant = await opened.store.createTenant('default', 'example.org');
  await opened.store.createLedger(tenant, 'kyc');
  crashes.length = 0;
});
afterEach(async () => {
  await preparer.close();
  await opened.store.close();
  await removeDirectory(root);
});

const tenantOf = ({ store }: TestStore): string => store.tenantNamed('default')?.handle ?? '';
const lineOf = (n: number, more: object = {}): Uint8Array =>
  utf8(JSON.stringify({ type: 'test.Record', subject: `c-${n}`, payload: { n }, ...more }));

async function append(lines: readonly Uint8Array[]) {
  const deps = { ...(await depsOf(opened)), preparer, maxPayloadBytes: 4096 };
  const texts = lines.map((bytes) => ({ bytes }));
  return appendRecordTexts(deps, { tenant: tenantOf(opened), ledger: 'kyc', author: 'a' }, texts);
}

type Results = Awaited<ReturnType<typeof append>>;

/** The index of each receipt, once it verifies; the code of each error. */
function told(results: Results): (number | string)[] {
  const { verifierKey } = opened.store.ledger(tenantOf(opened), 'kyc').reader;
  const verifier = noteVerifier(parseVerifierKey(verifierKey));
  return results.map((result) => {
    if (result.kind === 'error') return result.error.code;
    const receipt = parseStrictJson(result.receipt.json) as unknown as {
      leafHash: string;
      index: number;
      checkpoint: string;
      inclusionProof: string[];
    };
    const { size, rootHash } = verifyCheckpoint(receipt.checkpoint, verifier);
    const isIncluded = verifyInclusion({
      leafHash: sha256Digest(fromHex(receipt.leafHash)),
      index: receipt.index as LeafIndex,
      size,
      rootHash,
      proof: receipt.inclusionProof.map((hash) => sha256Digest(fromHex(hash))),
    });
    return isIncluded ? receipt.index : 'not included';
  });
}

describe.each([
  ['in the same thread', () => inlinePreparer(new RandomPool())],
  ['in another thread', () => new WorkerPreparer({ onCrash, entry: BUILT })],
])('lines that are prepared %s', (_, make) => {
  beforeEach(() => {
    preparer = make();
  });

  it('get receipts that verify, in their order', async () => {
    const lines = Array.from({ length: 20 }, (_, n) => lineOf(n % 3));
    expect(told(await append(lines))).toEqual(lines.map((_, n) => n + 1));
    expect(told(await append(lines.slice(0, 2)))).toEqual([21, 22]);
  });

  it('stand alone: each that is refused has its error in its place', async () => {
    const results = await append([
      lineOf(0),
      utf8('{'),
      lineOf(1, { type: 'no type' }),
      lineOf(2, { payload: { text: 'x'.repeat(5000) } }),
      lineOf(3, { retracts: 'ab'.repeat(32) }),
      lineOf(4),
    ]);
    expect(told(results)).toEqual([
      1,
      'JSON_MALFORMED',
      'RECORD_MALFORMED',
      'RECORD_TOO_LARGE',
      'RECORD_MALFORMED',
      2,
    ]);
    const malformed = results[2];
    expect(malformed?.kind === 'error' ? malformed.error : null).toMatchObject({ path: '/type' });
  });

  it('are answered again by their idempotency key', async () => {
    const line = lineOf(0, { idempotencyKey: 'once' });
    expect(told(await append([line, line]))).toEqual([1, 1]);
    expect(told(await append([line, lineOf(1, { idempotencyKey: 'once' })]))).toEqual([
      1,
      'LEDGER_IDEMPOTENCY_CONFLICT',
    ]);
  });

  it('leave no secret behind when they are not appended', async () => {
    const vault = opened.store.vaultOf(tenantOf(opened));
    await append([lineOf(1), lineOf(2, { retracts: 'ab'.repeat(32) })]);
    expect(await vault.find(tagsScope('c-1'))).not.toBeNull();
    expect(await vault.find(tagsScope('c-2'))).toBeNull();
  });

  it('attach files of their ledger and subject, which are looked for once', async () => {
    const target = { tenant: tenantOf(opened), ledger: 'kyc', author: 'a' };
    const files = ['c-1', 'c-2'].map((subject) => ({
      record: parseRecordInput(fileRecord(subject, `of ${subject}`)),
      idempotencyKey: null,
    }));
    const put = await appendRecords(await depsOf(opened), target, files);
    const [one, two] = put.map((each) => (each.kind === 'receipt' ? each.receipt.leafHash : ''));
    const attaching = (n: number, file = '', more: object = {}): Uint8Array =>
      lineOf(n, { attachments: [{ file }], ...more });
    const lines = [
      attaching(1, one),
      attaching(1, two),
      lineOf(1),
      attaching(1, 'ab'.repeat(32)),
      attaching(2, two, { idempotencyKey: 'once' }),
      attaching(2, one, { idempotencyKey: 'never' }),
      attaching(2, two, { idempotencyKey: 'once' }),
    ];
    const results = await append(lines);
    expect(told(results)).toEqual([
      ...[3, 'RECORD_ATTACHMENT_REFUSED', 4, 'RECORD_ATTACHMENT_UNKNOWN'],
      ...[5, 'RECORD_ATTACHMENT_REFUSED', 5],
    ]);
    const refused = results[1];
    expect(refused?.kind === 'error' ? refused.error : null).toMatchObject({
      path: '/attachments/0',
    });
  });

  it('may be many batches at a time', async () => {
    const batches = Array.from({ length: 8 }, (_, at) =>
      append(Array.from({ length: 16 }, (_, n) => lineOf((at + n) % 5))),
    );
    const indices = (await Promise.all(batches)).flatMap(told);
    expect([...indices].sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 128 }, (_, n) => n + 1),
    );
  });

  it('are finished when the preparer is closed meanwhile', async () => {
    const batch = batchOf(lineOf(0));
    let closed: Promise<void> | undefined;
    const find = (scopes: readonly unknown[]) => {
      closed = preparer.close();
      const secret = { rowId: new Uint8Array(16), secret: new Uint8Array(32), isCommitted: false };
      return Promise.resolve(scopes.map(() => secret));
    };
    const [prepared] = await preparer.prepare(batch, {
      findSecrets: find,
      findSchemas: () => Promise.resolve([]),
      findFiles: () => Promise.resolve([]),
    });
    await closed;
    expect(prepared).toMatchObject({ entry: { kind: 'record', month: '2026-11' } });
  });
});

describe('a preparation thread', () => {
  it('that ends fails what it had with an error that says to try again, and is started anew', async () => {
    preparer = new WorkerPreparer({
      onCrash,
      entry: program(`
        import { parentPort } from 'node:worker_threads';
        parentPort.on('message', () => { throw new Error('a mistake of ours'); });
      `),
    });
    for (const times of [1, 2]) {
      const batches = await Promise.allSettled([append([lineOf(0)]), append([lineOf(1)])]);
      for (const batch of batches)
        expect(batch).toMatchObject({
          status: 'rejected',
          reason: { code: 'PREPARATION_INTERRUPTED' },
        });
      expect(crashes).toHaveLength(times);
    }
    expect(crashes[0]).toMatchObject({ message: 'a mistake of ours' });
  });

  it('pushes back what is more than it may hold, and takes it later', async () => {
    preparer = new WorkerPreparer({ onCrash, entry: BUILT, maxBytesInFlight: 1000 });
    const large = lineOf(0, { payload: { text: 'x'.repeat(700) } });
    const both = await Promise.allSettled([append([large]), append([large])]);
    // Which of the two comes first is for the key store to say.
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'LEDGER_PUSHBACK' },
    });
    expect(told(await append([large]))).toEqual([2]);
  });

  it('fails a batch whose files cannot be looked for, and no other', async () => {
    preparer = new WorkerPreparer({ onCrash, entry: BUILT });
    const line = lineOf(0, { attachments: [{ file: 'ab'.repeat(32) }] });
    const failing = preparer.prepare(batchOf(line), {
      findSecrets: () => Promise.reject(new Error('nothing of it is asked for')),
      findSchemas: () => Promise.resolve([]),
      findFiles: () => Promise.reject(new Error('no disk')),
    });
    await expect(failing).rejects.toThrow('no disk');
    expect(told(await append([lineOf(0)]))).toEqual([1]);
    expect(crashes).toEqual([]);
  });

  it('takes nothing once it is told to close', async () => {
    preparer = new WorkerPreparer({ onCrash, entry: BUILT });
    await preparer.close();
    const refusal = await append([lineOf(0)]).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ChirographError);
    expect(refusal).toMatchObject({ code: 'LEDGER_CLOSED' });
    expect(crashes).toEqual([]);
  });
});

/** Of one line. */
function batchOf(line: Uint8Array): PreparationBatch {
  return {
    tenant: 't',
    ledger: 'kyc',
    author: 'a',
    month: '2026-11',
    idempotencyKey: new Uint8Array(32),
    schemas: null,
    typeClasses: {},
    isShared: false,
    claims: { author: null, now: 0 as UnixMillis, recordedAt: 0 as UnixMillis },
    vaultEdition: 1,
    maxPayloadBytes: 4096,
    texts: [{ bytes: line }],
  };
}
