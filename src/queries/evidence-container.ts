/**
 * Evidence as signature containers (docs/formats/asic.md). What they hold is what is handed out without one;
 * the seal over it is made when somebody asks, and says nothing that the evidence does not.
 */
import { ASIC_TYPES, type ContainerFile, EVIDENCE_NAME } from '../evidence/asic-container.js';
import { collectionContents, evidenceContents } from '../evidence/asic-contents.js';
import { completeAsic, prepareAsicE, prepareAsicS } from '../evidence/asic-writer.js';
import { parseCollection } from '../evidence/parse-collection.js';
import { parseEvidence } from '../evidence/parse-evidence.js';
import { parseStatement } from '../records/parse-statement.js';
import { type EvidenceAnswer, evidenceFile, type EvidenceParts } from './entry-evidence.js';
import { findEntry } from './find-entry.js';
import { QueryError } from './query-error.js';
import type { LedgerLogs } from './tenant-ledgers.js';

/** Media types, by the formats that HTTP names. */
export const CONTAINER_TYPES = {
  asice: ASIC_TYPES['asic-e'],
  asics: ASIC_TYPES['asic-s'],
} as const;

/** DER of a detached CMS by the operator over the content, of the level that the node makes; null without a seal. */
export type ContainerSeal = ((content: Uint8Array) => Promise<Uint8Array>) | null;

/**
 * ASiC-E: the evidence and what people can read of it, under the operator's seal.
 *
 * @throws LedgerError LEDGER_ENTRY_UNKNOWN, QueryError SEAL_NOT_CONFIGURED.
 */
export async function entryContainer(
  parts: EvidenceParts,
  logs: LedgerLogs,
  id: string,
  seal: ContainerSeal,
): Promise<EvidenceAnswer> {
  const sealing = sealOf(seal);
  const { bytes, ...about } = await evidenceFile(parts, logs, id);
  return { bytes: await sealed(evidenceContents(bytes, parseEvidence(bytes)), sealing), ...about };
}

/** ASiC-E of a collection file. @throws QueryError SEAL_NOT_CONFIGURED. */
export async function collectionContainer(
  bytes: Uint8Array,
  seal: ContainerSeal,
): Promise<Uint8Array> {
  return sealed(collectionContents(bytes, parseCollection(bytes)), sealOf(seal));
}

/**
 * ASiC-S: what somebody signed and the signature as it was attached, of a signature's own entry or the first of
 * the entry that is signed; where there is none, the evidence under the operator's seal.
 *
 * @throws as `entryContainer`.
 */
export async function signedObject(
  parts: EvidenceParts,
  logs: LedgerLogs,
  id: string,
  seal: ContainerSeal,
): Promise<EvidenceAnswer> {
  const { bytes, ...about } = await evidenceFile(parts, logs, id);
  const { shown } = about;
  const { entry, signatures = [] } = parseEvidence(bytes);
  const statement = parseStatement(entry.statement);
  if (statement.kind === 'signature' && entry.payload !== undefined) {
    const { reader, index } = await findEntry(logs.ledger, statement.of);
    const { statement: signed } = await reader.entry(index);
    return { bytes: asSigned(signed, entry.payload.bytes), shown: shown.slice(0, 1) };
  }
  const cms = signatures[0]?.payload?.bytes;
  if (cms !== undefined) return { bytes: asSigned(entry.statement, cms), shown: shown.slice(0, 2) };
  const prepared = prepareAsicS({ name: EVIDENCE_NAME, mediaType: 'application/json', bytes });
  return { bytes: completeAsic(prepared, await sealOf(seal)(prepared.toBeSigned)), ...about };
}

function asSigned(statement: Uint8Array, cms: Uint8Array): Uint8Array {
  const file = { name: 'statement.json', mediaType: 'application/json', bytes: statement };
  return completeAsic(prepareAsicS(file), cms);
}

async function sealed(
  files: readonly ContainerFile[],
  seal: NonNullable<ContainerSeal>,
): Promise<Uint8Array> {
  const prepared = prepareAsicE(files);
  return completeAsic(prepared, await seal(prepared.toBeSigned));
}

function sealOf(seal: ContainerSeal): NonNullable<ContainerSeal> {
  if (seal === null)
    throw new QueryError(
      'SEAL_NOT_CONFIGURED',
      'this node has no seal for containers: ask for format=json, which needs none',
    );
  return seal;
}
