import { cp } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import { sha256Digest, fromHex } from '../../src/base/bytes.js';
import { appendRecords, type RecordResult } from '../../src/commands/append-records.js';
import { openEntry } from '../../src/queries/opened-entry.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { verifyCheckpoint } from '../../src/tlog/checkpoint.js';
import { verifyConsistency } from '../../src/tlog/consistency-proof.js';
import { verifyInclusion } from '../../src/tlog/inclusion-proof.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';
import { noteVerifier } from '../../src/tlog/signed-note.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { depsOf, openTestStore, type TestStore } from '../support/test-store.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

async function withLedger(): Promise<TestStore> {
  const opened = await openTestStore(root);
  const tenant = await opened.store.createTenant('default', 'example.org');
  await opened.store.createLedger(tenant, 'kyc');
  return opened;
}

async function append(
  opened: TestStore,
  count: number,
  more: Record<string, unknown> = {},
  idempotencyKey: string | null = null,
): Promise<RecordResult[]> {
  const tenant = opened.store.tenantNamed('default')?.handle ?? '';
  const records = Array.from({ length: count }, (_, n) => ({
    record: parseRecordInput({
      type: 'test.Record',
      subject: `customer-${n % 7}`,
      payload: { n },
      ...more,
    }),
    idempotencyKey,
  }));
  return appendRecords(
    await depsOf(opened),
    { tenant, ledger: 'kyc', author: 'key:test' },
    records,
  );
}

const ledgerOf = ({ store }: TestStore) =>
  store.ledger(store.tenantNamed('default')?.handle ?? '', 'kyc');

function verifyReceipt(opened: TestStore, result: RecordResult | undefined): number {
  if (result?.kind !== 'receipt') throw new Error('no receipt');
  const { receipt } = result;
  const { verifierKey } = ledgerOf(opened).reader;
  const checkpoint = verifyCheckpoint(
    receipt.checkpoint,
    noteVerifier(parseVerifierKey(verifierKey)),
  );
  expect(
    verifyInclusion({
      leafHash: sha256Digest(fromHex(receipt.leafHash)),
      index: receipt.index as LeafIndex,
      size: checkpoint.size,
      rootHash: checkpoint.rootHash,
      proof: receipt.inclusionProof.map((hash) => sha256Digest(fromHex(hash))),
    }),
  ).toBe(true);
  return receipt.index;
}

