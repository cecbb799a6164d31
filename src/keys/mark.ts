/**
 * The mark: what the node remembers of itself outside its data directory, so that a directory which
 * was restored from an older copy is known for one (docs/formats/vault.md).
 */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { equalBytes, toHex } from '../base/bytes.js';
import { canonicalJsonBytes, parseCanonicalJson } from '../base/canonical-json.js';
import { digestFromHex } from '../base/hex-digest.js';
import { COUNT, DIGEST, JSON_VALUE, JsonMembers, textLike } from '../base/json-members.js';
import { KeysError } from './keys-error.js';

const FORMAT = 1;

export interface EpochMark {
  readonly size: TreeSize;
  readonly rootHash: Sha256Digest;
}

/** Kept in the key store. */
export interface Mark {
  readonly epochs: EpochMark | null;
  /** Starts that were allowed to write. */
  readonly run: number;
}

/** Kept in the data directory. */
export interface RunFile {
  /** Hex, 16 bytes. */
  readonly nodeId: string;
  readonly run: number;
}

export function formatMark({ epochs, run }: Mark): Uint8Array {
  const taken = epochs === null ? null : { rootHash: toHex(epochs.rootHash), size: epochs.size };
  return canonicalJsonBytes({ $v: FORMAT, epochs: taken, run });
}

/** @throws KeysError KEYS_FILE_DAMAGED, KEYS_FORMAT_NEWER. */
export function parseMark(bytes: Uint8Array): Mark {
  const members = read(bytes, 'mark.json');
  const run = members.required('run', COUNT);
  const taken = members.required('epochs', JSON_VALUE);
  members.end();
  if (taken === null) return { epochs: null, run };
  const epochs = new JsonMembers(taken, () => damaged('mark.json'));
  const size = epochs.required('size', COUNT) as TreeSize;
  const rootHash = digestFromHex(epochs.required('rootHash', DIGEST)) as Sha256Digest;
  epochs.end();
  return { epochs: { size, rootHash }, run };
}

export function formatRunFile({ nodeId, run }: RunFile): Uint8Array {
  return canonicalJsonBytes({ $v: FORMAT, nodeId, run });
}

/** @throws KeysError KEYS_FILE_DAMAGED, KEYS_FORMAT_NEWER. */
export function parseRunFile(bytes: Uint8Array): RunFile {
  const members = read(bytes, 'run.json');
  const nodeId = members.required('nodeId', NODE_ID);
  const run = members.required('run', COUNT);
  members.end();
  return { nodeId, run };
}

/** What the data directory says of itself. */
export interface DataState {
  /** Null in a directory that was never written to. */
  readonly runFile: RunFile | null;
  readonly epochSize: TreeSize;
  /** Root of the epoch log at the mark's size; null if the log is shorter. */
  readonly rootAtMark: Sha256Digest | null;
}

/** @returns why the node must not write, for people, or null if it may. */
export function compareWithMark(mark: Mark | null, nodeId: string, data: DataState): string | null {
  const { runFile, epochSize, rootAtMark } = data;
  if (runFile !== null && runFile.nodeId !== nodeId)
    return 'the data directory belongs to another node than the key store';
  const run = runFile?.run ?? 0;
  // Run 1 is in the data directory first; from run 2 on there has been a mark.
  if (mark === null) return run > 1 ? 'the mark is missing from the key store: restore it' : null;
  if (run < mark.run)
    return `the data directory was last written in run ${run}, the mark says ${mark.run}: it was restored from an older copy`;
  if (mark.epochs === null) return null;
  if (epochSize < mark.epochs.size)
    return `the epoch log has ${epochSize} entries, the mark says ${mark.epochs.size}: the data directory is older than what was shown`;
  if (rootAtMark === null || !equalBytes(rootAtMark, mark.epochs.rootHash))
    return `the epoch log has another root at ${mark.epochs.size} entries than the mark says: it was rewritten`;
  return null;
}

const NODE_ID = textLike(/^[0-9a-f]{32}$/, 'a node id');

function read(bytes: Uint8Array, file: string): JsonMembers {
  try {
    const members = new JsonMembers(parseCanonicalJson(bytes), () => damaged(file));
    const format = members.required('$v', COUNT);
    if (format > FORMAT)
      throw new KeysError(
        'KEYS_FORMAT_NEWER',
        `${file} has format ${format}; this version reads up to ${FORMAT}`,
      );
    return members;
  } catch (cause) {
    if (cause instanceof KeysError) throw cause;
    throw damaged(file, cause);
  }
}

function damaged(file: string, cause?: unknown): KeysError {
  return new KeysError('KEYS_FILE_DAMAGED', `${file} is not what was written`, { cause });
}
