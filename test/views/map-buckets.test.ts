/**
 * Persons whose tags lie close together, which no history can choose: maps that are made step by step
 * have the root of one that is made at once, and prove every tag, there or not.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import { sha256Digest, toHex, u64be } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import {
  digestFromHex,
  digestToHex,
  type HexDigest,
  hexDigest,
} from '../../src/base/hex-digest.js';
import { RowDb } from '../../src/ledger/row-db.js';
import { EMPTY_LIST, extendList, type ListItem } from '../../src/tlog/person-list.js';
import { personEntry } from '../../src/tlog/person-map.js';
import { personProofFault, proveList } from '../../src/tlog/person-proof.js';
import { mapRoot } from '../../src/tlog/sparse-map.js';
import { PersonMap } from '../../src/views/internal/person-maps.js';
import { encodeUnmapped, type UnmappedItem } from '../../src/views/internal/unmapped-row.js';
import { indexKey, unmappedKey, type ViewRow } from '../../src/views/internal/view-keys.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, report, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const LOG = 7;
const MAPS_MADE = 4;

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

/** Few first bytes, so that many share a bucket, and some a longer way. */
function someTag(choice: SeededChoice): Uint8Array {
  const tag = Uint8Array.from(sha256(u64be(choice.below(1_000_000))));
  tag[0] = [0x00, 0x00, 0x80, 0xff][choice.below(4)] ?? 0;
  tag[1] = [0x00, 0x0f, 0x10, 0xff][choice.below(4)] ?? 0;
  if (choice.below(3) === 0) tag[2] = 0xaa;
  return tag;
}

async function wrongMaps(seed: number): Promise<string[]> {
  const choice = new SeededChoice(`buckets ${seed}`);
  const db = await RowDb.open(join(root, String(seed)));
  const lists = new Map<HexDigest, ListItem[]>();
  const tags = Array.from({ length: 1 + choice.below(40) }, () => someTag(choice));
  const problems: string[] = [];
  let [size, map] = [0, new PersonMap(db, LOG)];
  try {
    for (let round = 0; round < MAPS_MADE; round++) {
      const put: ViewRow[] = [];
      const unmapped: UnmappedItem[] = [];
      const firstIndex = size;
      for (let n = choice.below(30); n >= 0; n--) {
        const tag = tags[choice.below(tags.length)] ?? new Uint8Array(32);
        const item = { index: size as LeafIndex, leafHash: sha256(u64be(size)) };
        put.push([indexKey(LOG, 'person', tag, size), item.leafHash]);
        unmapped.push({ tag, ...item });
        const name = digestToHex(sha256Digest(tag));
        lists.set(name, [...(lists.get(name) ?? []), item]);
        size++;
      }
      put.push([unmappedKey(LOG, firstIndex), encodeUnmapped(unmapped)]);
      await db.write({ put });
      // Sometimes one that has read nothing yet.
      if (choice.below(2) === 0) map = new PersonMap(db, LOG);
      const made = await map.make(size as TreeSize);
      const entries = [...lists].map(([tag, list]) =>
        personEntry(tag, extendList(EMPTY_LIST, list)),
      );
      if (made.root !== toHex(mapRoot(entries))) problems.push(`another root at ${size}`);
      if (made.persons !== lists.size) problems.push(`${made.persons} persons at ${size}`);
      const head = { root: sha256Digest(digestFromHex(hexDigest(made.root))), size: made.size };
      for (const tag of [...tags, someTag(choice), someTag(choice)]) {
        const name = digestToHex(sha256Digest(tag));
        const found = await map.find(tag);
        const asOf = choice.below(size + 1) as TreeSize;
        const items = (lists.get(name) ?? []).filter(({ index }) => index < asOf);
        const proof = proveList(found.map, found.list, asOf);
        const fault = personProofFault({ head, tag: name, asOf, items, proof });
        if (fault !== null) problems.push(`${name} as of ${asOf}: ${fault}`);
      }
    }
    return problems;
  } finally {
    await db.close();
  }
}

describe('the map of persons whose tags lie close together', () => {
  it(
    'is the one that is made at once, and proves each of them',
    async () => {
      for (const seed of caseNumbers(10, 300)) {
        expect({ seed, problems: await wrongMaps(seed) }).toEqual({ seed, problems: [] });
        report(`buckets ${seed}`);
      }
    },
    timeLimit,
  );
});
