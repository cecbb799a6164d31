/**
 * The strict reading of evidence files. One encoding only (RFC 8785, strict base64 and hex), every
 * member known, every list and length bounded. What the members say is not looked into here.
 */
import { type JsonValue, parseCanonicalJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { arrayOf, base64Of, COUNT, JsonMembers, oneOf } from '../base/json-members.js';
import { MAX_HEADER_LENGTH } from '../records/header.js';
import { EvidenceError } from './evidence-error.js';
import {
  DEVELOPMENT_PARTS,
  EVIDENCE_FORMAT,
  type EvidenceEntry,
  type EvidenceFile,
  type EvidenceLog,
  MAX_EVIDENCE_BYTES,
  MAX_SIGNATURES,
  type Opening,
  type TagOpeners,
} from './evidence-file.js';
import { malformed, optionalObject, readProved } from './internal/evidence-members.js';
import { ANY, base64UpTo, hexOf, listOf, textUpTo } from './internal/evidence-shapes.js';
import { readAnchors } from './internal/parse-anchors.js';

/** @throws EvidenceError EVIDENCE_MALFORMED, EVIDENCE_FORMAT_NEWER. */
export function parseEvidence(bytes: Uint8Array): EvidenceFile {
  if (bytes.length > MAX_EVIDENCE_BYTES) throw malformed('it is larger than 64 MiB');
  const members = new JsonMembers(readJson(bytes), malformed);
  const format = members.required('$v', COUNT);
  if (format > EVIDENCE_FORMAT)
    throw new EvidenceError(
      'EVIDENCE_FORMAT_NEWER',
      `the evidence file has format ${format}; this version reads ${EVIDENCE_FORMAT}`,
    );
  if (format !== EVIDENCE_FORMAT) throw malformed('its format is not 1');
  const anchors = optionalObject(members, 'anchors', readAnchors);
  const development = members.optional('development', DEVELOPMENT);
  const signatures = members.objects('signatures', MAX_SIGNATURES).map(readEntry);
  const file = {
    ...(anchors !== undefined && { anchors }),
    ...(development !== undefined && { development }),
    entry: readEntry(members.object('entry')),
    log: readLog(members.object('log')),
    ...(signatures.length > 0 && { signatures }),
  };
  members.end();
  return file;
}

const MAX_HANDOVERS = 1_000;
/** A payload lies in a block of at most 8 MiB; larger ones are files. */
const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;
const MAX_SEAL_BYTES = 262_144;
const MAX_CHECKPOINT_CHARACTERS = 16_384;

const DEVELOPMENT = arrayOf(oneOf(...DEVELOPMENT_PARTS), DEVELOPMENT_PARTS.length);
const HANDOVERS = listOf(ANY, MAX_HANDOVERS);
const OPENER = hexOf(32);

function readEntry(members: JsonMembers): EvidenceEntry {
  const header = optionalObject(members, 'header', readOpening(MAX_HEADER_LENGTH));
  const openers = optionalObject(members, 'openers', readOpeners);
  const payload = optionalObject(members, 'payload', readOpening(MAX_PAYLOAD_BYTES));
  if (openers !== undefined && header === undefined)
    throw malformed('an entry has openers and no header');
  return {
    ...readProved(members),
    ...(header !== undefined && { header }),
    ...(openers !== undefined && { openers }),
    ...(payload !== undefined && { payload }),
  };
}

function readOpening(maximum: number): (members: JsonMembers) => Opening {
  return (members) => {
    const opening = {
      bytes: members.required('bytes', base64UpTo(maximum)),
      salt: members.required('salt', base64Of(32)),
    };
    members.end();
    return opening;
  };
}

function readOpeners(members: JsonMembers): TagOpeners {
  const author = members.optional('author', OPENER);
  const key = members.optional('key', OPENER);
  const subject = members.optional('subject', OPENER);
  members.end();
  if (author === undefined && key === undefined && subject === undefined)
    throw malformed('an object of openers is empty');
  return {
    ...(author !== undefined && { author }),
    ...(key !== undefined && { key }),
    ...(subject !== undefined && { subject }),
  };
}

function readLog(members: JsonMembers): EvidenceLog {
  const recoverySignature = members.optional('recoverySignature', base64Of(64));
  const seal = members.optional('seal', base64UpTo(MAX_SEAL_BYTES));
  const log = {
    checkpoint: members.required('checkpoint', textUpTo(MAX_CHECKPOINT_CHARACTERS)),
    first: readProved(members.object('first')),
    handovers: members
      .required('handovers', HANDOVERS)
      .map((value) => readProved(new JsonMembers(value, malformed, 'log/handovers'))),
    ...(recoverySignature !== undefined && { recoverySignature }),
    ...(seal !== undefined && { seal }),
  };
  members.end();
  return log;
}

function readJson(bytes: Uint8Array): JsonValue {
  try {
    return parseCanonicalJson(bytes);
  } catch (cause) {
    if (cause instanceof BaseError) throw malformed(cause.message, cause);
    throw cause;
  }
}
