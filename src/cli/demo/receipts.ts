/** What a client can check of a receipt with nothing but the log's public key. */
import { z } from 'zod';
import type { LeafIndex } from '../../base/brand.js';
import { fromHex, sha256Digest } from '../../base/bytes.js';
import type { JsonValue } from '../../base/canonical-json.js';
import { verifyCheckpoint } from '../../tlog/checkpoint.js';
import { verifyConsistency } from '../../tlog/consistency-proof.js';
import { verifyInclusion } from '../../tlog/inclusion-proof.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import { noteVerifier } from '../../tlog/signed-note.js';
import { TlogError } from '../../tlog/tlog-error.js';
import { expected, type Receipt } from '../answers.js';

/** Whether the log signed a tree that holds the entry where the receipt says. */
export function holds(receipt: Receipt, verifierKey: string): boolean {
  try {
    const { checkpoint, index, inclusionProof, leafHash } = receipt;
    const { size, rootHash } = headOf(checkpoint, verifierKey);
    return verifyInclusion({
      leafHash: sha256Digest(fromHex(leafHash, 32)),
      index: index as LeafIndex,
      size,
      rootHash,
      proof: inclusionProof.map((hash) => sha256Digest(fromHex(hash, 32))),
    });
  } catch (error) {
    if (error instanceof TlogError) return false;
    throw error;
  }
}

const consistencySchema = z.object({ proof: z.array(z.string()) });

/**
 * Whether the tree of a newer checkpoint goes on from that of the receipt.
 *
 * @param ask the log, for the proof between two sizes.
 */
export async function isGrownFrom(
  receipt: Receipt,
  newer: string,
  verifierKey: string,
  ask: (from: number, to: number) => Promise<JsonValue>,
): Promise<boolean> {
  const [from, to] = [headOf(receipt.checkpoint, verifierKey), headOf(newer, verifierKey)];
  const { proof } = expected(consistencySchema, await ask(from.size, to.size));
  return verifyConsistency({
    ...{ from: from.size, fromRoot: from.rootHash, to: to.size, toRoot: to.rootHash },
    proof: proof.map((hash) => sha256Digest(fromHex(hash, 32))),
  });
}

/** @throws TlogError for one that the log did not sign. */
function headOf(checkpoint: string, verifierKey: string): ReturnType<typeof verifyCheckpoint> {
  return verifyCheckpoint(checkpoint, noteVerifier(parseVerifierKey(verifierKey)));
}
