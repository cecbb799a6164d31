import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeafIndex, TreeSize } from '../../../src/base/brand.js';
import { concat, toHex, u64be } from '../../../src/base/bytes.js';
import { sha256 } from '../../../src/base/hash.js';
import { parseBlockHeader } from '../../../src/evidence/bitcoin/block-header.js';
import { merkleBranch, merkleRoot } from '../../../src/evidence/bitcoin/merkle-branch.js';
import { mapKeyOf } from '../../../src/evidence/epoch-map.js';
import { parseHeadStatement } from '../../../src/evidence/head-statement.js';
import {
  otsPathOfEntry,
  type StampedEntry,
} from '../../../src/evidence/opentimestamps/entry-path.js';
import {
  applyOperation,
  type OtsOperation,
} from '../../../src/evidence/opentimestamps/operations.js';
import { otsFileOfPath } from '../../../src/evidence/opentimestamps/ots-path.js';
import { parseOtsFile } from '../../../src/evidence/opentimestamps/parse-ots-file.js';
import {
  blockSteps,
  mapSteps,
  treeSteps,
} from '../../../src/evidence/opentimestamps/tree-steps.js';
import { verifyOts } from '../../../src/evidence/opentimestamps/verify-ots.js';
import { writeOtsFile } from '../../../src/evidence/opentimestamps/write-ots-file.js';
import { leafHash } from '../../../src/tlog/merkle-hash.js';
import { proveKey, sparseMap } from '../../../src/tlog/sparse-map.js';
import { failure } from '../../support/errors.js';
import { isLong, timeLimit } from '../../support/suite.js';
import { build } from '../evidence-builder.js';
import { derived } from '../support/synthetic-keys.js';
import { at, treeOver } from '../support/synthetic-tree.js';
import { entryOf, type LongPath } from './support/long-path.js';
import { LONGEST_OF_A_MILLION, longestOfLedgers } from './support/many-ledgers.js';
import { worstEntry } from './support/worst-entry.js';

function led(steps: readonly OtsOperation[], from: Uint8Array): string {
  return toHex(steps.reduce((message, step) => applyOperation(step, message), from));
}

describe('the steps through a tree', () => {
  it('lead from each leaf to the root', () => {
    const statements = Array.from({ length: 40 }, (_, n) => derived(`statement ${n}`));
    const tree = treeOver(statements);
    for (let size = 1; size <= statements.length; size++)
      for (let index = 0; index < size; index++) {
        const proof = tree.inclusion(index, size);
        const steps = treeSteps(index as LeafIndex, size as TreeSize, proof);
        expect(led(steps, leafHash(at(statements, index)))).toBe(toHex(tree.root(size)));
      }
  });

  it('lead from each value to the root of a map', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (count) => {
        const entries = Array.from({ length: count }, (_, n) => ({
          key: mapKeyOf(u64be(n)),
          value: derived(`value ${n}`),
        }));
        const map = sparseMap(entries);
        for (const { key, value } of entries)
          expect(led(mapSteps(key, proveKey(map, key).siblings), value)).toBe(toHex(map.hash));
      }),
      { numRuns: 20 },
    );
  });

  it('lead from each transaction to the root of a block', () => {
    for (let count = 1; count <= 40; count++) {
      const leaves = Array.from({ length: count }, (_, n) => derived(`transaction ${n}`));
      for (const [index, leaf] of leaves.entries())
        expect(led(blockSteps(index, merkleBranch(leaves, index)), leaf)).toBe(
          toHex(merkleRoot(leaves)),
        );
    }
  });
});

