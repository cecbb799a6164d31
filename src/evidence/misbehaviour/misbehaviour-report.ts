/** What came of verifying a proof of misbehaviour, for programs and for people. */
import { toHex } from '../../base/bytes.js';
import { canonicalJson } from '../../base/canonical-json.js';
import { visible } from '../../base/visible-text.js';
import type { FileIdentity } from '../internal/verdict-of-checks.js';
import type { TrustSource } from '../trust.js';
import { FLAWS, type FlawCode } from './internal/flaws.js';
import type { ContradictionKind } from './misbehaviour-file.js';

/** `unattributed`: somebody contradicted himself, and that it was this log is the file's own word. */
export type MisbehaviourResult = 'proven' | 'unattributed' | 'failed';

export interface MisbehaviourCheck {
  readonly id: 'checkpoints' | 'contradiction' | 'log-identity';
  readonly result: 'pass' | 'fail' | 'not-done';
  /** Null unless the check passed. */
  readonly word: 'math' | 'self' | 'trust' | null;
  /** Of a check that failed. */
  readonly flaw: FlawCode | null;
}

export interface MisbehaviourReport {
  readonly result: MisbehaviourResult;
  readonly checks: readonly MisbehaviourCheck[];
  /** As far as they can be read. */
  readonly checkpoints: readonly { readonly size: number; readonly rootHash: Uint8Array }[];
  readonly origin: string;
  readonly shows: { readonly kind: ContradictionKind; readonly index?: number };
  readonly trust: readonly TrustSource[];
  readonly file: FileIdentity;
}

/** RFC 8785; the same file and the same trust give the same text. */
export function misbehaviourReportAsJson(report: MisbehaviourReport): string {
  const { result, checks, checkpoints, origin, shows, trust, file } = report;
  return canonicalJson({
    result,
    checks: checks.map((check) => ({
      id: check.id,
      result: check.result,
      word: check.word,
      code: check.flaw,
      detail: detailOf(check),
    })),
    checkpoints: checkpoints.map(({ size, rootHash }) => ({ size, rootHash: toHex(rootHash) })),
    origin,
    shows: { ...shows },
    trust: trust.map(({ name, development }) => ({ name, development })),
    file: { ...file },
  });
}

export function misbehaviourReportAsText(report: MisbehaviourReport): string {
  const { result, checks, checkpoints, origin, shows, trust, file } = report;
  const lines = [
    VERDICTS[result],
    '',
    `log            ${visible(origin)}`,
    ...checkpoints.map(
      ({ size, rootHash }) => `signed head    size ${size}, root hash ${toHex(rootHash)}`,
    ),
    `shows          ${KINDS[shows.kind]}${shows.index === undefined ? '' : ` (index ${shows.index})`}`,
    '',
    ...checks.map((check) => `${check.id.padEnd(14)} ${check.result.padEnd(8)} ${detailOf(check)}`),
    '',
    `trust          ${trust.map(nameOf).join(', ') || 'none'}`,
    `file           ${file.size} bytes, SHA-256 ${file.sha256}`,
    '',
    'Not shown: which history is the true one, who used the key, and when.',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const VERDICTS: Readonly<Record<MisbehaviourResult, string>> = {
  proven: 'MISBEHAVIOUR PROVEN: the log’s key signed what cannot be of one append-only log',
  unattributed:
    'NOT ATTRIBUTED: somebody signed what cannot be of one log; that the key is this log’s rests on the file alone',
  failed: 'NOT PROVEN: the file does not show misbehaviour',
};

const KINDS: Readonly<Record<ContradictionKind, string>> = {
  roots: 'two roots of one size',
  beginning: 'the larger tree is no continuation of the smaller one',
  entry: 'two entries at one place',
  binding: 'two states of the core that cannot be of one',
  core: 'two histories of the core, both signed',
  epochs: 'epochs between which a log went back, changed or vanished',
};

function nameOf({ name, development }: TrustSource): string {
  return visible(name) + (development ? ' (made for development)' : '');
}

function detailOf({ id, result, word, flaw }: MisbehaviourCheck): string {
  if (flaw !== null) return FLAWS[flaw];
  if (result === 'not-done') return 'what it builds on has failed';
  switch (id) {
    case 'checkpoints':
      return 'signed by the key, of one log';
    case 'contradiction':
      return 'they contradict each other';
    case 'log-identity':
      return word === 'trust'
        ? 'the key is the log’s, by what you trust'
        : 'that the key is the log’s is the file’s own word: pin the log’s key or its recovery key';
  }
}
