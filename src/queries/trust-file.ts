/** The trust file of a node's own parts (docs/formats/trust.md): what its owner may hand to verifiers. */
import { toBase64 } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import type { ChainName } from '../evidence/chains.js';
import { type SignedHandover, signedHandoverToJson } from '../evidence/handover-request.js';

export interface TrustFileParts {
  readonly name: string;
  /** DER of the roots that the node's seal ends at. */
  readonly certificates: readonly Uint8Array[];
  /** C2SP verifier key of the tenant that asks. */
  readonly recoveryKey: string;
  readonly chain: ChainName;
  /** Blocks of the chain that later anchors descend from. */
  readonly blocks: readonly { readonly hash: string; readonly height: number }[];
  /** Keys of the tenant's logs that the recovery key ended. */
  readonly handovers: readonly SignedHandover[];
  readonly isDevelopment: boolean;
}

export function trustFile(parts: TrustFileParts): JsonObject {
  const { name, certificates, recoveryKey, chain, blocks, handovers, isDevelopment } = parts;
  return {
    $v: 1,
    name,
    certificates: certificates.map(toBase64),
    chains: blocks.length === 0 ? [] : [{ chain, blocks: blocks.map((block) => ({ ...block })) }],
    development: isDevelopment,
    recoveryKeys: [recoveryKey],
    ...(handovers.length > 0 && { handovers: handovers.map(signedHandoverToJson) }),
  };
}
