/** What a node would have verifiers trust of itself, for one of its tenants, and what it says by that. */
import type { AnchorStore } from '../anchoring/anchor-store.js';
import { pinnedBlocks } from '../anchoring/pinned-blocks.js';
import { canonicalJsonBytes, type JsonObject } from '../base/canonical-json.js';
import { CONTAINER_LIMITS } from '../evidence/asic-container.js';
import type { ChainName } from '../evidence/chains.js';
import { MAX_EVIDENCE_BYTES } from '../evidence/evidence-file.js';
import type { SignedHandover } from '../evidence/handover-request.js';
import { reportToJson } from '../evidence/report-json.js';
import { SHIPPED_TRUST } from '../evidence/shipped-trust.js';
import { mergeTrust, parseTrust } from '../evidence/trust.js';
import { type FileReport, verifyBytes } from '../evidence/verify-file.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import type { LogReader } from '../ledger/log-reader.js';
import { trustFile } from './trust-file.js';

export interface NodeTrustParts {
  readonly store: Pick<LedgerStore, 'tenantNamed' | 'ledgersOf'>;
  /** Names the node in reports. */
  readonly name: string;
  /** DER of the roots that the node's seal ends at. */
  readonly certificates: readonly Uint8Array[];
  readonly chain: ChainName;
  /** Of all epoch logs that the node has had. */
  readonly anchors: readonly AnchorStore[];
  readonly isDevelopment: boolean;
}

/** As many as a trust file may name. */
const MAX_PINNED_BLOCKS = 1_000;

/** @throws AnchoringError ANCHOR_STATE_INVALID. */
export async function nodeTrust(parts: NodeTrustParts, tenant: string): Promise<JsonObject> {
  const { store, anchors, chain } = parts;
  const found = store.tenantNamed(tenant);
  if (found === undefined) throw new LedgerError('LEDGER_UNKNOWN', 'the tenant has no ledgers yet');
  const { handle, recoveryKey } = found;
  // A chain that costs something needs no word of the node's for it.
  const blocks =
    chain === 'devchain'
      ? await pinnedBlocks(anchors, Math.floor(MAX_PINNED_BLOCKS / anchors.length))
      : [];
  const logs = store.ledgersOf(handle).flatMap((ledger) => ledger.logs);
  const handovers = logs.flatMap(handoversByRecoveryKey);
  return trustFile({ ...parts, recoveryKey, blocks, handovers });
}

/** Those by both keys are in every file of the log; these a file by the old key does not show. */
function handoversByRecoveryKey({ origin, handovers }: LogReader): SignedHandover[] {
  return handovers.flatMap(({ election, signatures, ...terms }) => {
    const [signature, other] = signatures;
    // What a group chose is signed by the new key alone, and shown with its votes.
    const isByRecoveryKey = other === undefined && election === undefined;
    return signature === undefined || !isByRecoveryKey ? [] : [{ origin, ...terms, signature }];
  });
}

/**
 * The report of the offline verifier on a file of either kind, on what ships with it and on the node's own word.
 *
 * @throws EvidenceError EVIDENCE_MALFORMED, EVIDENCE_FORMAT_NEWER; and as `nodeTrust`.
 */
export async function verifyFile(
  parts: NodeTrustParts,
  tenant: string,
  evidence: Uint8Array,
): Promise<JsonObject> {
  return reportToJson(await verifiedFile(parts, tenant, evidence));
}

/** In the memory of a node a container may be no more than twice a body. */
const LIMITS = { ...CONTAINER_LIMITS, maxTotalBytes: 2 * MAX_EVIDENCE_BYTES };

/** The same, before it is JSON. @throws as `verifyFile`. */
export async function verifiedFile(
  parts: NodeTrustParts,
  tenant: string,
  evidence: Uint8Array,
): Promise<FileReport> {
  const own = parseTrust(canonicalJsonBytes(await nodeTrust(parts, tenant)));
  return verifyBytes(evidence, mergeTrust(SHIPPED_TRUST, own), LIMITS);
}
