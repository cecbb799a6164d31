/** Copies of the vaults' files at a target: what any backup there is opened with (docs/formats/backup.md, "Vaults"). */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { canonicalJsonBytes } from '../base/canonical-json.js';
import { digestToHex, type HexDigest } from '../base/hex-digest.js';
import { COUNT, HANDLE } from '../base/json-members.js';
import type { RandomSource } from '../base/random.js';
import type { DurableFileSystem } from '../keys/durable-file.js';
import type { VaultState } from '../keys/vault.js';
import { damagedBackup } from './backup-error.js';
import { generationOf, piecePlace, vaultPlace, VAULTS } from './internal/places.js';
import { seal, unseal } from './internal/seal.js';
import { type Digested, readDigested, readEach, readSealedJson } from './internal/sealed-json.js';
import {
  atTarget,
  digestOf,
  makeDirectory,
  names,
  putFile,
  readIfThere,
  removeFile,
} from './internal/target-files.js';
import type { Target } from './target.js';

export interface VaultPiece extends Digested {
  readonly offset: number;
}

/** How much of a generation's file there is. */
export interface VaultStatement {
  /** Handle. */
  readonly tenant: string;
  readonly generation: number;
  readonly length: number;
  /** Of the file up to there. */
  readonly sha256: HexDigest;
  readonly pieces: readonly VaultPiece[];
}

export interface CopyingParts {
  readonly files: DurableFileSystem;
  readonly random: RandomSource;
}

const MAX_PIECES = 1_000_000;
const CHUNK_LENGTH = 1024 * 1024;

/** @throws BackupError BACKUP_DAMAGED naming the file. */
export async function readStatement(
  target: Target,
  tenant: string,
  generation: number,
): Promise<VaultStatement | null> {
  const place = vaultPlace(tenant, generation);
  const bytes = await readIfThere(target.directory, place);
  if (bytes === null) return null;
  const statement = decode(place, unseal(target, place, bytes));
  if (statement.tenant !== tenant || statement.generation !== generation)
    throw damagedBackup(place, 'is of another vault');
  return statement;
}

/** Generations of which the target has a statement, ascending. */
export async function generationsAt({ directory }: Target, tenant: string): Promise<number[]> {
  const found = await names(directory, `${VAULTS}/${tenant}`);
  // Pieces have an offset behind it.
  return found.filter((name) => /^\d{8}$/.test(name)).map(Number);
}

/** Handles of the tenants that it has vaults of. */
export function tenantsAt({ directory }: Target): Promise<string[]> {
  return names(directory, VAULTS);
}

/**
 * Brings the target's copy of the vault's file up to its state, and removes those of other generations, of which the
 * keys are destroyed. What is there is not written again, if it is the beginning of the file.
 *
 * @param path of the file, which holds at least what `state` says.
 * @returns bytes that were written.
 * @throws BackupError BACKUP_TARGET_UNUSABLE; BACKUP_DAMAGED if it is read back otherwise.
 */
export async function copyVault(
  target: Target,
  tenant: string,
  { path, state }: { readonly path: string; readonly state: VaultState },
  parts: CopyingParts,
): Promise<number> {
  const { generation, length } = state;
  await makeDirectory(target.directory, `${VAULTS}/${tenant}`, parts.files);
  const known = await readStatement(target, tenant, generation);
  const start = await beginningOf(path, known, length);
  const copy = new VaultFileCopy(target, { tenant, generation }, start, parts);
  await copy.add(path, copy.length, length);
  if (copy.length > (known?.length ?? 0) || start.pieces.length === 0) await copy.state();
  await removeGenerations(target, tenant, (other) => other !== generation, parts.files);
  return copy.length - start.length;
}

/** Statement first: pieces without one are nothing. */
export async function removeGenerations(
  target: Target,
  tenant: string,
  goes: (generation: number) => boolean,
  files: DurableFileSystem,
): Promise<void> {
  for (const name of await names(target.directory, `${VAULTS}/${tenant}`)) {
    const generation = generationOf(name.replace(/\.tmp$/, ''));
    // A crash in between leaves some of them; the next backup removes those.
    if (generation !== null && goes(generation))
      await removeFile(target.directory, `${VAULTS}/${tenant}/${name}`, files);
  }
}

interface Beginning {
  readonly length: number;
  readonly pieces: readonly VaultPiece[];
  /** Of everything up to `length`. */
  readonly hash: Hash;
}

export const NOTHING_COPIED = (): Beginning => ({
  length: 0,
  pieces: [],
  hash: createHash('sha256'),
});

/** Of a rotation that was undone there may be a statement of the same number over other bytes. */
async function beginningOf(
  path: string,
  known: VaultStatement | null,
  length: number,
): Promise<Beginning> {
  if (known === null || known.length > length) return NOTHING_COPIED();
  const hash = createHash('sha256');
  for await (const chunk of chunksOf(path, 0, known.length)) hash.update(chunk);
  return digestToHex(hash.copy().digest()) === known.sha256
    ? { length: known.length, pieces: known.pieces, hash }
    : NOTHING_COPIED();
}

