/** The model itself: nothing that is synced is ever lost, and nothing comes back that never was. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chances, type Way, WAYS } from './cut-chances.js';
import { DiskModel, type DiskImage, type FileSystem } from './disk-model.js';
import { FileVersions } from './file-versions.js';
import { seeded } from './random.js';
import type { InodeFacts, NameChange, NamesChange, TraceEvent } from './trace.js';

const SMALLEST_SECTOR = 512;
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

type FileOperation =
  | { kind: 'write'; offset: number; length: number; byte: number }
  | { kind: 'truncate'; size: number }
  | { kind: 'zero'; offset: number; length: number; mayExtend: boolean };

const small = fc.nat({ max: 6000 });
const operation: fc.Arbitrary<FileOperation> = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    offset: small,
    length: fc.integer({ min: 1, max: 6000 }),
    byte: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ kind: fc.constant('truncate' as const), size: small }),
  fc.record({
    kind: fc.constant('zero' as const),
    offset: small,
    length: small,
    mayExtend: fc.boolean(),
  }),
);

function change(file: FileVersions, one: FileOperation): void {
  if (one.kind === 'write') file.write(one.offset, new Uint8Array(one.length).fill(one.byte));
  else if (one.kind === 'truncate') file.truncate(one.size);
  else file.zero(one.offset, one.length, one.mayExtend);
}

/** The same as plainly as it can be said. */
function naive(before: Uint8Array, one: FileOperation): Uint8Array {
  const resized = (size: number): Uint8Array => {
    const bytes = new Uint8Array(size);
    bytes.set(before.subarray(0, size));
    return bytes;
  };
  if (one.kind === 'truncate') return resized(one.size);
  const end = one.offset + one.length;
  if (one.kind === 'write')
    return resized(Math.max(before.length, end)).fill(one.byte, one.offset, end);
  return resized(one.mayExtend ? Math.max(before.length, end) : before.length).fill(
    0,
    one.offset,
    end,
  );
}

/** A file with changes that no sync covers, and all that it held since the last sync. */
const unsyncedFile = fc
  .tuple(fc.array(operation), fc.array(operation, { minLength: 1 }))
  .map(([synced, unsynced]) => {
    const file = new FileVersions();
    for (const one of synced) change(file, one);
    file.settle(file.changes);
    const history = [Uint8Array.from(file.current())];
    for (const one of unsynced) {
      change(file, one);
      history.push(Uint8Array.from(file.current()));
    }
    return { file, history };
  });

const sector = (bytes: Uint8Array, at: number, size: number): string => {
  const padded = Buffer.alloc(Math.max(size, bytes.length));
  padded.set(bytes);
  return padded.toString('hex', at, Math.min(at + SMALLEST_SECTOR, size));
};

describe('a file', () => {
  it('reads as what was done to it, whatever of it was synced in between', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(operation, fc.boolean())), (operations) => {
        const file = new FileVersions();
        let expected = new Uint8Array();
        for (const [one, isSynced] of operations) {
          change(file, one);
          expected = naive(expected, one) as Uint8Array<ArrayBuffer>;
          if (isSynced) file.settle(file.changes);
          expect(file.size).toBe(expected.length);
        }
        expect(Buffer.from(file.current()).equals(expected)).toBe(true);
      }),
    );
  });

  it('holds in each sector what it held after as many changes as the sector has seen', () => {
    const sectorBytes = fc.constantFrom(512, 4096);
    fc.assert(
      fc.property(unsyncedFile, sectorBytes, fc.nat(), ({ file, history }, unit, seed) => {
        const size = seeded([seed]).pick(history).length;
        const seen = (at: number): number => seeded([seed, at]).below(history.length);
        const left = file.after({ size, sectorBytes: unit, changesSeen: seen });
        expect(left).toHaveLength(size);
        for (let at = 0; at < size; at += SMALLEST_SECTOR) {
          const then = history[seen(Math.floor(at / unit))] ?? new Uint8Array();
          expect(sector(left, at, size)).toBe(sector(then, at, size));
        }
      }),
    );
  });

  it('loses in every way only what was not synced, and makes nothing up', () => {
    fc.assert(
      fc.property(
        unsyncedFile,
        fc.constantFrom(...WAYS),
        fc.nat(),
        ({ file, history }, way, seed) => {
          const left = file.after(chances(way, [seed], () => undefined).file(1, file.unsynced));
          const sizes = history.map(({ length }) => length);
          expect(left.length).toBeGreaterThanOrEqual(Math.min(...sizes));
          expect(left.length).toBeLessThanOrEqual(Math.max(...sizes));
          for (let at = 0; at < left.length; at += SMALLEST_SECTOR)
            expect(history.map((one) => sector(one, at, left.length))).toContain(
              sector(left, at, left.length),
            );
          // The program that reads on sees nothing of it.
          expect(Buffer.from(file.current()).equals(history.at(-1) ?? new Uint8Array())).toBe(true);
        },
      ),
    );
  });
});

