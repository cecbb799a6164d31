/** How much of authors a file of evidence takes, and what becomes of the rest. */
import { describe, expect, it } from '@jest/globals';
import type { HexDigest } from '../../src/base/hex-digest.js';
import { EvidenceError } from '../../src/evidence/evidence-error.js';
import type { AuthorHistory, EvidenceEntry } from '../../src/evidence/evidence-file.js';
import { formatCollection } from '../../src/evidence/format-collection.js';
import { formatEvidence } from '../../src/evidence/format-evidence.js';
import { historiesOfAuthors, type HistoryOf } from '../../src/queries/author-histories.js';
import { buildCollection } from '../evidence/collection-builder.js';
import { build } from '../evidence/evidence-builder.js';
import { minutes } from '../evidence/support/plan.js';
import { syntheticAuthor } from '../evidence/support/synthetic-authors.js';
import { recordEntry } from '../evidence/support/synthetic-entries.js';

const MIB = 1024 * 1024;
const same = <T>(value: T): T => value;
const AUTHORS = Array.from({ length: 12 }, (_, at) => syntheticAuthor(`author ${at}`));

function signedBy(at: number): EvidenceEntry {
  const author = AUTHORS[at] ?? syntheticAuthor('nobody');
  const order = { seed: 'x', index: at, recordedAt: minutes(1), type: 'bank.Account', author };
  const bends = { header: same, headerBytes: same, record: same, openers: same };
  const payload = new Uint8Array([0x7b, 0x7d]);
  return { inclusion: [], ...recordEntry({ ...order, subject: 'anna', payload }, bends) };
}

const sized = (bytes: number): AuthorHistory => [new Uint8Array(bytes)];

describe('histories of authors', () => {
  it('are asked for once, by all events after which claims were judged', async () => {
    const asked: [string, readonly HexDigest[]][] = [];
    const historyOf: HistoryOf = (author, events) => {
      asked.push([author, [...events]]);
      return Promise.resolve(sized(1));
    };
    const { authors } = await historiesOfAuthors(
      historyOf,
      [1, 0, 1].map((at) => signedBy(at)),
    );
    const [first, second] = AUTHORS;
    expect(authors).toEqual([second?.id, first?.id]);
    expect(asked).toEqual([
      [second?.id, [second?.event]],
      [first?.id, [first?.event]],
    ]);
  });

  it('are left out beyond 8 MiB, and where there is none to show', async () => {
    const entries = AUTHORS.map((_, at) => signedBy(at));
    const all = await historiesOfAuthors(() => Promise.resolve(sized(MIB)), entries);
    expect(all.histories).toHaveLength(8);
    expect(all.authors).toEqual(AUTHORS.slice(0, 8).map(({ id }) => id));
    const none = await historiesOfAuthors(() => Promise.resolve(null), entries);
    expect(none).toEqual({ histories: [], authors: [] });
    expect(await historiesOfAuthors(undefined, entries)).toEqual(none);
  });

  it('are refused in a file beyond what it takes', async () => {
    const { file } = await build();
    expect(() => formatEvidence({ ...file, history: sized(MIB + 1) })).toThrow(EvidenceError);
    expect(() => formatEvidence({ ...file, history: sized(MIB) })).not.toThrow();
    const events = Array.from({ length: 1_001 }, () => new Uint8Array(1));
    expect(() => formatEvidence({ ...file, history: events })).toThrow(EvidenceError);
    const collection = (await buildCollection()).file;
    const many = (count: number) => ({
      ...collection,
      histories: Array.from({ length: count }, () => sized(MIB)),
    });
    expect(() => formatCollection(many(9))).toThrow('its histories are larger than 8 MiB');
    expect(() => formatCollection(many(8))).not.toThrow();
  });
});
