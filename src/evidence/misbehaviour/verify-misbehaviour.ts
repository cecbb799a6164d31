/**
 * Verifies a proof of misbehaviour: pure, offline, without a clock. That the key contradicted itself can
 * be computed; whose key it is comes from the verifier's own roots of trust alone.
 */
import { identityOf } from '../internal/verdict-of-checks.js';
import type { Trust } from '../trust.js';
import { type FlawCode, firstFlaw } from './internal/flaws.js';
import { isKnown } from './internal/identity-rules.js';
import { MISBEHAVIOUR_RULES, type MisbehaviourRules } from './internal/misbehaviour-rules.js';
import { readEpochsOf } from './internal/read-epochs.js';
import { type ReadHead, readHead } from './internal/read-heads.js';
import type { MisbehaviourFile } from './misbehaviour-file.js';
import type { MisbehaviourCheck, MisbehaviourReport } from './misbehaviour-report.js';
import { parseMisbehaviour } from './parse-misbehaviour.js';

/**
 * Whatever a readable file holds, the answer is a report; one that fails says why.
 *
 * NOT checked, because no file can show it: who used the key, and when.
 *
 * @param rules for tests alone, which take out one at a time.
 * @throws EvidenceError EVIDENCE_MALFORMED for what is no such file, EVIDENCE_FORMAT_NEWER.
 */
export function verifyMisbehaviour(
  bytes: Uint8Array,
  trust: Trust,
  rules: MisbehaviourRules = MISBEHAVIOUR_RULES,
): MisbehaviourReport {
  const file = parseMisbehaviour(bytes);
  const heads = file.checkpoints.map(readHead);
  const readable = heads.filter((head) => head !== null);
  const checkpoints = checkOf(
    'checkpoints',
    'math',
    readable.length < heads.length
      ? 'checkpoints.malformed'
      : firstFlaw(rules.checkpoints, { heads: readable, key: file.key, shows: file.shows.kind }),
  );
  const contradiction: MisbehaviourCheck =
    checkpoints.result === 'pass'
      ? checkOf('contradiction', 'math', contradictionFlaw(file, readable, rules))
      : { id: 'contradiction', result: 'not-done', word: null, flaw: null };
  const subject = { key: file.key, recovery: file.recovery ?? null, trust };
  const identity = checkOf(
    'log-identity',
    isKnown(subject) ? 'trust' : 'self',
    firstFlaw(rules.identity, subject),
  );
  const checks = [checkpoints, contradiction, identity];
  return {
    result: resultOf(checks),
    checks,
    checkpoints: readable.map(({ size, rootHash }) => ({ size, rootHash })),
    origin: file.key.name,
    shows:
      file.shows.kind === 'entry'
        ? { kind: file.shows.kind, index: file.shows.index }
        : { kind: file.shows.kind },
    trust: trust.sources,
    file: identityOf(bytes),
  };
}

function contradictionFlaw(
  { shows }: MisbehaviourFile,
  [first, second]: readonly ReadHead[],
  rules: MisbehaviourRules,
): FlawCode | null {
  if (first === undefined) return 'checkpoints.number';
  if (shows.kind === 'epochs') {
    const epochs = readEpochsOf(shows, first);
    return epochs === null ? 'epochs.malformed' : firstFlaw(rules.epochs, epochs);
  }
  if (shows.kind === 'core') return firstFlaw(rules.core, { first, shows });
  if (second === undefined) return 'checkpoints.number';
  switch (shows.kind) {
    case 'roots':
      return firstFlaw(rules.roots, { first, second });
    case 'beginning':
      return firstFlaw(rules.beginning, { first, second, shows });
    case 'entry':
      return firstFlaw(rules.entry, { first, second, shows });
    case 'binding':
      return firstFlaw(rules.binding, { first, second });
  }
}

function checkOf(
  id: MisbehaviourCheck['id'],
  word: NonNullable<MisbehaviourCheck['word']>,
  flaw: FlawCode | null,
): MisbehaviourCheck {
  return flaw === null
    ? { id, result: 'pass', word, flaw }
    : { id, result: 'fail', word: null, flaw };
}

function resultOf(checks: readonly MisbehaviourCheck[]): MisbehaviourReport['result'] {
  if (checks.some(({ result }) => result !== 'pass')) return 'failed';
  return checks.some(({ word }) => word === 'self') ? 'unattributed' : 'proven';
}
