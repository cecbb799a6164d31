/** Writes the parts that evidence and collection files share. */
import { toBase64, toHex } from '../../base/bytes.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { anchorProofToJson } from '../bitcoin/anchor-proof-json.js';
import type {
  EvidenceAnchor,
  EvidenceEntry,
  EvidenceHead,
  EvidenceLog,
  EvidencePlace,
  EvidenceStamp,
  EvidenceWitnessed,
  Opening,
  ProvedStatement,
} from '../evidence-file.js';

export function entryToJson(entry: EvidenceEntry): JsonObject {
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

export function provedToJson({ inclusion, statement }: ProvedStatement): JsonObject {
  return { inclusion: inclusion.map(toBase64), statement: toBase64(statement) };
}

function openingToJson({ bytes, salt }: Opening): JsonObject {
  return { bytes: toBase64(bytes), salt: toBase64(salt) };
}

export function logToJson({
  checkpoint,
  first,
  groups,
  handovers,
  ...log
}: EvidenceLog): JsonObject {
  const { recoverySignature, seal } = log;
  return {
    checkpoint,
    first: provedToJson(first),
    handovers: handovers.map(provedToJson),
    ...(groups !== undefined && {
      groups: groups.map(({ consistency, ...group }) => ({
        ...provedToJson(group),
        consistency: consistency.map(toBase64),
      })),
    }),
    ...(recoverySignature !== undefined && { recoverySignature: toBase64(recoverySignature) }),
    ...(seal !== undefined && { seal: toBase64(seal) }),
  };
}

export function anchorToJson(anchor: EvidenceAnchor): JsonObject {
  const { chain, transaction } = anchor;
  return { ...headToJson(anchor), chain, transaction: anchorProofToJson(transaction) };
}

export function witnessedToJson(witnessed: EvidenceWitnessed): JsonObject {
  const { checkpoint, verifierKey } = witnessed;
  return { ...headToJson(witnessed), checkpoint, verifierKey };
}

function headToJson(shown: EvidenceHead): JsonObject {
  const { epoch } = shown;
  return {
    ...placeToJson(shown),
    epoch: { ...provedToJson(epoch), size: epoch.size },
  };
}

export function stampToJson(stamp: EvidenceStamp): JsonObject {
  const { checkpoint, epoch, token } = stamp;
  return {
    ...placeToJson(stamp),
    checkpoint,
    epoch: provedToJson(epoch),
    token: toBase64(token),
  };
}

function placeToJson({ consistency, head, log, tenant }: EvidencePlace): JsonObject {
  return {
    consistency: consistency.map(toBase64),
    head: toBase64(head),
    log: { handle: toHex(log.handle), proof: toBase64(log.proof), salt: toBase64(log.salt) },
    tenant: {
      handle: toHex(tenant.handle),
      proof: toBase64(tenant.proof),
      root: toBase64(tenant.root),
      ...(tenant.salt !== undefined && { salt: toBase64(tenant.salt) }),
    },
  };
}
