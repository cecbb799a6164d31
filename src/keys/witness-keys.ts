/**
 * The key store of a witness (docs/formats/witness.md): its one key, and of each log how far it had come
 * when somebody was last answered. Both lie together, because a key without that memory would sign again
 * what it has signed otherwise. One process at a time has it open, for the same reason.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { toBase64, toHex, utf8 } from '../base/bytes.js';
import { digestFromHex, type HexDigest } from '../base/hex-digest.js';
import {
  arrayOf,
  base64Of,
  COUNT,
  DIGEST,
  type JsonMembers,
  textLike,
} from '../base/json-members.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { systemErrorCode } from '../base/system-error.js';
import { cosign } from '../tlog/cosignature.js';
import { type Ed25519Key, ed25519Key } from '../tlog/ed25519.js';
import { ED25519_COSIGNATURE, isKeyName, verifierKey, type VerifierKey } from '../tlog/note-key.js';
import type { NoteSignature } from '../tlog/signed-note.js';
import { TlogError } from '../tlog/tlog-error.js';
import { type DurableFileSystem, durableFileSystem } from './durable-file.js';
import { type FileLock, tryLock } from './file-lock.js';
import { KeyDirectory } from './internal/key-directory.js';
import { damagedKeyFile } from './internal/key-file.js';
import { KeysError } from './keys-error.js';

/** What the witness remembers of a log outside its data directory. */
export interface WitnessMark {
  /** Offset of the line of the newest head that was cosigned. */
  readonly at: number;
  /** Length of the file. */
  readonly end: number;
  readonly size: TreeSize;
  readonly rootHash: Sha256Digest;
  /** Of the newest cosignature, POSIX seconds. */
  readonly time: number;
  /** Offsets of the lines with proofs of misbehaviour. */
  readonly splitViews: readonly number[];
}

export interface WitnessKeysOptions {
  readonly directory: string;
  /** Where the keys must not lie. */
  readonly dataDirectory: string;
  readonly files?: DurableFileSystem;
}

export const MAX_SPLIT_VIEWS = 16;
const FILE = 'witness.json';
const LOCK = 'witness.lock';
const SEED_BYTES = 32;
const MAX_NAME_BYTES = 255;

export class WitnessKeys {
  readonly verifierKey: VerifierKey;
  readonly #keys: KeyDirectory;
  readonly #key: Ed25519Key;
  readonly #lock: FileLock;

  private constructor(keys: KeyDirectory, lock: FileLock, { name, seed }: WitnessFile) {
    this.#keys = keys;
    this.#lock = lock;
    this.#key = ed25519Key(seed);
    seed.fill(0);
    this.verifierKey = verifierKey(name, ED25519_COSIGNATURE, this.#key.publicKey);
  }

  /**
   * Makes the directory, if there is none, and the key.
   *
   * @throws KeysError KEYS_EXISTS if there is one, KEYS_LOCKED, KEYS_STORE_UNSAFE; TlogError
   * NOTE_KEY_MALFORMED for a name that no note can carry.
   */
  static async create(
    options: WitnessKeysOptions & { readonly name: string; readonly random: RandomSource },
  ): Promise<WitnessKeys> {
    const { directory, name, random } = options;
    const seed = randomBytes(random, SEED_BYTES);
    // Before anything is made: a name is for ever.
    if (utf8(name).length > MAX_NAME_BYTES)
      throw new TlogError('NOTE_KEY_MALFORMED', `a name here is at most ${MAX_NAME_BYTES} bytes`);
    verifierKey(name, ED25519_COSIGNATURE, ed25519Key(seed).publicKey);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return WitnessKeys.#opened(options, async (keys) => {
      // A crash up to its end leaves no key, and nothing that the next try could not begin with.
      await keys.create(FILE, { name, seed: toBase64(seed) });
      seed.fill(0);
    });
  }

  /** @throws KeysError KEYS_MISSING, KEYS_LOCKED, KEYS_STORE_UNSAFE, KEYS_FILE_DAMAGED. */
  static open(options: WitnessKeysOptions): Promise<WitnessKeys> {
    return WitnessKeys.#opened(options, () => Promise.resolve());
  }

  static async #opened(
    { directory, dataDirectory, files = durableFileSystem }: WitnessKeysOptions,
    prepare: (keys: KeyDirectory) => Promise<void>,
  ): Promise<WitnessKeys> {
    // First: opening the directory removes what a crash left, which may be what another is writing.
    const lock = await lockIn(directory);
    try {
      const keys = await KeyDirectory.open(directory, dataDirectory, files);
      await prepare(keys);
      const file = await keys.readIfThere(FILE, readWitnessFile);
      if (file === null) throw noKey();
      return new WitnessKeys(keys, lock, file);
    } catch (cause) {
      await lock.release();
      throw cause;
    }
  }

  /** @param time POSIX seconds. Whether it may be signed is for the caller to know. */
  cosign(checkpointText: string, time: number): NoteSignature {
    return cosign(checkpointText, this.verifierKey, this.#key.sign, time);
  }

  /** Null for a log of which nothing was cosigned yet. @throws KeysError KEYS_FILE_DAMAGED. */
  mark(originHash: HexDigest): Promise<WitnessMark | null> {
    return this.#keys.readIfThere(markFile(originHash), readMark);
  }

  /** Durable when it returns. */
  async putMark(originHash: HexDigest, mark: WitnessMark): Promise<void> {
    const { at, end, size, rootHash, time, splitViews } = mark;
    await this.#keys.write(markFile(originHash), {
      ...{ at, end, size, rootHash: toHex(rootHash), time },
      ...(splitViews.length > 0 && { splitViews: [...splitViews] }),
    });
  }

  /** Others may open it again. */
  close(): Promise<void> {
    return this.#lock.release();
  }
}

interface WitnessFile {
  readonly name: string;
  readonly seed: Uint8Array;
}

function readWitnessFile(members: JsonMembers): WitnessFile {
  const name = members.required('name', textLike(/^[^]{1,1000}$/u, 'a name'));
  const seed = members.required('seed', base64Of(SEED_BYTES));
  if (!isKeyName(name)) throw damagedKeyFile(FILE);
  return { name, seed };
}

function readMark(members: JsonMembers): WitnessMark {
  return {
    at: members.required('at', COUNT),
    end: members.required('end', COUNT),
    size: members.required('size', COUNT) as TreeSize,
    rootHash: digestFromHex(members.required('rootHash', DIGEST)) as Sha256Digest,
    time: members.required('time', COUNT),
    splitViews: members.optional('splitViews', arrayOf(COUNT, MAX_SPLIT_VIEWS)) ?? [],
  };
}

function markFile(originHash: HexDigest): string {
  return `mark.${originHash}.json`;
}

async function lockIn(directory: string): Promise<FileLock> {
  let lock: FileLock | null;
  try {
    lock = await tryLock(join(directory, LOCK));
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT') throw noKey();
    throw new KeysError(
      'KEYS_STORE_UNSAFE',
      `the key store cannot be opened (${code ?? 'error'})`,
      {
        cause,
      },
    );
  }
  if (lock === null)
    throw new KeysError(
      'KEYS_LOCKED',
      'the key store is in use: one process at a time signs with a key',
    );
  return lock;
}

function noKey(): KeysError {
  return new KeysError(
    'KEYS_MISSING',
    'the key store has no key of a witness: restore it, or make one with `chirograph witness init`',
  );
}
