/** Writes evidence files: RFC 8785, and nothing that `parseEvidence` would not read. */
import { toBase64 } from '../base/bytes.js';
import { canonicalJsonBytes } from '../base/canonical-json.js';
import { EVIDENCE_FORMAT, type EvidenceFile } from './evidence-file.js';
import {
  anchorToJson,
  entryToJson,
  logToJson,
  provedToJson,
  stampToJson,
  witnessedToJson,
} from './internal/parts-to-json.js';
import { parseEvidence } from './parse-evidence.js';

/** @throws EvidenceError EVIDENCE_MALFORMED if it could not be read again. */
export function formatEvidence(file: EvidenceFile): Uint8Array {
  const { anchors, batch, development, entry, history, log, signatures, timeStamp, witnessed } =
    file;
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
    ...(batch !== undefined && { batch: provedToJson(batch) }),
    ...(development !== undefined && { development }),
    ...(history !== undefined && { history: history.map(toBase64) }),
    ...(signatures !== undefined && { signatures: signatures.map(entryToJson) }),
    ...(timeStamp !== undefined && { timeStamp: stampToJson(timeStamp) }),
    ...(witnessed !== undefined && { witnessed: witnessedToJson(witnessed) }),
  });
  // A file that our own reader refuses must not leave the node.
  parseEvidence(bytes);
  return bytes;
}
