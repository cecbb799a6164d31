/**
 * The person maps of random histories, whenever they were made: every map entry has the root of lists
 * that were simply counted out, every person's proof holds as of every size and no forged one does, and
 * a crash at any point leads to the same map entries as none.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import { sha256Digest, toHex } from '../../src/base/bytes.js';
import {
  digestFromHex,
  digestToHex,
  type HexDigest,
  hexDigest,
} from '../../src/base/hex-digest.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { personTagsOf } from '../../src/records/person-tags.js';
import { EMPTY_LIST, extendList, type ListItem } from '../../src/tlog/person-list.js';
import { personEntry } from '../../src/tlog/person-map.js';
import {
  type ListOfPerson,
  type PersonClaim,
  personProofFault,
  proveList,
} from '../../src/tlog/person-proof.js';
import { mapRoot } from '../../src/tlog/sparse-map.js';
import type { MadeMap } from '../../src/views/view-engine.js';
import { RandomHistory } from '../queries/random-history.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, report, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const STEPS = 16;
const FORGERIES = 1_500;

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

type Lists = ReadonlyMap<HexDigest, readonly ListItem[]>;

interface MapEntry {
  readonly index: number;
  readonly size: number;
  readonly root: string;
}

/** Counted out, entry by entry, as whoever reads the log can. */
async function listsBelow(history: RandomHistory, size: number): Promise<Lists> {
  const lists = new Map<HexDigest, ListItem[]>();
  for await (const entry of history.ledger.reader.entries(0 as LeafIndex, size as TreeSize))
    for (const tag of personTagsOf(parseStatement(entry.statement))) {
      const item = { index: entry.index, leafHash: entry.leafHash };
      lists.set(tag, [...(lists.get(tag) ?? []), item]);
    }
  return lists;
}

async function mapEntries({ ledger: { reader } }: RandomHistory): Promise<MapEntry[]> {
  const found: MapEntry[] = [];
  for await (const { index, statement } of reader.entries(0 as LeafIndex, reader.head.size)) {
    const parsed = parseStatement(statement);
    if (parsed.kind === 'map') found.push({ index, size: parsed.size, root: parsed.root });
  }
  return found;
}

function rootOf(lists: Lists): string {
  const entries = [...lists].map(([tag, list]) => personEntry(tag, extendList(EMPTY_LIST, list)));
  return toHex(mapRoot(entries));
}

function begin(seed: number): Promise<RandomHistory> {
  return RandomHistory.begin(join(root, String(seed)), new SeededChoice(`maps ${seed}`));
}

/** @returns what is wrong with the maps of one history. */
async function wrongMaps(seed: number): Promise<string[]> {
  const history = await begin(seed);
  const problems: string[] = [];
  try {
    for (let step = 0; step < STEPS; step++) await history.step();
    const newest = await history.maps.coverAll(history.ledger);
    if (newest === null) throw new Error('the history is about nobody');
    for (const entry of await mapEntries(history))
      if (entry.root !== rootOf(await listsBelow(history, entry.size)))
        problems.push(`map entry ${entry.index} has another root`);
    const view = await history.views.of(history.ledger.reader);
    const lists = await listsBelow(history, newest.size);
    const head = { root: sha256Digest(digestFromHex(hexDigest(newest.root))), size: newest.size };
    for (const tag of [...lists.keys(), ...strangers(seed, lists)]) {
      const { map, list, made } = await view.person(tag);
      if (made.root !== newest.root) problems.push('the view has another map than the log');
      for (let asOf = 0; asOf <= newest.size; asOf++) {
        const items = (lists.get(tag) ?? []).filter(({ index }) => index < asOf);
        const claim = { head, tag, asOf: asOf as TreeSize, items };
        const fault = personProofFault({
          ...claim,
          proof: proveList(map, list, claim.asOf),
        });
        if (fault !== null) problems.push(`${tag} as of ${asOf}: ${fault}`);
      }
    }
    return problems;
  } finally {
    await history.close();
  }
}

/** Tags that nobody has: far from all others, and beside each of them. */
function strangers(seed: number, lists: Lists): HexDigest[] {
  const choice = new SeededChoice(`strangers ${seed}`);
  const random = Array.from({ length: 4 }, () =>
    Uint8Array.from({ length: 32 }, () => choice.below(256)),
  );
  const near = [...lists.keys()].map((tag) => {
    const bytes = Uint8Array.from(digestFromHex(tag));
    const at = choice.below(32);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << choice.below(8));
    return bytes;
  });
  return [...random, ...near].map((bytes) => digestToHex(sha256Digest(bytes)));
}

