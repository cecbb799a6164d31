/** What the verifier says of an embedded evidence file, as data and as a section of a report. */
import { findingText } from '../evidence/message-text.js';
import type {
  CheckReport,
  VerificationReport,
  VerificationResult,
} from '../evidence/verification-report.js';
import type { Block } from './report-document.js';
import type { Say } from './report-language.js';

export interface ProofState {
  /** Name of the embedded evidence file. */
  readonly file: string;
  readonly result: VerificationResult;
  /** In the verifier's order. */
  readonly checks: readonly CheckState[];
  /** In the verifier's words, each a line. */
  readonly notProven: readonly string[];
  /** What in the file was made for development; empty if nothing. */
  readonly development: readonly string[];
}

export interface CheckState {
  readonly id: string;
  readonly result: CheckReport['result'];
  /** In the verifier's words, one line. */
  readonly finding: string;
}

/** @param report of a file of either kind. */
export function proofState(
  file: string,
  report: Pick<VerificationReport, 'result' | 'checks' | 'notProven' | 'development'>,
): ProofState {
  return {
    file,
    result: report.result,
    checks: report.checks.map((check) => ({
      id: check.id,
      result: check.result,
      finding: findingText(check),
    })),
    notProven: report.notProven.map((finding) => findingText(finding)),
    development: report.development.map((finding) => findingText(finding)),
  };
}

/** For the head of each page: null unless a proof is worth nothing to others. */
export function developmentMark(proofs: readonly ProofState[], say: Say): string | null {
  return proofs.some(({ development }) => development.length > 0) ? say('mark.development') : null;
}

/** What nobody may overlook, for the first page. */
export function proofWarnings(proofs: readonly ProofState[], say: Say): readonly Block[] {
  const blocks: Block[] = [];
  if (proofs.some(({ result }) => result === 'failed'))
    blocks.push({ kind: 'warning', text: say('proof.failed') });
  const marks = counted(proofs.map(({ development }) => development));
  if (marks.length > 0)
    blocks.push(
      { kind: 'warning', text: say('proof.development') },
      { kind: 'paragraph', text: say('proof.development.means') },
      ...marks.map((mark) => countedBlock(mark, proofs.length, say)),
    );
  return blocks;
}

export function proofSection(proofs: readonly ProofState[], say: Say): readonly Block[] {
  const title: Block = { kind: 'heading', level: 2, text: say('proof.title') };
  if (proofs.length === 0) return [title, { kind: 'paragraph', text: say('proof.none') }];
  const results = (['failed', 'consistent', 'verified'] as const).filter((result) =>
    proofs.some((proof) => proof.result === result),
  );
  const open = counted(proofs.map(({ notProven }) => notProven));
  return [
    title,
    ...results.map((result): Block => ({ kind: 'paragraph', text: say(`proof.means.${result}`) })),
    { kind: 'note', text: say('proof.language') },
    ...proofs.flatMap((proof) => checkTable(proof, say)),
    ...(open.length === 0
      ? []
      : [
          { kind: 'heading', level: 3, text: say('proof.open') } as const,
          ...open.map((line) => countedBlock(line, proofs.length, say)),
        ]),
  ];
}

function checkTable({ file, result, checks }: ProofState, say: Say): readonly Block[] {
  const text = say('proof.file', { file, result: say(`proof.result.${result}`) });
  return [
    { kind: 'heading', level: 3, text },
    {
      kind: 'table',
      columns: [
        { title: say('column.check'), share: 16 },
        { title: say('column.result'), share: 14 },
        { title: say('column.finding'), share: 70 },
      ],
      rows: checks.map((check) => [check.id, say(`check.${check.result}`), check.finding]),
    },
  ];
}

type Counted = readonly [line: string, count: number];

/** The lines of all files, each once, with how many files have it. */
function counted(ofFiles: readonly (readonly string[])[]): readonly Counted[] {
  const counts = new Map<string, number>();
  for (const lines of ofFiles)
    for (const line of new Set(lines)) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts];
}

function countedBlock([line, count]: Counted, all: number, say: Say): Block {
  const text = count === all ? line : say('proof.open.some', { text: line, count, all });
  return { kind: 'paragraph', text: `– ${text}` };
}
