/**
 * The ways in which a power cut is unkind, drawn from a seed: the same seed, position and way give
 * the same disk, in whatever order cuts are asked for.
 */
import type { Chances } from './disk-model.js';
import type { Survival, UnsyncedFile } from './file-versions.js';
import { type Random, seeded } from './random.js';
import type { NamesChange } from './trace.js';

/**
 * `synced only`: nothing survives but what a sync covers.
 * `names without data`: every new name, and files that are empty, old or all zeros.
 * `data without names`: all data, no new name.
 * `torn`: each file and name has its own fate.
 * `everything`: what a mere kill leaves.
 */
export const WAYS = [
  'synced only',
  'names without data',
  'data without names',
  'torn',
  'everything',
] as const;
export type Way = (typeof WAYS)[number];

/** The unit a disk writes whole: 512 bytes by its promise, 4,096 in fact for most. */
const SECTOR_BYTES = [512, 4096];

/** @param story is told what became of each unsynced file. */
export function chances(way: Way, seed: readonly number[], story: (line: string) => void): Chances {
  const random = seeded(seed);
  const keepsNames = way === 'names without data' || way === 'everything';
  const keepsData = way === 'data without names' || way === 'everything';
  return {
    names: (unsynced, inOrder) => {
      const survives =
        way === 'torn' ? someNames(random, unsynced.length, inOrder) : () => keepsNames;
      for (const [at, change] of unsynced.entries())
        story(`${survives(at) ? 'kept' : 'lost'}: ${described(change)}`);
      return survives;
    },
    file: (inode, unsynced) => {
      const own = seeded([...seed, inode]);
      const { fate, survival } =
        way === 'torn'
          ? torn(own, unsynced)
          : keepsData
            ? kept(unsynced)
            : way === 'names without data'
              ? own.pick([zeroed, dropped])(unsynced)
              : dropped(unsynced);
      story(
        `file ${inode}: ${fate} of ${unsynced.changes} unsynced changes, ${survival.size} bytes`,
      );
      return survival;
    },
  };
}

/** What names came to mean: by file numbers, as in the lines on files. */
function described({ changes }: NamesChange): string {
  return changes.map(({ name, inode }) => `${name} = ${inode ?? 'nothing'}`).join(', ');
}

interface Fate {
  readonly fate: string;
  readonly survival: Survival;
}

function someNames(random: Random, count: number, inOrder: boolean): (at: number) => boolean {
  const first = random.below(count + 1);
  if (inOrder) return (at) => at < first;
  const fates = Array.from({ length: count }, () => random.below(2) === 1);
  return (at) => fates[at] === true;
}

function torn(random: Random, file: UnsyncedFile): Fate {
  return random.pick([dropped, kept, zeroed, anEarlierMoment, tornWrite, someSectors])(
    file,
    random,
  );
}

function dropped({ sizes }: UnsyncedFile): Fate {
  return fate('none', sizes[0] ?? 0, 0);
}

function kept({ sizes, changes }: UnsyncedFile): Fate {
  return fate('all', sizes.at(-1) ?? 0, changes);
}

/** The new size was written down, the data was not. */
function zeroed({ sizes }: UnsyncedFile): Fate {
  return fate('only the size', sizes.at(-1) ?? 0, 0);
}

function anEarlierMoment({ sizes, changes }: UnsyncedFile, random: Random): Fate {
  const seen = random.below(changes + 1);
  return fate(`the first ${seen}`, sizes[seen] ?? 0, seen);
}

/** The last change up to some sector, and the file ends there. */
function tornWrite({ sizes, changes, lastOffset }: UnsyncedFile, random: Random): Fate {
  const sectorBytes = random.pick(SECTOR_BYTES);
  const before = sizes.at(-2) ?? 0;
  const after = sizes.at(-1) ?? 0;
  const first = Math.floor(lastOffset / sectorBytes);
  const tear = first + random.below(Math.ceil(after / sectorBytes) - first + 1);
  const size = after > before ? Math.max(before, Math.min(after, tear * sectorBytes)) : after;
  return fate(
    `the last up to sector ${tear}`,
    size,
    (at) => (at < tear ? changes : changes - 1),
    sectorBytes,
  );
}

/** Each sector on its own: as new, as old, or as at some time between. */
function someSectors({ sizes, changes }: UnsyncedFile, random: Random): Fate {
  const sectorBytes = random.pick(SECTOR_BYTES);
  const seed = random.below(2 ** 32);
  const twoFates = random.below(2) === 0;
  const seen = (sector: number): number => {
    const own = seeded([seed, sector]);
    return twoFates ? own.below(2) * changes : own.below(changes + 1);
  };
  return fate('some sectors', random.pick(sizes), seen, sectorBytes);
}

function fate(
  what: string,
  size: number,
  changesSeen: Survival['changesSeen'],
  sectorBytes = 512,
): Fate {
  return { fate: what, survival: { size, sectorBytes, changesSeen } };
}