/** The copy of one generation's file, while pieces are added to it in the order of their offsets. */
export class VaultFileCopy {
  readonly #target: Target;
  readonly #of: Pick<VaultStatement, 'tenant' | 'generation'>;
  readonly #parts: CopyingParts;
  readonly #hash: Hash;
  readonly #pieces: VaultPiece[];
  #length: number;

  constructor(
    target: Target,
    of: Pick<VaultStatement, 'tenant' | 'generation'>,
    { length, pieces, hash }: Beginning,
    parts: CopyingParts,
  ) {
    this.#target = target;
    this.#of = of;
    this.#parts = parts;
    this.#length = length;
    this.#pieces = [...pieces];
    this.#hash = hash;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds a piece with what the file holds between two offsets; it counts once `state` has said so. */
  async add(path: string, from: number, to: number): Promise<void> {
    const piece = await this.write(path, from, to);
    if (piece === null) return;
    for await (const chunk of chunksOf(path, from, to)) this.#hash.update(chunk);
    this.#pieces.push(piece);
    this.#length = to;
  }

  /** The bytes alone, read back. A crash leaves a piece that no statement names, and that is written over. */
  async write(path: string, from: number, to: number): Promise<VaultPiece | null> {
    if (from >= to) return null;
    const { directory } = this.#target;
    const { files } = this.#parts;
    const place = piecePlace(this.#of.tenant, this.#of.generation, from);
    const hash = createHash('sha256');
    const at = join(directory, place);
    await atTarget(() => files.write(at, new Uint8Array(0), 0o600));
    for await (const chunk of chunksOf(path, from, to)) {
      hash.update(chunk);
      await atTarget(() => files.append(at, chunk));
    }
    await atTarget(() => files.sync(at));
    const written = { length: to - from, sha256: digestToHex(hash.digest()) };
    const read = await digestOf(directory, place);
    if (read.length !== written.length || read.sha256 !== written.sha256)
      throw damagedBackup(place, 'was read back otherwise than it was written');
    return { offset: from, ...written };
  }

  /** From here on the target holds all that was added. */
  async state(): Promise<void> {
    await this.put({
      ...this.#of,
      length: this.#length,
      sha256: digestToHex(this.#hash.copy().digest()),
      pieces: this.#pieces,
    });
  }

  async put(statement: VaultStatement): Promise<void> {
    const { files, random } = this.#parts;
    const { directory } = this.#target;
    const place = vaultPlace(statement.tenant, statement.generation);
    await atTarget(() => files.syncDirectory(join(directory, VAULTS, statement.tenant)));
    const bytes = canonicalJsonBytes({
      ...statement,
      pieces: statement.pieces.map((piece) => ({ ...piece })),
    });
    // A crash before it is in place leaves the statement before it, which is true.
    await putFile(directory, place, seal(this.#target, place, bytes, random), files);
  }
}

/**
 * The file that a statement speaks of, put together and compared with it.
 * @throws BackupError BACKUP_DAMAGED naming the piece.
 */
export async function assembleVault(
  { directory }: Target,
  { tenant, generation, length, sha256, pieces }: VaultStatement,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<VaultState> {
  const hash = createHash('sha256');
  for (const piece of pieces) {
    const place = piecePlace(tenant, generation, piece.offset);
    const bytes = await readIfThere(directory, place);
    if (bytes === null) throw damagedBackup(place, 'is missing');
    if (
      bytes.length !== piece.length ||
      digestToHex(createHash('sha256').update(bytes).digest()) !== piece.sha256
    )
      throw damagedBackup(place, 'is not what was written');
    hash.update(bytes);
    await write(bytes);
  }
  const digest = hash.digest();
  if (digestToHex(digest) !== sha256)
    throw damagedBackup(vaultPlace(tenant, generation), 'has pieces that make another file');
  return { generation, length, check: new Uint8Array(digest.subarray(0, 8)) };
}

async function* chunksOf(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  if (from >= to) return;
  let length = 0;
  const stream = createReadStream(path, {
    start: from,
    end: to - 1,
    highWaterMark: CHUNK_LENGTH,
  });
  for await (const chunk of stream) {
    length += (chunk as Uint8Array).length;
    yield chunk as Uint8Array;
  }
  if (length !== to - from) throw new Error('a vault file is shorter than it was');
}

function decode(place: string, bytes: Uint8Array): VaultStatement {
  const what = 'is not what was written';
  return readSealedJson({ file: place, what }, bytes, (members) => {
    const statement = {
      tenant: members.required('tenant', HANDLE),
      generation: members.required('generation', COUNT),
      ...readDigested(members),
      pieces: readEach(members, 'pieces', MAX_PIECES, (piece) => ({
        offset: piece.required('offset', COUNT),
        ...readDigested(piece),
      })),
    };
    let end = 0;
    for (const { offset, length } of statement.pieces) {
      if (offset !== end) throw damagedBackup(place, what);
      end += length;
    }
    if (end !== statement.length) throw damagedBackup(place, what);
    return statement;
  });
}
