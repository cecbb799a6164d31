/** Writes collection files: RFC 8785, and nothing that `parseCollection` would not read. */
import { toBase64, toHex } from '../base/bytes.js';
import { canonicalJsonBytes, type JsonObject } from '../base/canonical-json.js';
import { digestToHex } from '../base/hex-digest.js';
import { formatInstant } from '../base/time.js';
import type { ListOfPerson } from '../tlog/person-proof.js';
import { encodeMapProof } from '../tlog/sparse-map-proof.js';
import {
  type AnsweredQuestion,
  COLLECTION_FORMAT,
  type CollectionFile,
  type Completeness,
  type Question,
} from './collection-file.js';
import {
  anchorToJson,
  entryToJson,
  logToJson,
  provedToJson,
  stampToJson,
  witnessedToJson,
} from './internal/parts-to-json.js';
import { parseCollection } from './parse-collection.js';

/** @throws EvidenceError EVIDENCE_MALFORMED if it could not be read again. */
export function formatCollection(file: CollectionFile): Uint8Array {
  const {
    anchors,
    batch,
    development,
    entries,
    histories,
    inspection,
    log,
    questions,
    signatures,
    timeStamp,
    witnessed,
  } = file;
  const bytes = canonicalJsonBytes({
    $v: COLLECTION_FORMAT,
    kind: 'collection',
    entries: entries.map(entryToJson),
    log: logToJson(log),
    questions: questions.map(answeredToJson),
    ...(anchors !== undefined && { anchors: { after: anchorToJson(anchors.after) } }),
    ...(batch !== undefined && { batch: provedToJson(batch) }),
    ...(development !== undefined && { development }),
    ...(histories !== undefined && {
      histories: histories.map((history) => history.map(toBase64)),
    }),
    ...(signatures !== undefined && { signatures: signatures.map(entryToJson) }),
    ...(timeStamp !== undefined && { timeStamp: stampToJson(timeStamp) }),
    ...(witnessed !== undefined && { witnessed: witnessedToJson(witnessed) }),
    ...(inspection !== undefined && { inspection }),
  });
  // A file that our own reader refuses must not leave the node.
  parseCollection(bytes);
  return bytes;
}

/** The question as the file and reports have it. */
export function questionToJson({ asOf, ledger, subject, types, validAt }: Question): JsonObject {
  return {
    asOf,
    ledger,
    subject,
    ...(types !== undefined && { types }),
    ...(validAt !== undefined && { validAt: formatInstant(validAt) }),
  };
}

function answeredToJson({ completeness, entries, question }: AnsweredQuestion): JsonObject {
  return {
    completeness: completenessToJson(completeness),
    entries,
    question: questionToJson(question),
  };
}

/** As it stands in a file, for answers that carry the proof without the file. */
export function completenessToJson({ map, opener, proof, tag }: Completeness): JsonObject {
  return {
    map: provedToJson(map),
    opener: toHex(opener),
    tag,
    ...(proof.kind === 'absent'
      ? { absent: toBase64(encodeMapProof(proof.map)) }
      : { list: listToJson(proof) }),
  };
}

function listToJson({ consistency, map, next, root, size }: ListOfPerson): JsonObject {
  return {
    consistency: consistency.map(toBase64),
    proof: toBase64(encodeMapProof(map)),
    root: toBase64(root),
    size,
    ...(next !== null && {
      next: {
        inclusion: next.inclusion.map(toBase64),
        index: next.index,
        leafHash: digestToHex(next.leafHash),
      },
    }),
  };
}
