/** The command `verify`, from bytes to exit code and text: one for the command line and the single-file verifier. */
import { type HeadersInput, trustInHeaders } from './chosen-headers.js';
import { compareFiles } from './compare-files.js';
import type { GivenFile } from './compared-file.js';
import { EvidenceError } from './evidence-error.js';
import { CATALOGUES, type Language } from './languages.js';
import { reportAsJson } from './report-json.js';
import { reportAsText } from './report-text.js';
import { SHIPPED_TRUST } from './shipped-trust.js';
import { mergeTrust, parseTrust, type Trust } from './trust.js';
import { type FileReport, verifyBytes } from './verify-file.js';

export interface VerifyRequest {
  /** An evidence file or a collection. */
  readonly evidence: Uint8Array;
  /** Beside the roots that ship with the program. */
  readonly trust: readonly TrustInput[];
  /** From a source of the best chain that the verifier chose. */
  readonly headers?: readonly HeadersInput[];
  /** Files that the verifier has: each must be an attachment or the content of a file that the evidence shows. */
  readonly files?: readonly GivenFile[];
  /** Whether a file that rests on its own word is a "no". */
  readonly requireAttributed: boolean;
  readonly json: boolean;
  /** Of the report for people; English if absent. */
  readonly language?: Language;
}

export interface TrustInput {
  /** Names the file in an error. */
  readonly label: string;
  readonly bytes: Uint8Array;
}

export interface VerifyResponse {
  /** 0: verified. 1: failed, not attributed where that was asked for, or a file is nothing of it. 2: not to be judged. */
  readonly exitCode: 0 | 1 | 2;
  /** The report; empty if there is none. */
  readonly output: string;
  /** One line, without a newline; empty unless the exit code is 2. */
  readonly error: string;
}

/** Never throws for what a stranger has made. */
export function runVerify(request: VerifyRequest): VerifyResponse {
  try {
    const { evidence, trust, headers, files } = request;
    const report = withCompared(verifyFiles(evidence, trust, headers), files);
    const isYes =
      report.result === 'verified' ||
      (report.result === 'consistent' && !request.requireAttributed);
    const isFound = report.compared?.every(({ is }) => is.length > 0) ?? true;
    const catalogue = CATALOGUES[request.language ?? 'en'];
    const output = request.json ? `${reportAsJson(report)}\n` : reportAsText(report, catalogue);
    return { exitCode: isYes && isFound ? 0 : 1, output, error: '' };
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    return { exitCode: 2, output: '', error: cause.message };
  }
}

/**
 * The report, by the roots that ship with the program, and these.
 *
 * @throws EvidenceError for what cannot be judged; it names the trust file, if it is one.
 */
export function verifyFiles(
  evidence: Uint8Array,
  trust: readonly TrustInput[],
  headers: readonly HeadersInput[] = [],
): FileReport {
  const roots = mergeTrust(SHIPPED_TRUST, ...trust.map(readTrust));
  const chosen = headers.map((input) => trustInHeaders(input, roots));
  return verifyBytes(evidence, mergeTrust(roots, ...chosen));
}

/** @param files none where nothing is to be compared. */
export function withCompared(report: FileReport, files: readonly GivenFile[] = []): FileReport {
  return files.length === 0 ? report : { ...report, compared: compareFiles(report, files) };
}

/** @throws EvidenceError TRUST_MALFORMED, TRUST_FORMAT_NEWER, naming the file. */
export function readTrust({ label, bytes }: TrustInput): Trust {
  try {
    return parseTrust(bytes);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw new EvidenceError(cause.code, `${label}: ${cause.message}`, { cause });
  }
}