// 1 and 2: the directories /d and /e. 3, 4: files.
const INODES: InodeFacts[] = [
  { type: 'directory', mode: 0o755 },
  { type: 'directory', mode: 0o755 },
  { type: 'directory', mode: 0o755 },
  { type: 'file', mode: 0o644 },
  { type: 'file', mode: 0o644 },
];
const names = (...changes: NameChange[]): NamesChange => ({ kind: 'names', changes });
const name = (directory: number, as: string, inode: number | null): NameChange => ({
  directory,
  name: as,
  inode,
});
const bytes = (inode: number, text: string, offset = 0): TraceEvent => ({
  kind: 'write',
  inode,
  offset,
  data: Buffer.from(text),
});
const begin = (sync: number, inode: number | null, dataOnly = false): TraceEvent => ({
  kind: 'sync-begin',
  sync,
  inode,
  dataOnly,
});
const end = (sync: number): TraceEvent => ({ kind: 'sync-end', sync });
const INITIAL = [names(name(0, 'd', 1)), names(name(0, 'e', 2))];

/** All that may be left of a few files, as `path=content` lines; directories left out. */
function outcomes(fileSystem: FileSystem, way: Way, ...events: TraceEvent[]): Set<string> {
  const model = new DiskModel({ inodes: INODES, initial: INITIAL }, fileSystem);
  for (const event of events) model.apply(event);
  return new Set(SEEDS.map((seed) => described(model.cut(chances(way, [seed], () => undefined)))));
}

function described(image: DiskImage): string {
  return [...image]
    .flatMap(([path, entry]) =>
      entry.type === 'file' ? [`${path}=${Buffer.from(entry.bytes).toString()}`] : [],
    )
    .sort()
    .join(' ');
}