describe('the person maps of any history', () => {
  it(
    'are those of the lists that the log makes, and prove every person as of every size',
    async () => {
      for (const seed of caseNumbers(2, 100)) {
        expect({ seed, problems: (await wrongMaps(seed)).slice(0, 5) }).toEqual({
          ...{ seed, problems: [] },
        });
        report(`maps ${seed}`);
      }
    },
    timeLimit,
  );

  it(
    'prove no answer from which something was left out, added, exchanged or cut',
    async () => {
      const history = await begin(1_000);
      const choice = new SeededChoice('forgeries');
      try {
        for (let step = 0; step < STEPS; step++) await history.step();
        const newest = await history.maps.coverAll(history.ledger);
        if (newest === null) throw new Error('the history is about nobody');
        const view = await history.views.of(history.ledger.reader);
        const lists = await listsBelow(history, newest.size);
        const head = {
          root: sha256Digest(digestFromHex(hexDigest(newest.root))),
          size: newest.size,
        };
        const all = [...lists.values()].flat();
        const tags = [...lists.keys()];
        const persons = await Promise.all(tags.map((tag) => view.person(tag)));
        const passed: string[] = [];
        let tried = 0;
        while (tried < FORGERIES) {
          const at = choice.below(tags.length);
          const [tag, person] = [tags[at], persons[at]];
          if (tag === undefined || person === undefined) throw new RangeError('nobody');
          const { map, list } = person;
          const asOf = choice.below(newest.size + 1) as TreeSize;
          const items = list.filter(({ index }) => index < asOf);
          const claim = { head, tag, asOf, items, proof: proveList(map, list, asOf) };
          expect(personProofFault(claim)).toBeNull();
          const forged = forge(claim, all, choice);
          if (forged === null) continue;
          tried++;
          if (personProofFault(forged.claim) === null)
            passed.push(`${forged.what} of ${tag} as of ${asOf}`);
        }
        expect(passed).toEqual([]);
      } finally {
        await history.close();
      }
    },
    timeLimit,
  );
});

interface Forged {
  readonly what: string;
  readonly claim: PersonClaim;
}

/** Null where this one would not be forged: nothing to leave out, or the same again. */
function forge(claim: PersonClaim, all: readonly ListItem[], choice: SeededChoice): Forged | null {
  const { items, asOf, proof } = claim;
  const at = choice.below(Math.max(1, items.length));
  const one = items[at];
  const other = all[choice.below(all.length)];
  if (proof.kind !== 'list' || other === undefined) throw new Error('there is a list');
  const isKnown = items.some(({ index }) => index === other.index);
  switch (choice.below(7)) {
    case 0:
      return one === undefined
        ? null
        : { what: 'left out', claim: { ...claim, items: items.toSpliced(at, 1) } };
    case 1:
      return isKnown ? null : { what: 'added', claim: { ...claim, items: byIndex(items, other) } };
    case 2:
      return one === undefined || isKnown
        ? null
        : { what: 'exchanged', claim: { ...claim, items: byIndex(items.toSpliced(at, 1), other) } };
    case 3: {
      const next = items[at + 1];
      if (one === undefined || next === undefined) return null;
      return {
        what: 'turned round',
        claim: { ...claim, items: items.with(at, next).with(at + 1, one) },
      };
    }
    case 4:
      return items.length === 0
        ? null
        : { what: 'cut', claim: { ...claim, items: items.slice(0, choice.below(items.length)) } };
    case 5:
      return cutWithItsProof(claim, proof, choice);
    default: {
      const later = claim.head.size - asOf;
      // A larger size is as true until something happens.
      if (later === 0 || proof.next === null) return null;
      const past = (proof.next.index + 1) as TreeSize;
      return { what: 'called later', claim: { ...claim, asOf: past } };
    }
  }
}

/** The honest proof of an earlier answer, said to be of this size. */
function cutWithItsProof(
  claim: PersonClaim,
  proof: ListOfPerson,
  choice: SeededChoice,
): Forged | null {
  const { items } = claim;
  if (items.length === 0) return null;
  const cut = items.slice(0, choice.below(items.length));
  const whole = proof.next === null ? items : null;
  // Only of a list that is known as a whole can the earlier proof be made here.
  if (whole === null) return null;
  const earlier = items[cut.length]?.index ?? 0;
  const forged = proveList(proof.map, whole, earlier as number as TreeSize);
  return { what: 'cut with its proof', claim: { ...claim, items: cut, proof: forged } };
}

function byIndex(items: readonly ListItem[], other: ListItem): ListItem[] {
  return [...items, other].sort((a, b) => a.index - b.index);
}

describe('a crash while a map is put on record', () => {
  it.each([
    ['between making it and saying so', 'made'],
    ['before the view has seen that it was said', 'said'],
  ] as const)('%s leads to the same map entries as none', async (_, point) => {
    for (const seed of [1, 2]) {
      const history = await begin(2_000 + seed);
      try {
        for (let step = 0; step < STEPS; step++) await history.step();
        const { reader } = history.ledger;
        await (await history.views.of(reader)).reached(reader.head.size);
        const { made, entries } = await crash(history, point, join(root, `${seed} after ${point}`));
        await history.maps.cover(history.ledger, made.size);
        const after = await mapEntries(history);
        expect(after.slice(0, entries.length)).toEqual(entries);
        // What was made is said once, in its place, and before anything newer.
        expect(after.filter(({ size }) => size === made.size)).toHaveLength(1);
        expect(after.map(({ size }) => size)).toEqual(
          after.map(({ size }) => size).toSorted((a, b) => a - b),
        );
        for (const entry of after)
          expect(entry.root).toBe(rootOf(await listsBelow(history, entry.size)));
      } finally {
        await history.close();
      }
    }
  });
});

/**
 * Makes a map, and opens the views on a copy as a crash at this point leaves them.
 * @returns the map, and the map entries that there were then.
 */
async function crash(
  history: RandomHistory,
  point: 'made' | 'said',
  copy: string,
): Promise<{ made: MadeMap; entries: MapEntry[] }> {
  const { reader } = history.ledger;
  const view = await history.views.of(reader);
  const made = await view.makeMap(reader.head.size);
  // RocksDB's files as they are while it is open: what the end of the process leaves.
  await cp(history.viewsDirectory, copy, { recursive: true });
  if (point === 'said') await history.maps.coverAll(history.ledger);
  const entries = await mapEntries(history);
  await history.openViewsAgain(copy);
  return { made, entries };
}
