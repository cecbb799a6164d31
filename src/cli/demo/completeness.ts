/** What a client can check of an answer with `proof=complete`, with nothing but the log's public key. */
import { z } from 'zod';
import type { LeafIndex, Sha256Digest, TreeSize } from '../../base/brand.js';
import { fromBase64, fromHex, sha256Digest } from '../../base/bytes.js';
import { ChirographError } from '../../base/errors.js';
import { digestFromHex, type HexDigest } from '../../base/hex-digest.js';
import { parseStatement } from '../../records/parse-statement.js';
import { verifyTag } from '../../records/tag.js';
import { verifyCheckpoint } from '../../tlog/checkpoint.js';
import { verifyInclusion } from '../../tlog/inclusion-proof.js';
import { leafHash } from '../../tlog/merkle-hash.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import { personProofFault } from '../../tlog/person-proof.js';
import { noteVerifier } from '../../tlog/signed-note.js';
import { decodeMapProof } from '../../tlog/sparse-map-proof.js';

const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => text as HexDigest);
const index = z.number().transform((at) => at as LeafIndex);
const hashes = z.array(z.string().transform((text) => sha256Digest(fromBase64(text, 32))));

/** Of somebody of whom something is recorded; docs/formats/collection.md has the members. */
export const completenessSchema = z.object({
  checkpoint: z.string(),
  map: z.object({ inclusion: hashes, statement: z.string() }),
  opener: z.string(),
  tag: digest,
  items: z.array(z.object({ index, leafHash: digest })),
  list: z.object({
    consistency: hashes,
    proof: z.string(),
    root: z.string(),
    size: z.number(),
    next: z.object({ inclusion: hashes, index, leafHash: digest }).optional(),
  }),
});
export type Completeness = z.output<typeof completenessSchema>;

export interface CompletenessQuestion {
  readonly subject: string;
  /** The answer is of the entries below it. */
  readonly asOf: number;
  readonly verifierKey: string;
}

/** Whether the log has signed a tree with a map in it by which the items are all that there is. */
export function isComplete(complete: Completeness, question: CompletenessQuestion): boolean {
  const { subject, asOf } = question;
  try {
    const head = signedMap(complete, question);
    const { tag, opener, items, list } = complete;
    if (head === null || !verifyTag(subject, fromHex(opener, 32), tag)) return false;
    const next = list.next === undefined ? null : { ...list.next, ...leafOf(list.next) };
    const fault = personProofFault({
      ...{ head, tag, asOf: asOf as TreeSize, items: items.map(leafOf) },
      proof: {
        kind: 'list',
        map: decodeMapProof(fromBase64(list.proof)),
        size: list.size as TreeSize,
        root: sha256Digest(fromBase64(list.root, 32)),
        consistency: list.consistency,
        next,
      },
    });
    return fault === null;
  } catch (error) {
    if (error instanceof ChirographError) return false;
    throw error;
  }
}

/** Null if it is no map of what came before it, or does not stand in the signed tree. */
function signedMap(
  { checkpoint, map }: Completeness,
  { verifierKey }: CompletenessQuestion,
): { readonly root: Sha256Digest; readonly size: TreeSize } | null {
  const { size, rootHash } = verifyCheckpoint(
    checkpoint,
    noteVerifier(parseVerifierKey(verifierKey)),
  );
  const bytes = fromBase64(map.statement);
  const said = parseStatement(bytes);
  if (said.kind !== 'map' || said.size > said.index) return null;
  const isInTree = verifyInclusion({
    leafHash: leafHash(bytes),
    ...{ index: said.index, size, rootHash, proof: map.inclusion },
  });
  if (!isInTree) return null;
  return { root: sha256Digest(digestFromHex(said.root)), size: said.size as TreeSize };
}

function leafOf(item: { readonly index: LeafIndex; readonly leafHash: HexDigest }): {
  readonly index: LeafIndex;
  readonly leafHash: Sha256Digest;
} {
  return { index: item.index, leafHash: sha256Digest(digestFromHex(item.leafHash)) };
}