describe.each(['posix', 'journaled'] as const)('a disk (%s)', (fileSystem) => {
  const after = (way: Way, ...events: TraceEvent[]): string[] =>
    [...outcomes(fileSystem, way, ...events)].sort();

  it('keeps what a sync covers, in every way', () => {
    const made = [
      names(name(1, 'a', 3)),
      bytes(3, 'new'),
      begin(0, 3),
      end(0),
      begin(1, 1),
      end(1),
    ];
    for (const way of WAYS) expect(after(way, ...made)).toEqual(['/d/a=new']);
  });

  it('does not keep what was written after the sync began', () => {
    const made = [names(name(1, 'a', 3)), begin(0, 1), end(0)];
    const written = [bytes(3, 'one'), begin(1, 3), bytes(3, 'two', 3), end(1)];
    expect(after('synced only', ...made, ...written)).toEqual(['/d/a=one']);
    expect(after('torn', ...made, ...written)).toContain('/d/a=onetwo');
  });

  it('does not keep a name that was given after the sync of its directory began', () => {
    const named = [begin(0, 1), names(name(1, 'a', 3)), end(0)];
    expect(after('synced only', ...named)).toEqual(['']);
  });

  it('does not keep what a sync that has not ended would cover', () => {
    const made = [names(name(1, 'a', 3)), begin(0, 1), end(0), bytes(3, 'new'), begin(1, 3)];
    expect(after('synced only', ...made)).toEqual(['/d/a=']);
  });

  it('loses a name that was never synced, and a file renamed before it was synced', () => {
    const made = [names(name(1, 'a', 3)), bytes(3, 'new')];
    expect(after('synced only', ...made)).toEqual(['']);
    expect(after('data without names', ...made)).toEqual(['']);
    expect(after('names without data', ...made)).toEqual(['/d/a=', '/d/a=\0\0\0']);
  });

  it('renames wholly or not at all, in two directories too', () => {
    const made = [names(name(1, 'a', 3)), bytes(3, 'new'), begin(0, null), end(0)];
    const renamed = names(name(1, 'a', null), name(2, 'b', 3));
    expect(after('torn', ...made, renamed)).toEqual(['/d/a=new', '/e/b=new']);
    for (const directory of [1, 2])
      expect(after('torn', ...made, renamed, begin(1, directory), end(1))).toEqual(['/e/b=new']);
  });

  it('does not let an older name come to light again behind a rename that was synced', () => {
    const made = [bytes(3, 'old'), bytes(4, 'new'), names(name(2, 'x', 4)), begin(0, null), end(0)];
    const older = names(name(1, 'a', 3));
    const renamed = names(name(2, 'x', null), name(1, 'a', 4));
    expect(after('torn', ...made, older, renamed, begin(1, 2), end(1))).toEqual(['/d/a=new']);
  });

  it('keeps everything when everything is synced', () => {
    const made = [names(name(1, 'a', 3)), names(name(2, 'b', 4)), bytes(3, 'x'), bytes(4, 'y')];
    expect(after('synced only', ...made, begin(0, null), end(0))).toEqual(['/d/a=x /e/b=y']);
  });
});

describe('a name whose directory was not synced', () => {
  const made = [names(name(1, 'a', 3)), names(name(2, 'b', 4)), bytes(3, 'x'), bytes(4, 'y')];

  it('is not made durable by syncing the file, for POSIX', () => {
    const synced = [...made, begin(0, 3), end(0), begin(1, 4, true), end(1)];
    expect(outcomes('posix', 'torn', ...synced)).toEqual(
      new Set(['', '/d/a=x', '/e/b=y', '/d/a=x /e/b=y']),
    );
  });

  it('is made durable by it where names are in a journal, with all names before', () => {
    expect(outcomes('journaled', 'torn', ...made, begin(0, 4), end(0))).toContain('/d/a=x /e/b=y');
    for (const left of outcomes('journaled', 'torn', ...made, begin(0, 4, true), end(0)))
      expect(left).toMatch(/^\/d\/a=.* \/e\/b=y$/s);
  });

  it('survives in order where names are in a journal', () => {
    expect(outcomes('journaled', 'torn', ...made, begin(0, 3), end(0))).not.toContain('/e/b=y');
    expect([...outcomes('journaled', 'torn', ...made)].some((left) => left.startsWith('/e'))).toBe(
      false,
    );
    expect([...outcomes('posix', 'torn', ...made)].some((left) => left.startsWith('/e'))).toBe(
      true,
    );
  });

  it('is not made durable by fdatasync of another file whose size is the same', () => {
    const old = [names(name(2, 'b', 4)), bytes(4, 'y'), begin(0, null), end(0)];
    const later = [names(name(1, 'a', 3)), bytes(4, 'z'), begin(1, 4, true), end(1)];
    expect(outcomes('journaled', 'synced only', ...old, ...later)).toEqual(new Set(['/e/b=z']));
  });
});
