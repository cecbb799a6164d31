/**
 * What a later version of a signature must share with the one before it, where the file shows both: it is over
 * the same entry, and the same signature. The one before need not be in the file, and then nothing is said of
 * it: what is shown is a signature by itself.
 */
import type { HexDigest } from '../../base/hex-digest.js';
import type { Statement } from '../../records/statement.js';
import { isSameSignature } from '../../signing/same-signature.js';
import { type Finding, finding } from './outcome.js';
import type { ReadEntry } from './read-statement.js';

export interface VersionSubject {
  readonly signature: ReadEntry<Extract<Statement, { kind: 'signature' }>>;
  /** What the file has under the leaf hash that the signature names as the version before; null if nothing. */
  readonly previous: ReadEntry | null;
}

export function compareVersions({ signature, previous }: VersionSubject): Finding | null {
  if (previous === null) return null;
  const { content, file } = signature;
  const facts = { entry: content.index };
  const before = previous.content;
  if (before.kind !== 'signature' || before.of !== content.of || before.index >= content.index)
    return finding('signature.version', facts);
  const [older, newer] = [previous.file.payload?.bytes, file.payload?.bytes];
  // What is not shown is for other rules to ask for.
  if (older === undefined || newer === undefined) return null;
  return isSameSignature(older, newer) ? null : finding('signature.version', facts);
}

/** @param byLeaf all entries that the file shows of the log and that may be signatures. */
export function previousVersion<E extends ReadEntry>(
  prev: HexDigest | undefined,
  byLeaf: ReadonlyMap<HexDigest, E>,
): E | null {
  return prev === undefined ? null : (byLeaf.get(prev) ?? null);
}
