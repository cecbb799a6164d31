/** A settled anchor as its file has it (docs/formats/data-directory.md). */
import type { TreeSize, UnixMillis } from '../../base/brand.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { COUNT, INSTANT, JSON_OBJECT } from '../../base/json-members.js';
import { formatInstant } from '../../base/time.js';
import { anchorProofToJson, parseAnchorProof } from '../../evidence/bitcoin/anchor-proof-json.js';
import type { AnchorProof } from '../../evidence/bitcoin/anchor-proof.js';
import { invalidAnchors, type StoredAnchorFile } from './anchor-directory.js';

/** An anchor deep enough in the chain to be taken for final. */
export interface SettledAnchor {
  /** Size of the epoch log that it commits to. */
  readonly epochSize: TreeSize;
  readonly proof: AnchorProof;
}

/** What format 1 did not keep. */
interface KeptState {
  readonly chain: number;
  readonly at: UnixMillis;
  /** As it lies there: reading it wants the script of its chain. */
  readonly level: JsonObject;
}

export interface SettledFile {
  readonly settled: SettledAnchor;
  /** Null of an anchor that an earlier version settled. */
  readonly kept: KeptState | null;
}

export function settledToJson(
  { epochSize, proof }: SettledAnchor,
  kept: KeptState | null,
): JsonObject {
  return {
    epochSize,
    proof: anchorProofToJson(proof),
    ...(kept !== null && { chain: kept.chain, at: formatInstant(kept.at), level: kept.level }),
  };
}

/** @throws AnchoringError ANCHOR_STATE_INVALID, and what is wrong with the proof. */
export function parseSettled(
  { format, members }: StoredAnchorFile,
  epochSize: TreeSize,
): SettledFile {
  const isThis = members.required('epochSize', COUNT) === epochSize;
  const proof = parseAnchorProof(members.required('proof', JSON_OBJECT));
  const kept =
    format === 1
      ? null
      : {
          chain: members.required('chain', COUNT),
          at: members.required('at', INSTANT),
          level: members.required('level', JSON_OBJECT),
        };
  members.end();
  if (!isThis) throw invalidAnchors('a settled anchor is under another name');
  return { settled: { epochSize, proof }, kept };
}
