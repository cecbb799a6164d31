/** From the files that somebody gave to what is shown: a report, or why there is none. */
import {
  type HeadersInput,
  MAX_HEADERS_BYTES,
  parseHeadersOption,
} from '../../src/evidence/chosen-headers.js';
import { MAX_COLLECTION_BYTES } from '../../src/evidence/collection-file.js';
import type { GivenFile } from '../../src/evidence/compared-file.js';
import { EvidenceError, type EvidenceErrorCode } from '../../src/evidence/evidence-error.js';
import { type TrustInput, verifyFiles, withCompared } from '../../src/evidence/run-verify.js';
import { MAX_TRUST_BYTES } from '../../src/evidence/trust.js';
import type { FileReport } from '../../src/evidence/verify-file.js';
import { givenFile } from './given-files.js';

/** `BROKEN` is a fault of ours: it must not be taken for a verdict on the file. */
export type Problem = EvidenceErrorCode | FileProblemCode | 'BROKEN';
type FileProblemCode = 'TOO_LARGE' | 'UNREADABLE' | 'HEADERS_UNNAMED';

export type Judgement =
  | { readonly kind: 'report'; readonly report: FileReport }
  | { readonly kind: 'unusable'; readonly problem: Problem; readonly reason: string };

/** What the verifier brings beside the evidence. */
export interface Roots {
  readonly trust: readonly File[];
  /** Consecutive headers, raw, each file named `NETWORK-HEIGHT.headers` for its first. */
  readonly headers: readonly File[];
  /** To be compared with what the evidence shows of files. */
  readonly files: readonly File[];
}

export async function judge(evidence: File, { trust, headers, files }: Roots): Promise<Judgement> {
  try {
    const inputs: TrustInput[] = [];
    for (const file of trust)
      inputs.push({ label: file.name, bytes: await readFile(file, MAX_TRUST_BYTES) });
    const chosen: HeadersInput[] = [];
    for (const file of headers) chosen.push(await readHeaders(file));
    const bytes = await readFile(evidence, MAX_COLLECTION_BYTES);
    const given = [];
    for (const file of files) given.push(await readGiven(file));
    return { kind: 'report', report: withCompared(verifyFiles(bytes, inputs, chosen), given) };
  } catch (error) {
    return { kind: 'unusable', problem: problemOf(error), reason: messageOf(error) };
  }
}

class FileProblem extends Error {
  readonly problem: FileProblemCode;

  constructor(problem: FileProblemCode, file: File) {
    super(`${file.name}: ${file.size} bytes`);
    this.problem = problem;
  }
}

/** A page has no option to say it in, so that the name says which headers they are. */
async function readHeaders(file: File): Promise<HeadersInput> {
  const [, network = '', height = ''] = /^([a-z0-9]+)-([0-9]+)\.headers$/.exec(file.name) ?? [];
  const option = parseHeadersOption(`${network}:${height}:${file.name}`);
  if (option === null) throw new FileProblem('HEADERS_UNNAMED', file);
  return { ...option, bytes: await readFile(file, MAX_HEADERS_BYTES) };
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

async function readGiven(file: File): Promise<GivenFile> {
  try {
    return await givenFile(file);
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
