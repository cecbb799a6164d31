/** Whether receipts are what the figures call them: signed, and proofs of inclusion. */
import { z } from 'zod';
import type { LeafIndex } from '../src/base/brand.js';
import { fromHex, sha256Digest } from '../src/base/bytes.js';
import { verifyCheckpoint } from '../src/tlog/checkpoint.js';
import { verifyInclusion } from '../src/tlog/inclusion-proof.js';
import { parseVerifierKey } from '../src/tlog/note-key.js';
import { noteVerifier } from '../src/tlog/signed-note.js';

const receiptSchema = z.object({
  leafHash: z.string(),
  index: z.int().nonnegative(),
  checkpoint: z.string(),
  inclusionProof: z.array(z.string()),
});

/** @throws Error for the first that does not verify. */
export function verifyReceipts(receipts: readonly string[], verifierKey: string): void {
  const verifier = noteVerifier(parseVerifierKey(verifierKey));
  for (const text of receipts) {
    const receipt = receiptSchema.parse(JSON.parse(text));
    const { size, rootHash } = verifyCheckpoint(receipt.checkpoint, verifier);
    const isIncluded = verifyInclusion({
      leafHash: sha256Digest(fromHex(receipt.leafHash)),
      index: receipt.index as LeafIndex,
      size,
      rootHash,
      proof: receipt.inclusionProof.map((hash) => sha256Digest(fromHex(hash))),
    });
    if (!isIncluded) throw new Error('a receipt does not verify');
  }
}
