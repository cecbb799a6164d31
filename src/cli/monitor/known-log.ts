/**
 * Which key a log's heads are to be verified by: one that the monitor's owner named, the one it remembers,
 * or one that a pinned recovery key or certificate vouches for in evidence of an entry of the log.
 * Never one because the node says so.
 */
import { ChirographError } from '../../base/errors.js';
import type { KnownLog } from '../../evidence/misbehaviour/find-divergence.js';
import { parseEvidence } from '../../evidence/parse-evidence.js';
import type { Trust } from '../../evidence/trust.js';
import { verifyEvidence } from '../../evidence/verify.js';
import { verifyCheckpoint } from '../../tlog/checkpoint.js';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../../tlog/note-key.js';
import { noteVerifier } from '../../tlog/signed-note.js';
import { RefusedByNode } from '../cli-error.js';
import type { MonitorState } from './monitor-state.js';

export interface KeyQuestion {
  /** A signed note, and the origin in it. */
  readonly checkpoint: string;
  readonly origin: string;
  readonly state: MonitorState | null;
  readonly trust: Trust;
  /** Ways to evidence of an entry of the log: files that the owner has, then the node. */
  readonly evidence: readonly (() => Promise<Uint8Array>)[];
}

/** Null if no key that is known has signed it. @throws CliError where the node cannot be asked. */
export async function knownLogOf(question: KeyQuestion): Promise<KnownLog | null> {
  const { checkpoint, origin, state, trust } = question;
  const named = trust.logs.filter(({ name }) => name === origin).map((key) => ({ key }));
  const remembered = state === null ? [] : [logOf(state)];
  // What is remembered first: it has the word of the recovery key, where there is one.
  const known = [...remembered, ...named].find(({ key }) => hasSigned(key, checkpoint));
  if (
    known !== undefined &&
    (named.length === 0 || named.some(({ key }) => isSame(key, known.key)))
  )
    return known;
  if (trust.recoveryKeys.length === 0 && trust.certificates.length === 0) return null;
  for (const ask of question.evidence) {
    const vouched = await vouchedBy(ask, question);
    if (vouched !== null && hasSigned(vouched.key, checkpoint)) return vouched;
  }
  return null;
}

export function logOf({ key, recovery }: MonitorState): KnownLog {
  return { key, ...(recovery !== undefined && { recovery }) };
}

export function isSame(one: VerifierKey, other: VerifierKey): boolean {
  return formatVerifierKey(one) === formatVerifierKey(other);
}

function hasSigned(key: VerifierKey, checkpoint: string): boolean {
  try {
    verifyCheckpoint(checkpoint, noteVerifier(key));
    return true;
  } catch (cause) {
    if (cause instanceof ChirographError) return false;
    throw cause;
  }
}

/** The last key of the log, by evidence of one of its entries, if the owner's roots vouch for it. */
async function vouchedBy(
  ask: () => Promise<Uint8Array>,
  { origin, trust }: KeyQuestion,
): Promise<KnownLog | null> {
  try {
    const bytes = await ask();
    const report = verifyEvidence(bytes, trust);
    const isAttributed = report.checks.some(
      ({ id, result, word }) => id === 'log-identity' && result === 'pass' && word === 'trust',
    );
    if (report.result === 'failed' || !isAttributed || report.log?.origin !== origin) return null;
    const key = parseVerifierKey(report.log.verifierKey);
    const { recoverySignature: signature } = parseEvidence(bytes).log;
    if (signature === undefined) return { key };
    return { key, recovery: { key: parseVerifierKey(report.log.recoveryKey), signature } };
  } catch (cause) {
    // Evidence that cannot be had or read vouches for nothing; a node that is not reached is another matter.
    if (cause instanceof RefusedByNode) return null;
    if (cause instanceof ChirographError && !String(cause.code).startsWith('CLI_')) return null;
    throw cause;
  }
}
