/** What can happen to the files of a node, as numbered and repeatable mutations. */
import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { corePublicKeyOf, damageBlocks } from '../support/damage-log.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { damageRow, ROW_KINDS } from './row-damage.js';

/** Files by what they are, from the node's root; what no pattern takes is no data. */
const CLASSES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['journal', /^data\/journal\/.*\.journal$/],
  ['log files', /^data\/logs\/.*(?:\.sst|\.log|MANIFEST-\d+|CURRENT)$/],
  ['log texts', /^data\/logs\/.*(?:LOG|OPTIONS-\d+|IDENTITY|CORESTORE)$/],
  ['state files', /^data\/state\/.*(?:\.sst|\.log|MANIFEST-\d+|CURRENT)$/],
  ['state texts', /^data\/state\/(?:LOG|OPTIONS-\d+|IDENTITY)$/],
  ['vault', /^data\/vault\/.*\.rows$/],
  ['catalog', /^data\/catalog\/.*\.json$/],
  ['format', /^data\/FORMAT$/],
  ['run file', /^data\/run\.json$/],
  ['API keys', /^data\/access\.json$/],
  ['epoch index', /^data\/epoch-index\/.*(?:\.sst|\.log|MANIFEST-\d+|CURRENT)$/],
  ['anchor chain', /^data\/anchors\/.*\/chain\.json$/],
  ['anchors', /^data\/anchors\/.*\/settled\..*\.json$/],
  ['devchain', /^data\/devchain$/],
  ['node file', /^data\.keys\/node\.json$/],
  ['log keys', /^data\.keys\/log\..*\.json$/],
  ['vault keys', /^data\.keys\/tenant\..*\.vault\..*\.json$/],
  ['root keys', /^data\.keys\/tenant\..*\.root\.json$/],
  ['recovery keys', /^data\.keys\/tenant\..*\.recovery\.json$/],
  ['seal', /^data\.keys\/seal\.json$/],
  ['anchor key', /^data\.keys\/anchor\.json$/],
  ['mark', /^data\.keys\/mark\.json$/],
  ['access mark', /^data\.keys\/access-mark\.json$/],
  // Beneath the checksums of RocksDB.
  ...ROW_KINDS.map((kind) => [`state rows ${kind}`, /^data\/state$/] as const),
  ['log blocks', /^data\/logs$/],
  // Whole directories, which can only be lost, or come from elsewhere.
  ['directories', /^data(?:\/(?:journal|vault|catalog|epoch-index|anchors)|\.keys)$/],
];

