/** The strict reading of collection files (docs/formats/collection.md), as that of evidence files. */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { sha256Digest } from '../base/bytes.js';
import { canonicalJson, type JsonObject, type JsonValue } from '../base/canonical-json.js';
import { digestFromHex } from '../base/hex-digest.js';
import {
  arrayOf,
  COUNT,
  DIGEST,
  INSTANT,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  textLike,
} from '../base/json-members.js';
import { PERSON_NAME } from '../base/secret-scope.js';
import type { ListOfPerson, NextItem, PersonProof } from '../tlog/person-proof.js';
import { decodeMapProof, type MapProof } from '../tlog/sparse-map-proof.js';
import { TlogError } from '../tlog/tlog-error.js';
import {
  type AnsweredQuestion,
  COLLECTION_FORMAT,
  type CollectionFile,
  type Completeness,
  MAX_COLLECTION_BYTES,
  MAX_COLLECTION_ENTRIES,
  MAX_INSPECTION_BYTES,
  MAX_PLACES,
  MAX_QUESTIONS,
  type Question,
} from './collection-file.js';
import { MAX_SIGNATURES } from './evidence-file.js';
import {
  malformed,
  optionalObject,
  readFormat,
  readJson,
  readProved,
} from './internal/evidence-members.js';
import { ANY, HASH, hexOf, listOf, MAP_PROOF, PROOF } from './internal/evidence-shapes.js';
import { readAfterAnchor, readStamp, readWitnessed } from './internal/parse-anchors.js';
import { readHistories } from './internal/parse-histories.js';
import { DEVELOPMENT, readEntry, readLog } from './internal/parse-parts.js';

/** @throws EvidenceError EVIDENCE_MALFORMED, EVIDENCE_FORMAT_NEWER. */
export function parseCollection(bytes: Uint8Array): CollectionFile {
  if (bytes.length > MAX_COLLECTION_BYTES) throw malformed('it is larger than 256 MiB');
  return readCollectionJson(readJson(bytes));
}

/** @param value of canonical JSON within the bounds of such a file. */
export function readCollectionJson(value: JsonValue): CollectionFile {
  const members = new JsonMembers(value, malformed);
  readFormat(members, COLLECTION_FORMAT);
  members.required('kind', KIND);
  const anchors = optionalObject(members, 'anchors', readAfterAnchor);
  const batch = optionalObject(members, 'batch', readProved);
  const timeStamp = optionalObject(members, 'timeStamp', readStamp);
  const witnessed = optionalObject(members, 'witnessed', readWitnessed);
  const development = members.optional('development', DEVELOPMENT);
  const histories = readHistories(members);
  const inspection = members.optional('inspection', JSON_OBJECT);
  const entries = members
    .required('entries', ENTRIES)
    .map((entry, at) => readEntry(new JsonMembers(entry, malformed, `entries/${at}`)));
  const signatures = members.objects('signatures', MAX_SIGNATURES).map(readEntry);
  if ((batch === undefined) !== (signatures.length === 0))
    throw malformed('it has just one of the members batch and signatures');
  const file = {
    ...(anchors !== undefined && { anchors }),
    ...(batch !== undefined && { batch }),
    ...(development !== undefined && { development }),
    entries,
    ...(histories !== undefined && { histories }),
    ...(inspection !== undefined && { inspection: boundedInspection(inspection) }),
    log: readLog(members.object('log')),
    questions: readQuestions(members, entries.length),
    ...(signatures.length > 0 && { signatures }),
    ...(timeStamp !== undefined && { timeStamp }),
    ...(witnessed !== undefined && { witnessed }),
  };
  members.end();
  return file;
}

const KIND = oneOf('collection');
const ENTRIES = listOf(ANY, MAX_COLLECTION_ENTRIES);
const PLACES = listOf(COUNT, MAX_COLLECTION_ENTRIES);
const OPENER = hexOf(32);
const LEDGER = textLike(/^[a-z0-9][a-z0-9.-]{0,62}$/, 'the name of a ledger');
const SUBJECT = textLike(PERSON_NAME, 'a name of 1 to 256 characters');
const TYPES = arrayOf(textLike(/^[A-Za-z0-9._-]{1,128}$/, 'a record type'), 1_000);

function boundedInspection(inspection: JsonObject): JsonObject {
  if (Buffer.byteLength(canonicalJson(inspection)) > MAX_INSPECTION_BYTES)
    throw malformed('the member inspection is larger than 64 KiB');
  return inspection;
}

function readQuestions(members: JsonMembers, entries: number): AnsweredQuestion[] {
  const questions = members.objects('questions', MAX_QUESTIONS);
  if (questions.length === 0) throw malformed('the member questions is missing');
  let places = 0;
  return questions.map((each) => {
    const answered = readAnswered(each, entries);
    places += answered.entries.length;
    if (places > MAX_PLACES) throw malformed('its questions name more than 1,000,000 places');
    return answered;
  });
}

function readAnswered(members: JsonMembers, count: number): AnsweredQuestion {
  const entries = members.required('entries', PLACES);
  if (!ascends(entries) || (entries.at(-1) ?? -1) >= count)
    throw malformed('the places of a question are not those of entries, ascending');
  const answered = {
    completeness: readCompleteness(members.object('completeness')),
    entries,
    question: readQuestion(members.object('question')),
  };
  members.end();
  return answered;
}

function readQuestion(members: JsonMembers): Question {
  const types = members.optional('types', TYPES);
  if (types !== undefined && !ascends(types)) throw malformed('the types asked for do not ascend');
  const validAt = members.optional('validAt', INSTANT);
  const question = {
    asOf: members.required('asOf', COUNT) as TreeSize,
    ledger: members.required('ledger', LEDGER),
    subject: members.required('subject', SUBJECT),
    ...(types !== undefined && { types }),
    ...(validAt !== undefined && { validAt }),
  };
  members.end();
  return question;
}

function readCompleteness(members: JsonMembers): Completeness {
  const absent = members.optional('absent', MAP_PROOF);
  const list = optionalObject(members, 'list', readList);
  const proof: PersonProof | undefined =
    absent === undefined ? list : { kind: 'absent', map: readMapProof(absent) };
  if (proof === undefined || (absent !== undefined && list !== undefined))
    throw malformed('a proof of completeness has not just one of the members absent and list');
  const completeness = {
    map: readProved(members.object('map')),
    opener: members.required('opener', OPENER),
    proof,
    tag: members.required('tag', DIGEST),
  };
  members.end();
  return completeness;
}

function readList(members: JsonMembers): ListOfPerson {
  const next = optionalObject(members, 'next', readNext) ?? null;
  const list: ListOfPerson = {
    kind: 'list',
    map: readMapProof(members.required('proof', MAP_PROOF)),
    size: members.required('size', COUNT) as TreeSize,
    root: members.required('root', HASH),
    consistency: members.required('consistency', PROOF),
    next,
  };
  members.end();
  return list;
}

function readNext(members: JsonMembers): NextItem {
  const next = {
    index: members.required('index', COUNT) as LeafIndex,
    leafHash: sha256Digest(digestFromHex(members.required('leafHash', DIGEST))),
    inclusion: members.required('inclusion', PROOF),
  };
  members.end();
  return next;
}

function readMapProof(bytes: Uint8Array): MapProof {
  try {
    return decodeMapProof(bytes);
  } catch (cause) {
    if (cause instanceof TlogError) throw malformed(cause.message, cause);
    throw cause;
  }
}

function ascends(values: readonly (number | string)[]): boolean {
  return values.every((value, at) => at === 0 || (values[at - 1] ?? value) < value);
}
