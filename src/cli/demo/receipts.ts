/** What a client can check of a receipt with nothing but the log's public key. */
import type { LeafIndex } from '../../base/brand.js';
import { fromHex, sha256Digest } from '../../base/bytes.js';
import { verifyCheckpoint } from '../../tlog/checkpoint.js';
import { verifyInclusion } from '../../tlog/inclusion-proof.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import { noteVerifier } from '../../tlog/signed-note.js';
import { TlogError } from '../../tlog/tlog-error.js';
import type { Receipt } from '../answers.js';

/** Whether the log signed a tree that holds the entry where the receipt says. */
export function holds(receipt: Receipt, verifierKey: string): boolean {
  try {
    const { checkpoint, index, inclusionProof, leafHash } = receipt;
    const { size, rootHash } = verifyCheckpoint(
      checkpoint,
      noteVerifier(parseVerifierKey(verifierKey)),
    );
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
