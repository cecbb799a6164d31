/**
 * The mark: what the node remembers of itself outside its data directory, so that a directory which
 * was restored from an older copy is known for one (docs/formats/vault.md).
 */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { equalBytes, toHex } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { digestFromHex } from '../base/hex-digest.js';
import { COUNT, DIGEST, type JsonMembers, textLike } from '../base/json-members.js';
import { formatKeyFile, readKeyFile } from './internal/key-file.js';

/** Hex, 16 bytes. */
export const NODE_ID = textLike(/^[0-9a-f]{32}$/, 'a node id');

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

/** The content of `mark.json`. */
export function markContent({ epochs, run }: Mark): JsonObject {
  const taken = epochs === null ? null : { rootHash: toHex(epochs.rootHash), size: epochs.size };
  return { epochs: taken, run };
}

export function readMark(members: JsonMembers): Mark {
  const run = members.required('run', COUNT);
  const epochs = members.objectOrNull('epochs');
  if (epochs === null) return { epochs, run };
  const size = epochs.required('size', COUNT) as TreeSize;
  const rootHash = digestFromHex(epochs.required('rootHash', DIGEST)) as Sha256Digest;
  epochs.end();
  return { epochs: { size, rootHash }, run };
}

export function formatRunFile({ nodeId, run }: RunFile): Uint8Array {
  return formatKeyFile('run.json', { nodeId, run });
}

/** @throws KeysError KEYS_FILE_DAMAGED, KEYS_FORMAT_NEWER. */
export function parseRunFile(bytes: Uint8Array): RunFile {
  return readKeyFile('run.json', bytes, (members) => ({
    nodeId: members.required('nodeId', NODE_ID),
    run: members.required('run', COUNT),
  }));
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
  // There is a mark before there is a run file.
  if (mark === null)
    return runFile === null ? null : 'the mark is missing from the key store: restore mark.json';
  if (run < mark.run)
    return `the data directory was last written in run ${run}, the mark says ${mark.run}: it was restored from an older copy`;
  if (mark.epochs === null) return null;
  if (epochSize < mark.epochs.size)
    return `the epoch log has ${epochSize} entries, the mark says ${mark.epochs.size}: the data directory is older than what was shown`;
  if (rootAtMark === null || !equalBytes(rootAtMark, mark.epochs.rootHash))
    return `the epoch log has another root at ${mark.epochs.size} entries than the mark says: it was rewritten`;
  return null;
}
