/**
 * A log that was handed over lies in several Hypercores, one for each pair of keys that it has had: each
 * begins where the one before it ended, with the same tree, and only the newest is written.
 */
import { fromHex } from '../../base/bytes.js';
import type { HexDigest } from '../../base/hex-digest.js';
import type { Election } from '../../tlog/election.js';
import type { HandoverTerms } from '../../tlog/handover.js';
import type { EndedKeys, LogDescriptor } from '../catalog.js';

/** One Hypercore of a log. */
export interface LogSegment {
  /** Ed25519, 32 bytes; signs it. */
  readonly publicKey: Uint8Array;
  /** Where the one before it ended; null of the first. Hypercore calls it a prologue. */
  readonly begins: SegmentStart | null;
}

export interface SegmentStart {
  /** Number of blocks. */
  readonly length: number;
  /** BLAKE2b tree hash of them, 32 bytes. */
  readonly treeHash: Uint8Array;
}

/** Oldest first. */
export function segmentsOf(log: LogDescriptor): readonly LogSegment[] {
  return segmentsOfKeys(logKeysOf(log));
}

/** A pair of keys of a log, and where it ended if it did; what a node that keeps a copy must know of the log. */
export interface LogKeys {
  /** Ed25519, hex; signs the Hypercore. */
  readonly corePublicKey: string;
  /** C2SP, signs the checkpoints. */
  readonly verifierKey: string;
  /** Null of the keys that sign now. */
  readonly ended: KeysEnd | null;
}

export interface KeysEnd extends Pick<
  EndedKeys,
  'length' | 'rootHash' | 'signatures' | 'size' | 'treeHash'
> {
  /** By which a group gave the log the keys after these, if it did. */
  readonly election?: Election;
}

/** Oldest first. */
export function logKeysOf({
  before = [],
  corePublicKey,
  verifierKey,
}: LogDescriptor): readonly LogKeys[] {
  const ended = before.map(
    ({ election, length, rootHash, signatures, size, treeHash, ...keys }) => ({
      corePublicKey: keys.corePublicKey,
      verifierKey: keys.verifierKey,
      ended: { ...(election && { election }), length, rootHash, signatures, size, treeHash },
    }),
  );
  return [...ended, { corePublicKey, verifierKey, ended: null }];
}

/** Oldest first. */
export function segmentsOfKeys(keys: readonly LogKeys[]): readonly LogSegment[] {
  return keys.map(({ corePublicKey }, at) => {
    const last = keys[at - 1]?.ended;
    const begins = last && { length: last.length, treeHash: fromHex(last.treeHash) };
    return { publicKey: fromHex(corePublicKey), begins: begins ?? null };
  });
}

/** Name of the keys that sign now, in the key store; null where they are another node's. */
export function keysOf({ elsewhere, handle, keys }: LogDescriptor): string | null {
  return elsewhere === true ? null : (keys ?? handle);
}

/** What was agreed with each change of keys, oldest first. */
export function handoversOf({ before = [], verifierKey }: LogDescriptor): readonly Handover[] {
  return before.map(({ verifierKey: old, rootHash, size, signatures, election }, at) => ({
    ...(election && { election }),
    new: before[at + 1]?.verifierKey ?? verifierKey,
    old,
    rootHash: rootHash as HexDigest,
    signatures,
    size,
  }));
}

/** What the entry says that a log goes on with by other keys. */
export type Handover = HandoverTerms & Pick<EndedKeys, 'election' | 'signatures'>;

/**
 * The log with other keys; a checkpoint by the old ones may be had no more.
 *
 * @param to without `keys` where they are another node's.
 */
export function handedOver(
  log: LogDescriptor,
  to: Pick<LogDescriptor, 'corePublicKey' | 'keys' | 'verifierKey'>,
  end: Omit<EndedKeys, 'corePublicKey' | 'keys' | 'verifierKey'>,
): LogDescriptor {
  const { before = [], corePublicKey, handle, number, origin, shared, succeeds, verifierKey } = log;
  const keys = keysOf(log);
  const ended = { ...end, corePublicKey, ...(keys !== null && { keys }), verifierKey };
  return {
    ...to,
    before: [...before, ended],
    ...(to.keys === undefined && { elsewhere: true as const }),
    handle,
    number,
    origin,
    ...(shared !== undefined && { shared }),
    ...(succeeds !== undefined && { succeeds }),
  };
}