describe('a ledger store', () => {
  it('gives every record a receipt that verifies', async () => {
    const opened = await withLedger();
    const results = [...(await append(opened, 40)), ...(await append(opened, 3))];
    expect(results.map((result) => verifyReceipt(opened, result))).toEqual(
      Array.from({ length: 43 }, (_, n) => n + 1),
    );
    await opened.store.close();
  });

  it('begins a ledger with an entry that names its keys', async () => {
    const opened = await withLedger();
    const { reader } = ledgerOf(opened);
    const { statement } = await reader.entry(0 as LeafIndex);
    expect(parseStatement(statement)).toMatchObject({
      kind: 'ledger',
      origin: reader.origin,
      verifierKey: reader.verifierKey,
    });
    await opened.store.close();
  });

  it('finds everything again after a clean stop, and after none', async () => {
    let opened = await withLedger();
    await append(opened, 20);
    await opened.store.close();
    opened = await openTestStore(root);
    expect(opened.store.report).toEqual({ tornBytes: 0, logs: [] });
    await append(opened, 5);
    // A copy of the running node's files is what kill -9 leaves.
    const copy = await temporaryDirectory();
    await cp(root, copy, { recursive: true });
    await opened.store.close();
    const again = await openTestStore(copy);
    const ledger = again.store.ledger(again.store.tenantNamed('default')?.handle ?? '', 'kyc');
    expect(ledger.reader.head.size).toBe(26);
    const vault = again.store.vaultOf(ledger.identity.tenant);
    for (let index = 1; index < 26; index++) {
      const entry = await openEntry(vault, await ledger.reader.entry(index as LeafIndex));
      if (entry.kind !== 'record') throw new Error('not a record');
      expect(JSON.parse(Buffer.from(entry.payload.bytes).toString())).toEqual({
        n: index <= 20 ? index - 1 : index - 21,
      });
    }
    await again.store.close();
    await removeDirectory(copy);
  });

  it('chains the versions of a thing', async () => {
    const opened = await withLedger();
    const thing = { subject: 'anna', key: 'residence' };
    for (let n = 0; n < 3; n++) await append(opened, 1, { ...thing, payload: { n } });
    const { reader } = ledgerOf(opened);
    const statements = await Promise.all(
      [1, 2, 3].map(async (at) => parseStatement((await reader.entry(at as LeafIndex)).statement)),
    );
    const previous = statements.map((one) => (one.kind === 'record' ? one.prev : 'none'));
    const hashes = await Promise.all(
      [1, 2].map(async (at) =>
        Buffer.from((await reader.entry(at as LeafIndex)).leafHash).toString('hex'),
      ),
    );
    expect(previous).toEqual([undefined, ...hashes]);
    await opened.store.close();
  });

  it('gives the first receipt again for an idempotency key, and refuses another record under it', async () => {
    let opened = await withLedger();
    const [first] = await append(opened, 1, {}, 'abc');
    const [again] = await append(opened, 1, {}, 'abc');
    expect(again).toEqual({ ...first, isRepeated: true });
    await append(opened, 30);
    await opened.store.close();
    opened = await openTestStore(root);
    expect((await append(opened, 1, {}, 'abc'))[0]).toEqual({ ...first, isRepeated: true });
    const [other] = await append(opened, 1, { payload: { other: true } }, 'abc');
    expect(other).toMatchObject({ kind: 'error', error: { code: 'LEDGER_IDEMPOTENCY_CONFLICT' } });
    expect(ledgerOf(opened).reader.head.size).toBe(32);
    await opened.store.close();
  });

  it('shows checkpoints that are consistent with one another, now and after a restart', async () => {
    let opened = await withLedger();
    for (let n = 1; n < 12; n++) await append(opened, n);
    const verifier = noteVerifier(parseVerifierKey(ledgerOf(opened).reader.verifierKey));
    const { size } = ledgerOf(opened).reader.head;
    const shown: string[] = [];
    for (let at = 1; at <= size; at++) {
      const note = await ledgerOf(opened)
        .reader.checkpointAt(at as TreeSize)
        .catch(() => null);
      if (note !== null) shown.push(note);
    }
    expect(shown).toHaveLength(12);
    await opened.store.close();
    opened = await openTestStore(root);
    const { reader } = ledgerOf(opened);
    const checkpoints = shown.map((note) => verifyCheckpoint(note, verifier));
    for (const [at, later] of checkpoints.entries()) {
      expect(await reader.checkpointAt(later.size)).toBe(shown[at]);
      for (const earlier of checkpoints.slice(0, at))
        expect(
          verifyConsistency({
            from: earlier.size,
            fromRoot: earlier.rootHash,
            to: later.size,
            toRoot: later.rootHash,
            proof: await reader.consistencyProof(earlier.size, later.size),
          }),
        ).toBe(true);
    }
    await opened.store.close();
  });

  it('refuses a second process, and opens nothing on the way', async () => {
    const opened = await withLedger();
    await expect(openTestStore(root)).rejects.toMatchObject({ code: 'LEDGER_LOCKED' });
    await opened.store.close();
    await (await openTestStore(root)).store.close();
  });

  it('goes on over many journal segments', async () => {
    let opened = await openTestStore(root, { segmentBytes: 4096 });
    const tenant = await opened.store.createTenant('default', 'example.org');
    await opened.store.createLedger(tenant, 'kyc');
    for (let n = 0; n < 40; n++) await append(opened, 3);
    await opened.store.close();
    opened = await openTestStore(root);
    expect(ledgerOf(opened).reader.head.size).toBe(121);
    await opened.store.close();
  });
});
