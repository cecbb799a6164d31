/**
 * Which key a log's heads are to be verified by: one that the monitor's owner named, the one it remembers,
 * or one that a pinned recovery key or certificate, or one of these keys by elections, vouches for in evidence of an entry of the log.
 * Never one because the node says so.
 */
import { assert, ChirographError } from '../../base/errors.js';
import type { KnownLog } from '../../evidence/misbehaviour/find-divergence.js';
import { parseEvidence } from '../../evidence/parse-evidence.js';
import type { Trust } from '../../evidence/trust.js';
import { verifyEvidence } from '../../evidence/verify.js';
import { parseStatement } from '../../records/parse-statement.js';
import { verifyCheckpoint } from '../../tlog/checkpoint.js';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../../tlog/note-key.js';
import { noteVerifier } from '../../tlog/signed-note.js';
import { RefusedByNode } from '../cli-error.js';
import { type KnownHandover, pinnedHandovers } from './handovers.js';
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
  const own = { ...question, keys: [...remembered, ...named].map(({ key }) => key) };
  for await (const { log } of vouched(own)) if (hasSigned(log.key, checkpoint)) return log;
  // By the word of the recovery key alone: whether a key has ended is for who compares heads.
  const handed = pinnedHandovers(trust, origin).flatMap((one) => [one.old, one.new]);
  const key = handed.map(parseVerifierKey).find((one) => hasSigned(one, checkpoint));
  return key === undefined ? null : { key };
}

/** All handovers of the log that the owner has reason to believe. @throws as `knownLogOf`. */
export async function handoversOf(question: VouchQuestion): Promise<readonly KnownHandover[]> {
  const known = [...pinnedHandovers(question.trust, question.origin)];
  // A file that the owner kept may be from before what the node shows.
  for await (const { handovers } of vouched(question)) known.push(...handovers);
  return known;
}

interface VouchQuestion extends Pick<KeyQuestion, 'origin' | 'trust' | 'evidence'> {
  /** Of the log, that the monitor knows otherwise: they stand for groups, and so for those whom these choose. */
  readonly keys: readonly VerifierKey[];
}

interface Vouched {
  readonly log: KnownLog;
  /** That its entries say, in order. */
  readonly handovers: readonly KnownHandover[];
}

async function* vouched(question: VouchQuestion): AsyncGenerator<Vouched> {
  const { keys, trust } = question;
  if ([trust.recoveryKeys, trust.certificates, keys].every(({ length }) => length === 0)) return;
  for (const ask of question.evidence) {
    const found = await vouchedBy(ask, question);
    if (found !== null) yield found;
  }
}

export function logOf({ key, recovery }: MonitorState): KnownLog {
  return { key, ...(recovery !== undefined && { recovery }) };
}

export function isSame(one: VerifierKey, other: VerifierKey): boolean {
  return formatVerifierKey(one) === formatVerifierKey(other);
}

export function hasSigned(key: VerifierKey, checkpoint: string): boolean {
  try {
    verifyCheckpoint(checkpoint, noteVerifier(key));
    return true;
  } catch (cause) {
    if (cause instanceof ChirographError) return false;
    throw cause;
  }
}

/** Of evidence that verifies: what it says was signed for by those who may. */
function termsIn(statement: Uint8Array): KnownHandover {
  const said = parseStatement(statement);
  assert(said.kind === 'handover', 'evidence that verifies shows handovers where it says so');
  const { election, old, new: next, size, rootHash, signatures } = said;
  const signed = signatures.length === 1 ? 'recovery-key' : 'both-keys';
  const by = election === undefined ? signed : 'election';
  return { old, new: next, size, rootHash, by };
}

/** The last key of the log, by evidence of one of its entries, if the owner's roots vouch for it. */
async function vouchedBy(
  ask: () => Promise<Uint8Array>,
  { keys, origin, trust }: Omit<VouchQuestion, 'evidence'>,
): Promise<Vouched | null> {
  try {
    const bytes = await ask();
    const report = verifyEvidence(bytes, { ...trust, logs: [...trust.logs, ...keys] });
    const isAttributed = report.checks.some(
      ({ id, result, word }) => id === 'log-identity' && result === 'pass' && word === 'trust',
    );
    if (report.result === 'failed' || !isAttributed || report.log?.origin !== origin) return null;
    const key = parseVerifierKey(report.log.verifierKey);
    const { handovers: proved, recoverySignature: signature } = parseEvidence(bytes).log;
    const handovers = proved.map(({ statement }) => termsIn(statement));
    if (signature === undefined) return { log: { key }, handovers };
    const recovery = { key: parseVerifierKey(report.log.recoveryKey), signature };
    return { log: { key, recovery }, handovers };
  } catch (cause) {
    // Evidence that cannot be had or read vouches for nothing; a node that is not reached is another matter.
    if (cause instanceof RefusedByNode) return null;
    if (cause instanceof ChirographError && !String(cause.code).startsWith('CLI_')) return null;
    throw cause;
  }
}
