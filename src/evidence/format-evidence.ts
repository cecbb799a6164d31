/** Writes evidence files: RFC 8785, and nothing that `parseEvidence` would not read. */
import { toBase64, toHex } from '../base/bytes.js';
import { canonicalJsonBytes, type JsonObject } from '../base/canonical-json.js';
import { anchorProofToJson } from './bitcoin/anchor-proof-json.js';
import {
  EVIDENCE_FORMAT,
  type EvidenceAnchor,
  type EvidenceEntry,
  type EvidenceFile,
  type EvidenceLog,
  type Opening,
  type ProvedStatement,
} from './evidence-file.js';
import { parseEvidence } from './parse-evidence.js';

/** @throws EvidenceError EVIDENCE_MALFORMED if it could not be read again. */
export function formatEvidence(file: EvidenceFile): Uint8Array {
  const { anchors, development, entry, log, signatures } = file;
  const bytes = canonicalJsonBytes({
    $v: EVIDENCE_FORMAT,
    entry: entryToJson(entry),
    log: logToJson(log),
    ...(anchors !== undefined && {
      anchors: {
        after: anchorToJson(anchors.after),
        ...(anchors.before !== undefined && { before: anchorToJson(anchors.before) }),
      },
    }),
    ...(development !== undefined && { development }),
    ...(signatures !== undefined && { signatures: signatures.map(entryToJson) }),
  });
  // A file that our own reader refuses must not leave the node.
  parseEvidence(bytes);
  return bytes;
}

function entryToJson(entry: EvidenceEntry): JsonObject {
  const { header, openers, payload } = entry;
  return {
    ...provedToJson(entry),
    ...(header !== undefined && { header: openingToJson(header) }),
    ...(payload !== undefined && { payload: openingToJson(payload) }),
    ...(openers !== undefined && {
      openers: Object.fromEntries(
        Object.entries(openers).map(([name, opener]: [string, Uint8Array]) => [
          name,
          toHex(opener),
        ]),
      ),
    }),
  };
}

function provedToJson({ inclusion, statement }: ProvedStatement): JsonObject {
  return { inclusion: inclusion.map(toBase64), statement: toBase64(statement) };
}

function openingToJson({ bytes, salt }: Opening): JsonObject {
  return { bytes: toBase64(bytes), salt: toBase64(salt) };
}

function logToJson({ checkpoint, first, handovers, ...log }: EvidenceLog): JsonObject {
  const { recoverySignature, seal } = log;
  return {
    checkpoint,
    first: provedToJson(first),
    handovers: handovers.map(provedToJson),
    ...(recoverySignature !== undefined && { recoverySignature: toBase64(recoverySignature) }),
    ...(seal !== undefined && { seal: toBase64(seal) }),
  };
}

function anchorToJson(anchor: EvidenceAnchor): JsonObject {
  const { chain, consistency, epoch, head, log, tenant, transaction } = anchor;
  return {
    chain,
    consistency: consistency.map(toBase64),
    epoch: { ...provedToJson(epoch), size: epoch.size },
    head: toBase64(head),
    log: { handle: toHex(log.handle), proof: toBase64(log.proof), salt: toBase64(log.salt) },
    tenant: {
      handle: toHex(tenant.handle),
      proof: toBase64(tenant.proof),
      root: toBase64(tenant.root),
    },
    transaction: anchorProofToJson(transaction),
  };
}
