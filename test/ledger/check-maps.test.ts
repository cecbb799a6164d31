/** fsck makes the person maps of a log again: an operator who writes a wrong one is found out. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { digestToHex, type HexDigest } from '../../src/base/hex-digest.js';
import { appendRecords } from '../../src/commands/append-records.js';
import { plainDraft } from '../../src/ledger/entry-draft.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { personTagsOf } from '../../src/records/person-tags.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { formatStatement } from '../../src/records/statement.js';
import { EMPTY_LIST, extendList, type ListItem } from '../../src/tlog/person-list.js';
import { personEntry } from '../../src/tlog/person-map.js';
import { mapRoot } from '../../src/tlog/sparse-map.js';
import { fsckFindings } from '../support/fsck-findings.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { depsOf, openTestStore } from '../support/test-store.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

interface Named {
  readonly root: HexDigest;
  readonly persons: number;
  readonly size: number;
}

/** From the statements themselves, all at once: nothing of how fsck goes about it. */
async function honestMap({ reader }: Ledger, size: number): Promise<Named> {
  const lists = new Map<HexDigest, ListItem[]>();
  for (let index = 0; index < size; index++) {
    const { statement, leafHash } = await reader.entry(index as ListItem['index']);
    for (const tag of personTagsOf(parseStatement(statement)))
      lists.set(tag, [...(lists.get(tag) ?? []), { index: index as ListItem['index'], leafHash }]);
  }
  const entries = [...lists].map(([tag, items]) => personEntry(tag, extendList(EMPTY_LIST, items)));
  return { root: digestToHex(mapRoot(entries)), persons: lists.size, size };
}

/** Records of three persons, then a map as `bend` has it; twice. What fsck says of it. */
async function findingsWith(
  bend: (honest: Named, index: number, round: number) => Partial<Named>,
): Promise<string[]> {
  const opened = await openTestStore(root);
  const tenant = await opened.store.createTenant('default', 'example.org');
  const ledger = await opened.store.createLedger(tenant, 'kyc');
  const deps = await depsOf(opened);
  const target = { tenant: tenant.handle, ledger: 'kyc', author: 'key:test' };
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 5; n++) {
      const record = parseRecordInput({
        type: 'test.Record',
        subject: `customer-${(n + round) % 3}`,
        payload: { n },
        ...(n === 2 && { parties: ['customer-9'] }),
        ...(n === 3 && { parts: [{ subject: 'customer-7', payload: { n } }] }),
      });
      await appendRecords(deps, target, [{ record, idempotencyKey: null }]);
    }
    const index = ledger.reader.head.size as number;
    // Not of the newest entries: those that came while a map was made belong to the next.
    const honest = await honestMap(ledger, index - 2);
    const named = { ...honest, ...bend(honest, index, round) };
    await ledger.append([
      plainDraft((place) => formatStatement({ kind: 'map', ...place, ...named })),
    ]);
  }
  await opened.store.close();
  return fsckFindings(root);
}

describe('fsck of a log with person maps', () => {
  it('finds nothing wrong with maps that are what the statements make', async () => {
    expect(await findingsWith(() => ({}))).toEqual([]);
  });

  it('takes a map that covers nothing new, and one of everything before it', async () => {
    expect(
      await findingsWith((_, __, round) =>
        round === 0 ? { size: 0, persons: 0, root: digestToHex(new Uint8Array(32)) } : {},
      ),
    ).toEqual([]);
  });

  it.each([
    [
      'with another root',
      () => ({ root: 'ab'.repeat(32) as HexDigest }),
      'entry 6 is a map with another root than the statements make',
    ],
    [
      'with more persons',
      ({ persons }: Named) => ({ persons: persons + 1 }),
      /entry 6 is a map of \d persons, the statements name \d$/,
    ],
    [
      'that says it covers more entries than it does',
      ({ size }: Named) => ({ size: size + 1 }),
      'entry 6 is a map with another root than the statements make',
    ],
    [
      'of entries that come after it',
      (_: Named, index: number) => ({ size: index + 1 }),
      'entry 6 is a map of 7 entries, of which only 6 come before it',
    ],
  ])('names a map %s', async (_, bend, finding) => {
    const found = await findingsWith((honest, index, round) =>
      round === 0 ? bend(honest, index) : {},
    );
    expect(found).toContainEqual(
      typeof finding === 'string'
        ? expect.stringContaining(finding)
        : expect.stringMatching(finding),
    );
    expect(found.every((each) => each.includes('entry 6 '))).toBe(true);
  });

  it('names a map of fewer entries than the one before', async () => {
    const found = await findingsWith(({ size }, _, round) =>
      round === 0 ? {} : { size: size - 7 },
    );
    expect(found).toEqual([
      expect.stringContaining(
        'entry 12 is a map of 3 entries, less than the 4 of the map before it',
      ),
    ]);
  });

  it('finds a map that leaves a person out', async () => {
    const found = await findingsWith(({ persons }, _, round) =>
      round === 0 ? {} : { persons: persons - 1, root: '00'.repeat(32) as HexDigest },
    );
    expect(found).toHaveLength(2);
  });
});
