/**
 * The command `verify` for files of every kind: what `runVerify` takes, and proofs of misbehaviour. For the
 * command line and the single-file verifier; the page takes the former alone.
 */
import { parseCanonicalJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { EvidenceError } from './evidence-error.js';
import { MAX_MISBEHAVIOUR_BYTES } from './misbehaviour/misbehaviour-file.js';
import {
  misbehaviourReportAsJson,
  misbehaviourReportAsText,
} from './misbehaviour/misbehaviour-report.js';
import { isMisbehaviourJson } from './misbehaviour/parse-misbehaviour.js';
import { verifyMisbehaviour } from './misbehaviour/verify-misbehaviour.js';
import { readTrust, runVerify, type VerifyRequest, type VerifyResponse } from './run-verify.js';
import { SHIPPED_TRUST } from './shipped-trust.js';
import { mergeTrust } from './trust.js';

/** Never throws for what a stranger has made. The report of a proof of misbehaviour is in English. */
export function runVerifyCommand(request: VerifyRequest): VerifyResponse {
  if (!isMisbehaviour(request.evidence)) return runVerify(request);
  if ((request.files ?? []).length > 0)
    return {
      exitCode: 2,
      output: '',
      error: 'a proof of misbehaviour shows no files to compare with',
    };
  try {
    const trust = mergeTrust(SHIPPED_TRUST, ...request.trust.map(readTrust));
    const report = verifyMisbehaviour(request.evidence, trust);
    const output = request.json
      ? `${misbehaviourReportAsJson(report)}\n`
      : misbehaviourReportAsText(report);
    // Whom it accuses must be sure: what is not attributed is a "no" whether that was asked for or not.
    return { exitCode: report.result === 'proven' ? 0 : 1, output, error: '' };
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    return { exitCode: 2, output: '', error: cause.message };
  }
}

const OPENING_BRACE = 0x7b;

function isMisbehaviour(bytes: Uint8Array): boolean {
  if (bytes[0] !== OPENING_BRACE || bytes.length > MAX_MISBEHAVIOUR_BYTES) return false;
  try {
    return isMisbehaviourJson(parseCanonicalJson(bytes));
  } catch (cause) {
    // Whoever reads it will say what is wrong with it.
    if (cause instanceof BaseError) return false;
    throw cause;
  }
}