/** A file and what came of it under the header of its block, as if that were one of Bitcoin's. */
function stamped(entry: StampedEntry) {
  const file = parseOtsFile(writeOtsFile(otsFileOfPath(otsPathOfEntry(entry))));
  const { height, headersFrom, headers } = entry.anchor.transaction;
  const from = (height - headersFrom) * 80;
  const header = parseBlockHeader(headers.subarray(from, from + 80));
  const digest = sha256(concat(Uint8Array.of(0), entry.statement));
  const headerAt = (at: number) => (at === height ? { ...header, basis: 'given' as const } : null);
  return { file, header, report: verifyOts(file, digest, headerAt) };
}

describe('an anchored entry', () => {
  it('leads to the Merkle root of its block, whichever it is of the log', async () => {
    const { file, tree, statements } = await build();
    for (const anchor of [file.anchors?.after, file.anchors?.before]) {
      if (anchor === undefined) throw new Error('there are two');
      const { size } = parseHeadStatement(anchor.head);
      for (let index = 0; index < size; index++) {
        const inclusion = tree.inclusion(index, size);
        const statement = at(statements, index);
        const { report, header } = stamped({
          index: index as LeafIndex,
          statement,
          inclusion,
          anchor,
        });
        expect(report.digest).toBe(toHex(leafHash(statement)));
        const [development, bitcoin, ...others] = report.attestations;
        expect(others).toEqual([]);
        expect([bitcoin, development].map((one) => one?.attestation)).toEqual(
          expect.arrayContaining([
            { kind: 'bitcoin', height: anchor.transaction.height },
            { kind: 'development', chain: anchor.chain },
          ]),
        );
        for (const message of [bitcoin?.message, development?.message])
          expect(toHex(message ?? new Uint8Array())).toBe(toHex(header.merkleRoot));
        // Its blocks cost nothing.
        expect(report.result).toBe('not-confirmed');
      }
    }
  });

  it('of Bitcoin’s own chain has a bitcoin attestation and no other, and is confirmed', () => {
    const { anchor, ...entry } = entryOf(SMALL);
    const { report } = stamped({ ...entry, anchor: { ...anchor, chain: 'bitcoin:mainnet' } });
    expect(report).toMatchObject({
      result: 'confirmed',
      existedBefore: { height: SMALL.height },
      attestations: [{ attestation: { kind: 'bitcoin' }, verdict: 'confirmed' }],
    });
  });

  it('gives no file if a part of its way is another’s', async () => {
    const entry = entryOf(SMALL);
    const { anchor } = entry;
    const other = entryOf({ ...SMALL, entries: 900, epochs: 8, blockDepth: 4 });
    const handle = derived('another', 8);
    const bent: Readonly<Record<string, StampedEntry>> = {
      statement: { ...entry, statement: derived('another') },
      index: { ...entry, index: (entry.index + 1) as LeafIndex },
      inclusion: { ...entry, inclusion: other.inclusion },
      'less of the inclusion': { ...entry, inclusion: entry.inclusion.slice(1) },
      head: { ...entry, anchor: { ...anchor, head: other.anchor.head } },
      salt: { ...entry, anchor: { ...anchor, log: { ...anchor.log, salt: derived('another') } } },
      log: { ...entry, anchor: { ...anchor, log: { ...anchor.log, handle } } },
      tenant: { ...entry, anchor: { ...anchor, tenant: { ...anchor.tenant, handle } } },
      epoch: { ...entry, anchor: { ...anchor, epoch: other.anchor.epoch } },
      transaction: { ...entry, anchor: { ...anchor, transaction: other.anchor.transaction } },
    };
    for (const [what, one] of Object.entries(bent))
      expect([what, failure(() => otsFileOfPath(otsPathOfEntry(one))).code]).toEqual([
        what,
        'OTS_PATH_UNUSABLE',
      ]);
    const { file } = await build();
    const notAnEpoch = { ...anchor.epoch, statement: file.log.first.statement };
    const strange = { ...entry, anchor: { ...anchor, epoch: notAnEpoch } };
    expect(failure(() => otsPathOfEntry(strange)).code).toBe('OTS_PATH_UNUSABLE');
  });

  it('gives no file if its transaction is longer than a message may be', () => {
    const { anchor, ...entry } = entryOf(SMALL);
    const long = concat(new Uint8Array(4000), anchor.transaction.transaction);
    const transaction = { ...anchor.transaction, transaction: long };
    const path = () =>
      otsFileOfPath(otsPathOfEntry({ ...entry, anchor: { ...anchor, transaction } }));
    expect(failure(path)).toMatchObject({
      code: 'OTS_PATH_UNUSABLE',
      message: expect.stringContaining('longer'),
    });
  });
});

