/**
 * Compares a drive with its ledger: of every version that an entry says, also older ones and those that were taken out, the
 * content is read again, unless whom it is about was forgotten. Nothing is changed.
 */
import type { LeafIndex, UnixMillis } from '../../base/brand.js';
import { utf8ToString } from '../../base/bytes.js';
import { parseStrictJson } from '../../base/canonical-json.js';
import { ChirographError } from '../../base/errors.js';
import { digestToHex, type HexDigest } from '../../base/hex-digest.js';
import type { Vault } from '../../keys/vault.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { LogReader, StoredEntry } from '../../ledger/log-reader.js';
import { openEntry } from '../../queries/opened-entry.js';
import type { ChunkSource } from '../chunks/content-reader.js';
import { DriveFollower, knownStatement } from '../drive-follower.js';
import type { Version } from '../drive-port.js';
import { FILE_TYPE, type FilePut } from '../file-change.js';
import { isLocked } from '../lock-rules.js';
import { parseChange } from '../parse-change.js';
import type { Differing } from './content-check.js';
import { type ContentFindings, findContent, SeenChunks, verifyContent } from './verify-content.js';

/** A version whose content is not what its entry says, or an entry that cannot be read. */
export interface DriveFinding {
  /** Of the log, and the entry in it. */
  readonly log: string;
  readonly entry: number;
  /** Null of an entry that cannot be read, for which `reason` says why. */
  readonly path: string | null;
  /** Leaf hash of that entry. */
  readonly version: HexDigest;
  /** Of which version: the one that is read now, one before it, or one that was taken out; null where that cannot be told. */
  readonly state: 'newest' | 'older' | 'removed' | null;
  /** It is locked or held now: nobody could have removed it through the node. */
  readonly isLocked: boolean;
  readonly missing: number;
  readonly altered: number;
  readonly differing: readonly Differing[];
  readonly reason: string | null;
}

export interface DriveSummary {
  /** Versions whose content was read. */
  readonly versions: number;
  /** Bytes of content in them. */
  readonly bytes: number;
  /** Entries of files that nobody can open any more. */
  readonly erased: number;
}

export interface VerifyDriveOptions {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly chunks: ChunkSource;
  /** `content` re-hashes everything; `presence` looks whether all chunks are there. */
  readonly depth: 'content' | 'presence';
  /** By the clock of the ledger, for locks. */
  readonly now: UnixMillis;
  /** Called after each version. */
  readonly progress: (read: DriveSummary) => void;
}

/** @throws what reading the ledger throws, other than of single entries. */
export async function* verifyDrive(
  options: VerifyDriveOptions,
): AsyncGenerator<DriveFinding, DriveSummary> {
  const { ledger, vault, chunks, depth, progress } = options;
  const read = { versions: 0, bytes: 0, erased: 0 };
  const versions = new VersionStates(options);
  const seen = new SeenChunks();
  for (const reader of ledger.logs)
    for await (const entry of reader.entries(0 as LeafIndex, reader.head.size)) {
      const statement = knownStatement(entry.statement);
      if (statement?.kind !== 'record' || statement.type !== FILE_TYPE) continue;
      const put = await putOf(vault, entry);
      if (put === 'erased') read.erased++;
      else if ('reason' in put) yield unreadable(reader, entry, put.reason);
      else if (put.action === 'put') {
        const found =
          depth === 'content'
            ? await verifyContent(chunks, put)
            : await findContent(chunks, put, seen);
        read.versions++;
        read.bytes += put.size;
        if (isDamage(found)) yield await versions.finding(reader, entry, put, found);
        progress(read);
      }
    }
  return read;
}

type Opened = ReturnType<typeof parseChange> | 'erased' | { readonly reason: string };

async function putOf(vault: Vault, entry: StoredEntry): Promise<Opened> {
  try {
    const opened = await openEntry(vault, entry);
    if (opened.kind !== 'record') return 'erased';
    return parseChange(parseStrictJson(utf8ToString(opened.payload.bytes)));
  } catch (cause) {
    // Damage is what is looked for; anything else is a fault of the program or of the machine.
    if (cause instanceof ChirographError) return { reason: cause.message };
    throw cause;
  }
}

function isDamage({ missing, altered, differing }: ContentFindings): boolean {
  return missing + altered + differing.length > 0;
}

/** What has become of versions since; the drive is read for it when the first is asked for. */
class VersionStates {
  readonly #options: VerifyDriveOptions;
  #follower: Promise<DriveFollower | null> | null = null;

  constructor(options: VerifyDriveOptions) {
    this.#options = options;
  }

  async finding(
    { origin }: LogReader,
    { index, leafHash }: StoredEntry,
    { path }: FilePut,
    found: ContentFindings,
  ): Promise<DriveFinding> {
    const version = digestToHex(leafHash);
    const follower = await (this.#follower ??= this.#read());
    const there = follower?.index
      .rowsOf(path)
      ?.at(Infinity)
      .find(({ id }) => id === version);
    return {
      ...{ log: origin, entry: index, path, version, ...found, reason: null },
      state: follower === null ? null : stateOf(there),
      isLocked: there !== undefined && isLocked(there, this.#options.now),
    };
  }

  /** Null of a drive that has entries which cannot be read: they are findings of their own. */
  async #read(): Promise<DriveFollower | null> {
    const follower = new DriveFollower(this.#options.ledger, this.#options.vault);
    try {
      await follower.upToDate();
      return follower;
    } catch (cause) {
      if (cause instanceof ChirographError) return null;
      throw cause;
    }
  }
}

function stateOf(version: Version | undefined): DriveFinding['state'] {
  if (version === undefined) return 'removed';
  return version.isLatest ? 'newest' : 'older';
}

function unreadable(
  { origin }: LogReader,
  { index, leafHash }: StoredEntry,
  reason: string,
): DriveFinding {
  return {
    ...{ log: origin, entry: index, path: null, version: digestToHex(leafHash), state: null },
    ...{ isLocked: false, missing: 0, altered: 0, differing: [], reason },
  };
}
