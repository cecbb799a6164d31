/** Anchors that somebody signs who is not online, or is no device that the node speaks to: handed out, and taken back. */
import type { AnchorCandidate } from '../anchoring/anchor-wallet.js';
import type { UnsignedAnchor } from '../anchoring/anchorer.js';
import { AnchoringError } from '../anchoring/errors.js';
import type { TreeSize, UnixMillis } from '../base/brand.js';

export { MAX_PSBT_BYTES } from '../anchoring/anchor-psbt.js';

export interface AnchorSigning {
  readonly unsignedAnchors: () => readonly UnsignedAnchor[];
  readonly acceptSignedAnchor: (psbt: Uint8Array) => Promise<AnchorCandidate>;
  /** Broadcasts the newest that is signed. */
  readonly sendAnchor: () => Promise<void>;
}

/** Amounts are in satoshi: at most 21·10¹⁴, which a double holds. */
export interface HandedAnchor {
  readonly txid: string;
  /** Of the epoch log, as the anchor says it. */
  readonly epochSize: TreeSize;
  readonly fee: number;
  /** When it was handed out first; null of one that is signed. */
  readonly since: UnixMillis | null;
}

export interface AcceptedAnchor extends HandedAnchor {
  /** Code of what kept it from being broadcast at once; it is tried again. Null where nothing did. */
  readonly failure: string | null;
}

/** Newest first, each with its PSBT. */
export function anchorsToSign(
  node: AnchorSigning,
): readonly (HandedAnchor & { readonly psbt: Uint8Array })[] {
  return node
    .unsignedAnchors()
    .toReversed()
    .map(({ candidate, psbt }) => ({ ...handed(candidate), psbt }));
}

/**
 * Its signatures are durable when this returns.
 *
 * @param psbt hostile bytes.
 * @throws AnchoringError as `Anchorer.accept`.
 */
export async function acceptSignedAnchor(
  node: AnchorSigning,
  psbt: Uint8Array,
): Promise<AcceptedAnchor> {
  const accepted = handed(await node.acceptSignedAnchor(psbt));
  try {
    await node.sendAnchor();
    return { ...accepted, failure: null };
  } catch (cause) {
    // A crash or failure here leaves a signed anchor, which the next look at the chain broadcasts.
    if (!(cause instanceof AnchoringError)) throw cause;
    return { ...accepted, failure: cause.code };
  }
}

function handed({ txid, payload, fee, askedAt }: AnchorCandidate): HandedAnchor {
  return { txid, epochSize: payload.size, fee: Number(fee), since: askedAt };
}
