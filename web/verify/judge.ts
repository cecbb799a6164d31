/** From the files that somebody gave to what is shown: a report, or why there is none. */
import { MAX_COLLECTION_BYTES } from '../../src/evidence/collection-file.js';
import { EvidenceError, type EvidenceErrorCode } from '../../src/evidence/evidence-error.js';
import { type TrustInput, verifyFiles } from '../../src/evidence/run-verify.js';
import { MAX_TRUST_BYTES } from '../../src/evidence/trust.js';
import type { FileReport } from '../../src/evidence/verify-file.js';

/** `BROKEN` is a fault of ours: it must not be taken for a verdict on the file. */
export type Problem = EvidenceErrorCode | 'TOO_LARGE' | 'UNREADABLE' | 'BROKEN';

export type Judgement =
  | { readonly kind: 'report'; readonly report: FileReport }
  | { readonly kind: 'unusable'; readonly problem: Problem; readonly reason: string };

export async function judge(evidence: File, trust: readonly File[]): Promise<Judgement> {
  try {
    const inputs: TrustInput[] = [];
    for (const file of trust)
      inputs.push({ label: file.name, bytes: await readFile(file, MAX_TRUST_BYTES) });
    const bytes = await readFile(evidence, MAX_COLLECTION_BYTES);
    return { kind: 'report', report: verifyFiles(bytes, inputs) };
  } catch (error) {
    return { kind: 'unusable', problem: problemOf(error), reason: messageOf(error) };
  }
}

class FileProblem extends Error {
  readonly problem: 'TOO_LARGE' | 'UNREADABLE';

  constructor(problem: 'TOO_LARGE' | 'UNREADABLE', file: File) {
    super(`${file.name}: ${file.size} bytes`);
    this.problem = problem;
  }
}

/** @throws FileProblem; what is too large is not read at all. */
async function readFile(file: File, maximum: number): Promise<Uint8Array> {
  if (file.size > maximum) throw new FileProblem('TOO_LARGE', file);
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new FileProblem('UNREADABLE', file);
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof EvidenceError) return error.code;
  return error instanceof FileProblem ? error.problem : 'BROKEN';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no reason';
}
