/** The report for programs: RFC 8785, the same bytes for the same file, content and headers. */
import { toHex } from '../../base/bytes.js';
import { canonicalJson, type JsonObject } from '../../base/canonical-json.js';
import { formatInstant } from '../../base/time.js';
import type { OtsAttestation } from './attestations.js';
import type { ConfirmedBlock, JudgedAttestation, OtsReport } from './ots-report.js';

export const OTS_REPORT_FORMAT = 1;

export function otsReportAsJson(report: OtsReport): string {
  const { result, hash, digest, existedBefore, attestations } = report;
  return canonicalJson({
    $v: OTS_REPORT_FORMAT,
    result,
    file: { hash, digest },
    existedBefore: existedBefore && blockToJson(existedBefore),
    attestations: attestations.map(judgedToJson),
  });
}

/** No calendar takes a longer one, and a hostile file could say it a thousand times. */
const MAX_MESSAGE_SHOWN = 64;

function judgedToJson({ attestation, verdict, message, block }: JudgedAttestation): JsonObject {
  return {
    ...attestationToJson(attestation),
    verdict,
    message: message.length <= MAX_MESSAGE_SHOWN ? toHex(message) : null,
    ...(block !== null && { block: blockToJson(block) }),
  };
}

function attestationToJson(attestation: OtsAttestation): JsonObject {
  if (attestation.kind !== 'unknown') return { ...attestation };
  const { kind, tag, payload } = attestation;
  return { kind, tag: toHex(tag), payloadBytes: payload.length };
}

function blockToJson({ height, hash, time, header }: ConfirmedBlock): JsonObject {
  return { height, hash, time: formatInstant(time), header };
}