const SMALL: LongPath = {
  index: 5,
  entries: 1_000,
  ledgerHandle: u64be(7),
  ledgerDepth: 6,
  tenantDepth: 3,
  epochs: 7,
  transactionIndex: 1,
  blockDepth: 3,
  height: 900_000,
};

describe('the length of a path', () => {
  const fixed = 17;

  it('is what docs/formats/opentimestamps.md says, for any node', () => {
    fc.assert(
      fc.property(
        fc.record({
          entries: fc.integer({ min: 1, max: 2 ** 20 }),
          index: fc.nat(),
          ledgerHandle: fc.uint8Array({ minLength: 8, maxLength: 8 }),
          ledgerDepth: fc.integer({ min: 0, max: 20 }),
          tenantDepth: fc.integer({ min: 0, max: 10 }),
          epochs: fc.integer({ min: 2, max: 2 ** 23 }),
          transactionIndex: fc.integer({ min: 1, max: 4095 }),
          blockDepth: fc.integer({ min: 1, max: 12 }),
        }),
        (any) => {
          const path = {
            ...any,
            index: any.index % any.entries,
            transactionIndex: any.transactionIndex % 2 ** any.blockDepth,
            height: 900_000,
          };
          const entry = entryOf(path);
          const { steps } = otsPathOfEntry(entry);
          const bound =
            fixed +
            3 * (entry.inclusion.length + path.ledgerDepth + path.tenantDepth + path.blockDepth) +
            // Of an epoch that is the last of its tree, all siblings stand on the left.
            2 * entry.anchor.epoch.inclusion.length;
          expect(steps.length).toBeLessThanOrEqual(bound);
          expect(entry.inclusion.length).toBeLessThanOrEqual(Math.ceil(Math.log2(path.entries)));
          expect(entry.anchor.epoch.inclusion.length).toBeLessThanOrEqual(
            Math.floor(Math.log2(path.epochs)) + 1,
          );
          expect(stamped(entry).report.attestations).toHaveLength(2);
        },
      ),
    );
  });

  it('is below 256 for each of a million ledgers, in the worst of their entries', () => {
    const entry = worstEntry();
    const { steps } = otsPathOfEntry(entry);
    const { operations } = LONGEST_OF_A_MILLION;
    expect(steps).toHaveLength(fixed + 3 * 16 + operations + 2 * 23 + 3 * 12);
    expect(steps.length).toBeLessThan(256);
    const { report, header } = stamped(entry);
    for (const { message } of report.attestations)
      expect(toHex(message)).toBe(toHex(header.merkleRoot));
  });

  it(
    'is the longest of them for the ledger that is said to have it',
    () => {
      const few = longestOfLedgers(10_000);
      expect(few.operations).toBeLessThan(LONGEST_OF_A_MILLION.operations);
      if (isLong) expect(longestOfLedgers(1_000_000)).toEqual(LONGEST_OF_A_MILLION);
    },
    timeLimit,
  );

  it('is refused from 256 on, by a message that says so', () => {
    const path = { ...SMALL, index: 0, ledgerDepth: 80, tenantDepth: 20 };
    expect(failure(() => otsFileOfPath(otsPathOfEntry(entryOf(path))))).toMatchObject({
      code: 'OTS_PATH_UNUSABLE',
      message: expect.stringContaining('more than 255 steps'),
    });
  });
});
