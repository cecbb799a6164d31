/**
 * The strict reading of evidence files. One encoding only (RFC 8785, strict base64 and hex), every
 * member known, every list and length bounded. What the members say is not looked into here.
 */
import type { JsonValue } from '../base/canonical-json.js';
import { JsonMembers } from '../base/json-members.js';
import {
  EVIDENCE_FORMAT,
  type EvidenceFile,
  MAX_EVIDENCE_BYTES,
  MAX_SIGNATURES,
} from './evidence-file.js';
import {
  malformed,
  optionalObject,
  readFormat,
  readJson,
  readProved,
} from './internal/evidence-members.js';
import { readAnchors, readStamp, readWitnessed } from './internal/parse-anchors.js';
import { HISTORY } from './internal/parse-histories.js';
import { DEVELOPMENT, readEntry, readLog } from './internal/parse-parts.js';

/** @throws EvidenceError EVIDENCE_MALFORMED, EVIDENCE_FORMAT_NEWER. */
export function parseEvidence(bytes: Uint8Array): EvidenceFile {
  if (bytes.length > MAX_EVIDENCE_BYTES) throw malformed('it is larger than 64 MiB');
  return readEvidenceJson(readJson(bytes));
}

/** @param value of canonical JSON within the bounds of such a file. */
export function readEvidenceJson(value: JsonValue): EvidenceFile {
  const members = new JsonMembers(value, malformed);
  readFormat(members, EVIDENCE_FORMAT);
  const anchors = optionalObject(members, 'anchors', readAnchors);
  const batch = optionalObject(members, 'batch', readProved);
  const development = members.optional('development', DEVELOPMENT);
  const history = members.optional('history', HISTORY);
  const signatures = members.objects('signatures', MAX_SIGNATURES).map(readEntry);
  const timeStamp = optionalObject(members, 'timeStamp', readStamp);
  const witnessed = optionalObject(members, 'witnessed', readWitnessed);
  const file = {
    ...(anchors !== undefined && { anchors }),
    ...(batch !== undefined && { batch }),
    ...(development !== undefined && { development }),
    entry: readEntry(members.object('entry')),
    ...(history !== undefined && { history }),
    log: readLog(members.object('log')),
    ...(signatures.length > 0 && { signatures }),
    ...(timeStamp !== undefined && { timeStamp }),
    ...(witnessed !== undefined && { witnessed }),
  };
  members.end();
  return file;
}
