import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import { concat, sha256Digest, toHex } from '../../src/base/bytes.js';
import { appendRecords } from '../../src/commands/append-records.js';
import type { LogReader } from '../../src/ledger/log-reader.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { decodeEntryBundle } from '../../src/tlog/entry-bundle.js';
import { verifyInclusion } from '../../src/tlog/inclusion-proof.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { depsOf, openTestStore, type TestStore } from '../support/test-store.js';

let root: string;
let opened: TestStore;
let reader: LogReader;

/** 600 entries in commits of 1…40, a second apart. */
beforeAll(async () => {
  root = await temporaryDirectory();
  opened = await openTestStore(root);
  const tenant = await opened.store.createTenant('default', 'example.org');
  const ledger = await opened.store.createLedger(tenant, 'kyc');
  const deps = await depsOf(opened);
  const target = { tenant: tenant.handle, ledger: 'kyc', author: 'key:test' };
  for (let n = 1, size = 1; size < 600; n = (n % 40) + 1) {
    const count = Math.min(n, 600 - size);
    opened.clock.advance(1000);
    const requests = Array.from({ length: count }, (_, at) => ({
      record: parseRecordInput({ type: 't', subject: `s${at % 5}`, payload: { at } }),
      idempotencyKey: null,
    }));
    await appendRecords(deps, target, requests);
    size += count;
  }
  reader = ledger.reader;
});
afterAll(async () => {
  await opened.store.close();
  await removeDirectory(root);
});

async function statements(): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const { statement } of reader.entries(0 as LeafIndex, reader.head.size))
    all.push(statement);
  return all;
}

describe('a log reader', () => {
  it('serves tiles and entry bundles that hold what the entries hash to', async () => {
    const all = await statements();
    const hashes = all.map(leafHash);
    for (const [index, width] of [
      [0, 256],
      [1, 256],
      [2, 88],
      [2, 1],
    ] as const) {
      const own = hashes.slice(index * 256, index * 256 + width);
      const tile = await reader.tile({ level: 0, index, width });
      expect(toHex(tile)).toBe(toHex(concat(...own)));
      const bundle = decodeEntryBundle(await reader.entryBundle(index, width), width);
      expect(bundle.map((one) => toHex(leafHash(one)))).toEqual(own.map(toHex));
    }
    expect((await reader.tile({ level: 1, index: 0, width: 2 })).length).toBe(64);
  });

  it('refuses tiles and sizes that it does not have', async () => {
    for (const id of [
      { level: 0, index: 2, width: 89 },
      { level: 0, index: 3, width: 1 },
      { level: 1, index: 0, width: 3 },
      { level: 2, index: 0, width: 1 },
    ])
      await expect(reader.tile(id)).rejects.toMatchObject({ code: 'LEDGER_TILE_UNKNOWN' });
    await expect(reader.entry(600 as LeafIndex)).rejects.toMatchObject({
      code: 'LEDGER_ENTRY_UNKNOWN',
    });
    await expect(reader.rootAt(601 as TreeSize)).rejects.toMatchObject({
      code: 'LEDGER_SIZE_UNKNOWN',
    });
  });

  it('proves every entry at sizes old and new', async () => {
    const all = await statements();
    for (let index = 0; index < 600; index += 37)
      for (const size of [index + 1, 256, 257, 512, 600].filter((one) => one > index))
        expect(
          verifyInclusion({
            leafHash: leafHash(all[index] ?? new Uint8Array()),
            index: index as LeafIndex,
            size: size as TreeSize,
            rootHash: sha256Digest(await reader.rootAt(size as TreeSize)),
            proof: await reader.inclusionProof(index as LeafIndex, size as TreeSize),
          }),
        ).toBe(true);
  });

  it('finds an entry by its leaf hash, and nothing by another', async () => {
    const { leafHash: leaf } = await reader.entry(123 as LeafIndex);
    expect(await reader.indexOf(leaf)).toBe(123);
    expect(await reader.indexOf(new Uint8Array(32))).toBeNull();
  });

  it('knows how many entries there were at an instant', async () => {
    const times = (await statements()).map((one) => parseStatement(one).recordedAt);
    for (const at of [0, 1, 50, 599]) {
      const instant = times[at] ?? times[0];
      if (instant === undefined) throw new Error('no entries');
      expect(await reader.sizeAt(instant)).toBe(times.filter((time) => time <= instant).length);
    }
    const [first] = times;
    if (first === undefined) throw new Error('no entries');
    expect(await reader.sizeAt((first - 1) as typeof first)).toBe(0);
  });

  it('says of which sizes a checkpoint was made', async () => {
    expect(await reader.checkpointAt(600 as TreeSize)).toBe(reader.checkpoint());
    await expect(reader.checkpointAt(3 as TreeSize)).rejects.toMatchObject({
      message: expect.stringContaining('the next one is of size 4') as unknown,
    });
  });
});
