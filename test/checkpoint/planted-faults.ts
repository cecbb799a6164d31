/** Faults that the suites of this folder must notice, each in one of them, by the tests with that in their name. */
import type { PlantedFault } from '../support/mutant.js';

export interface FaultOfWitness extends PlantedFault {
  readonly suite: string;
  readonly tests: string;
}

const LOG_WITNESS = 'checkpoint/log-witness.js';
const SEEN_LOG = 'checkpoint/internal/seen-log.js';
const RECOVERY = 'checkpoint/internal/recover-seen.js';
const GROWTH = 'checkpoint/head-growth.js';
const RULES = 'test/checkpoint/witness.test.ts';
const SPLIT_VIEWS = 'test/checkpoint/split-views.test.ts';
const VERDICT = 'test/tlog/witnessed.test.ts';
const FAULTS = 'test/checkpoint/witness-faults.test.ts';

export const WITNESS_FAULTS: readonly FaultOfWitness[] = [
  {
    name: 'one at a time is not waited for',
    file: LOG_WITNESS,
    find: 'this.#turns.take(() => this.#judge(signed))',
    replace: 'this.#judge(signed)',
    suite: SPLIT_VIEWS,
    tests: 'never gets two roots',
  },
  {
    name: 'a head of the same size goes on from any other',
    file: GROWTH,
    find: 'return verifyConsistency({',
    replace: 'return head.size === size || verifyConsistency({',
    suite: SPLIT_VIEWS,
    tests: 'never gets two roots',
  },
  {
    name: 'any proof will do',
    file: GROWTH,
    find: 'return verifyConsistency({',
    replace: 'return proof.length > 0 || verifyConsistency({',
    suite: SPLIT_VIEWS,
    tests: 'never gets two roots',
  },
  {
    name: 'the old size is not compared',
    file: LOG_WITNESS,
    find: 'if (oldSize !== head.size)',
    replace: 'if (oldSize > head.size)',
    suite: RULES,
    tests: 'says what size it has',
  },
  {
    name: 'it answers before what it signed is kept',
    file: LOG_WITNESS,
    find: 'await this.#seen.keepCosigned({',
    replace: 'void this.#seen.keepCosigned({',
    suite: SPLIT_VIEWS,
    tests: 'never gets two roots',
  },
  {
    name: 'it goes on after a failed step',
    file: SEEN_LOG,
    find: 'this.#hasFailed = true;',
    replace: '',
    suite: FAULTS,
    tests: 'wherever it was',
  },
  {
    name: 'time goes back with the clock',
    file: LOG_WITNESS,
    find: 'Math.max(Math.floor(at / 1e3), this.#seen.time, 1)',
    replace: 'Math.floor(at / 1e3)',
    suite: SPLIT_VIEWS,
    tests: 'never gets two roots',
  },
  {
    name: 'the time of a head that is sent again is not kept',
    file: LOG_WITNESS,
    find: 'await this.#seen.keepTime(time);',
    replace: ';',
    suite: RULES,
    tests: 'still the newest',
  },
  {
    name: 'a torn line stays',
    file: RECOVERY,
    find: 'if (end < length)',
    replace: 'if (false)',
    suite: FAULTS,
    tests: 'wherever it was',
  },
  {
    name: 'a file that lacks what was answered for is believed',
    file: RECOVERY,
    find: 'if (length < (mark?.end ?? 0))',
    replace: 'if (false)',
    suite: RULES,
    tests: 'whose last proof',
  },
  {
    name: 'another head than was answered for is believed',
    file: RECOVERY,
    find: 'if (mark !== null && !isMarked(first, mark))',
    replace: 'if (false)',
    suite: RULES,
    tests: 'of a twin',
  },
  {
    name: 'a line that was answered for is cut off as if it were torn',
    file: RECOVERY,
    find: 'isBehind && piece.next === length',
    replace: 'piece.next === length',
    suite: RULES,
    tests: 'whose last proof',
  },
  {
    name: 'contradictions with outgrown heads are not looked for',
    file: LOG_WITNESS,
    find: 'if (newest === null || checkpoint.size > newest.size)',
    replace: 'if (newest === null || checkpoint.size !== newest.size)',
    suite: RULES,
    tests: 'has been outgrown',
  },
  {
    name: 'no proof of misbehaviour is kept',
    file: LOG_WITNESS,
    find: 'await this.#seen.keepSplitView(this.#evidence(signed), contradicted);',
    replace: ';',
    suite: SPLIT_VIEWS,
    tests: 'never gets two roots',
  },
  {
    name: 'proofs of misbehaviour are kept without end',
    file: SEEN_LOG,
    find: 'if (this.#splitViews.size >= MAX_SPLIT_VIEWS)',
    replace: 'if (false)',
    suite: RULES,
    tests: 'at most 16',
  },
  {
    name: 'what is not proven is kept without end',
    file: SEEN_LOG,
    find: ' || this.#unproven.size >= MAX_UNPROVEN',
    replace: '',
    suite: RULES,
    tests: 'four at most',
  },
  {
    name: 'the signature of a log is not looked at',
    file: 'checkpoint/signed-checkpoint.js',
    find: 'verified(() => verifyNote(signed, ...log.verifiers))',
    replace: 'signed.signatures',
    suite: RULES,
    tests: 'the log has not signed',
  },
  {
    name: 'two processes may have one key',
    file: 'keys/witness-keys.js',
    find: 'if (lock === null)',
    replace: 'if (lock === null) lock = { release: () => Promise.resolve() }; if (false)',
    suite: RULES,
    tests: 'one process sign',
  },
  {
    name: 'a checkpoint that no log signed may be witnessed',
    file: 'tlog/witnessed.js',
    find: 'isWitnessed: isSigned && isSatisfied(',
    replace: 'isWitnessed: isSatisfied(',
    suite: VERDICT,
    tests: 'whoever has cosigned',
  },
  {
    name: 'cosignatures of the future count',
    file: 'tlog/witnessed.js',
    find: ' && time * 1e3 <= now + MAX_SKEW_MILLIS',
    replace: '',
    suite: VERDICT,
    tests: 'minutes ahead',
  },
  {
    name: 'whatever a witness answers is its cosignature',
    file: 'checkpoint/ask-witness.js',
    find: '[one] }, key, now) !== null',
    replace: '[one] }, key, now) !== void 0',
    suite: 'test/checkpoint/witness-rounds.test.ts',
    tests: 'cosignature of another key',
  },
];