export const KINDS = [
  'flipped',
  'cut',
  'zeroed',
  'doubled',
  'swapped',
  'deleted',
  'older',
  'of another node',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Damage {
  readonly file: string;
  readonly class: string;
  readonly kind: Kind;
  /** For people. */
  readonly where: string;
}

export type ClassedFiles = ReadonlyMap<string, readonly string[]>;

export async function filesOf(directory: string): Promise<ClassedFiles> {
  const files = (await readdir(directory, { recursive: true })).sort();
  return new Map(
    CLASSES.map(([name, pattern]) => [name, files.filter((file) => pattern.test(file))] as const),
  );
}

/** What is damaged in case `number`: every class in turn. */
export function classOf(number: number): string {
  return CLASSES[number % CLASSES.length]?.[0] ?? '';
}

/**
 * Damages a copy of a node so that some byte of it is another, or says which it could not find: an
 * older version of a file may be the same one.
 *
 * @param sources where older and foreign files come from.
 */
export async function damage(
  number: number,
  directory: string,
  sources: { readonly early: string; readonly other: string },
): Promise<Damage> {
  const choice = new SeededChoice(`damage ${number}`);
  const name = classOf(number);
  // Each time with another kind: all kinds of all classes before any twice.
  const turn = Math.floor(number / CLASSES.length);
  const wanted = KINDS[(turn + (number % CLASSES.length)) % KINDS.length] ?? 'deleted';
  const files = (await filesOf(directory)).get(name) ?? [];
  const file = files[choice.below(files.length)];
  if (file === undefined) throw new Error(`the node has no ${name}`);
  const path = join(directory, file);
  const rowKind = ROW_KINDS.find((kind) => name === `state rows ${kind}`);
  if (rowKind !== undefined)
    return { file, class: name, kind: wanted, where: await damageRow(path, rowKind, choice) };
  if (name === 'log blocks') {
    const ledger = ['kyc', 'loans'][choice.below(2)] ?? '';
    const block = choice.below(BLOCKS);
    const kind = choice.below(2) === 0 ? 'hole' : 'flip';
    const data = join(directory, 'data');
    await damageBlocks(data, await corePublicKeyOf(data, ledger), [block], kind);
    return { file, class: name, kind: wanted, where: `${kind} of block ${block} of ${ledger}` };
  }
  if (name === 'directories') {
    const source = join(wanted === 'older' ? sources.early : sources.other, file);
    const isOther = !IN_PLACE.has(wanted) && (await contentOf(source)) !== (await contentOf(path));
    const kind = isOther ? wanted : 'deleted';
    await rm(path, { recursive: true });
    if (kind !== 'deleted') await cp(source, path, { recursive: true });
    return { file, class: name, kind, where: '' };
  }
  if (wanted === 'deleted') {
    await rm(path);
    return { file, class: name, kind: wanted, where: '' };
  }
  const bytes = await readFile(path);
  const foreign = await replacement(wanted, file, name, sources);
  if (foreign !== null && !foreign.equals(bytes)) {
    await writeFile(path, foreign);
    return { file, class: name, kind: wanted, where: '' };
  }
  // A file of which there is no other version, or in which there is nothing to swap, loses a bit.
  const kind = IN_PLACE.has(wanted) ? wanted : 'flipped';
  const { changed, where } = mutated(kind, bytes, choice);
  await writeFile(path, changed);
  return { file, class: name, kind: changed.equals(bytes) ? 'flipped' : kind, where };
}

/** At least so many has each ledger. */
const BLOCKS = 15;
const IN_PLACE: ReadonlySet<string> = new Set(['flipped', 'cut', 'zeroed', 'doubled', 'swapped']);

async function replacement(
  kind: Kind,
  file: string,
  name: string,
  { early, other }: { readonly early: string; readonly other: string },
): Promise<Buffer | null> {
  if (kind === 'older')
    return (await isFile(join(early, file))) ? readFile(join(early, file)) : null;
  if (kind !== 'of another node') return null;
  const [foreign] = (await filesOf(other)).get(name) ?? [];
  return foreign === undefined ? null : readFile(join(other, foreign));
}

function mutated(
  kind: Kind,
  bytes: Buffer,
  choice: SeededChoice,
): { changed: Buffer; where: string } {
  if (bytes.length === 0) return { changed: Buffer.from([0xff]), where: 'a byte more' };
  for (let attempt = 0; attempt < 20; attempt++) {
    const at = choice.below(bytes.length);
    const length = 1 + choice.below(Math.min(64, bytes.length - at));
    const changed = attemptOf(kind, bytes, at, length, choice);
    if (!changed.equals(bytes)) return { changed, where: `${length} at ${at}` };
  }
  return mutated('flipped', bytes, choice);
}

function attemptOf(
  kind: Kind,
  bytes: Buffer,
  at: number,
  length: number,
  choice: SeededChoice,
): Buffer {
  const [before, piece, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, at + length),
    bytes.subarray(at + length),
  ];
  switch (kind) {
    case 'cut':
      return before;
    case 'zeroed':
      return Buffer.concat([before, Buffer.alloc(length), after]);
    case 'doubled':
      return Buffer.concat([before, piece, piece, after]);
    case 'swapped': {
      const other = choice.below(after.length + 1);
      const [between, second] = [after.subarray(0, other), after.subarray(other, other + length)];
      return Buffer.concat([before, second, between, piece, after.subarray(other + length)]);
    }
    default:
      return Buffer.concat([
        before,
        Buffer.from([(piece[0] ?? 0) ^ (1 << choice.below(8))]),
        bytes.subarray(at + 1),
      ]);
  }
}

async function contentOf(directory: string): Promise<string> {
  const lines: string[] = [];
  for (const name of (await readdir(directory, { recursive: true })).sort()) {
    const path = join(directory, name);
    lines.push(name, (await isFile(path)) ? await readFile(path, 'latin1') : '');
  }
  return lines.join('\n');
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
