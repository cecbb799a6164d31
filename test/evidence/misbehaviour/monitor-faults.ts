/** Faults of finding, judging and watching, each with the suite that must notice it, and in how many of its cases. */
import type { FaultOfSuite } from '../../support/planted-suite.js';

type Suite = Pick<FaultOfSuite, 'suite' | 'cases'>;

const FIND = 'evidence/misbehaviour/find-divergence.js';
const LOOK = 'cli/monitor/look.js';
const HANDOVERS = 'cli/monitor/handovers.js';
const CHANGE = 'cli/monitor/change-of-key.js';
const KNOWN = 'cli/monitor/known-log.js';

const pairs = suite('test/evidence/misbehaviour/find-divergence.test.ts');
const splits = suite('test/evidence/misbehaviour/split-views.test.ts', 12);
const rules = suite('test/evidence/misbehaviour/rules.test.ts');
const lives = suite('test/cli/monitor/check-log.test.ts', 10);
const nodes = suite('test/cli/monitor.test.ts');
const handed = suite('test/cli/monitor/key-handover.test.ts');
const walks = suite('test/cli/monitor/walk-epochs.test.ts', 30);
const epochs = suite('test/cli/monitor/epochs.test.ts');
const chains = suite('test/cli/monitor/anchor-chain.test.ts');

const CHAIN = 'cli/monitor/epochs/anchor-chain.js';
const EPOCHS = 'evidence/misbehaviour/find-epoch-divergence.js';

export const MONITOR_FAULTS: readonly FaultOfSuite[] = [
  fault('two roots of one size are taken for one', splits, FIND, [
    'return equalBytes(first.head.rootHash, second.head.rootHash) ?',
    'return true ?',
  ]),
  fault('a larger tree is taken for a continuation', splits, FIND, [
    'if (equalBytes(root, first.head.rootHash))',
    'if (true)',
  ]),
  fault('views are taken in the order in which they are shown', pairs, FIND, [
    'return comesFirst(other.head, one.head) ? [other, one] : [one, other];',
    'return [one, other];',
  ]),
  fault('tiles are believed', pairs, FIND, ['return verifyInclusion(claim) ?', 'return true ?']),
  fault('bindings are not compared', splits, 'evidence/misbehaviour/internal/binding-conflict.js', [
    'return a.length === b.length && !equalBytes(a.treeHash, b.treeHash);',
    'return false;',
  ]),
  fault(
    'the way down goes left only',
    pairs,
    'evidence/misbehaviour/internal/first-difference.js',
    ['index++;', 'index;'],
  ),
  fault('who is accused need not be known', rules, 'evidence/misbehaviour/verify-misbehaviour.js', [
    'word === "self"',
    'word === "nobody"',
  ]),
  fault('a rollback is not noticed', lives, LOOK, ['if (size < before)', 'if (false)']),
  fault('what is remembered goes back', lives, LOOK, [
    'if (isConsistent && seen.head.size >= best.head.size)',
    'if (isConsistent || seen.head.size < best.head.size)',
  ]),
  fault('what was seen is forgotten', lives, LOOK, ['await this.#parts.store.write(state);', '']),
  fault('a log that does not grow is never stale', lives, LOOK, [
    'this.#at - grownAt > staleMillis',
    'false',
  ]),
  fault('the node’s proof of consistency is believed', lives, 'cli/monitor/compare-heads.js', [
    'return proof !== null && verifyConsistency({',
    'return proof !== null || verifyConsistency({',
  ]),
  fault('another log at the same place is taken for this one', nodes, LOOK, [
    'if (expected !== null && origin !== expected) {',
    'if (false) {',
  ]),
  fault('another key is taken without a word', nodes, LOOK, ['if (isNewKey && ', 'if (false && ']),
  fault('a key that has ended may sign on', handed, HANDOVERS, [
    'if (size > ended.size)',
    'if (size > ended.size) return null; else if (false)',
  ]),
  fault('what is remembered may be more than was handed over', handed, CHANGE, [
    'const ended = whyEnded(path, best.log.key, best.head);',
    'const ended = null;',
  ]),
  fault('what is shown need not be what was handed over', handed, CHANGE, [
    'if (!await goesOnFrom(handover, seen, remote))',
    'if (false)',
  ]),
  fault('a handover is taken by whomever it is signed', handed, 'evidence/known-handovers.js', [
    '&& formatVerifierKey(key) === known.signature.by',
    '',
  ]),
  fault('a handover is taken in silence', handed, LOOK, [
    'this.#handovers.push(...change.path)',
    'void change',
  ]),
  fault('heads of before a handover are not compared', handed, LOOK, [
    'if (wrong !== null) this.#alarm(wrong.code, place, wrong.detail);',
    '',
  ]),
  fault('a key is believed because the node says so', nodes, KNOWN, ['|| !isAttributed ||', '||']),
  fault('a tampered memory is believed', nodes, 'cli/monitor/monitor-state.js', [
    'verifyCheckpoint(state.checkpoint, noteVerifier(state.key));',
    '',
  ]),
  fault('the first proof is written over', nodes, 'cli/monitor/monitor-store.js', [
    'if (!await holdsProof(path, key))',
    'if (true)',
  ]),
  fault('the key of one node is sent to another', nodes, 'cli/monitor/monitor-parts.js', [
    'flags.compareKey ?? terminal.env["CHIROGRAPH_COMPARE_KEY"]',
    'flags.compareKey ?? terminal.env["CHIROGRAPH_KEY"]',
  ]),
  fault('receipts say nothing', nodes, 'cli/monitor/saved-heads.js', [
    'return [checkpoint, inLog, ...listed]',
    'return [inLog, ...listed]',
  ]),
  fault('a log that is gone from an epoch is nothing', walks, EPOCHS, [
    'if (after.kind === "absent") return',
    'if (false) return',
  ]),
  fault('a head that goes back in an epoch is nothing', walks, EPOCHS, [
    'if (after.size < before.size) return',
    'if (false) return',
  ]),
  fault('a closed log may come back', walks, EPOCHS, [
    'if (before.kind === "closing") return stillClosed(earlier, later);',
    '',
  ]),
  fault('a head that grew is taken for one that goes on', walks, EPOCHS, [
    'if (growth === "shown")',
    'if (growth !== null)',
  ]),
  fault('an epoch need not continue the one before', walks, 'evidence/misbehaviour/epoch-fork.js', [
    'if (root !== null && equalBytes(root, before.head.rootHash))',
    'if (root !== null)',
  ]),
  fault(
    'what an epoch says of a log is believed',
    epochs,
    'evidence/misbehaviour/log-in-epoch.js',
    [
      'if (!verifyMembership(tenant.root, key, headValueOf(salt, statement), logProof))',
      'if (false)',
    ],
  ),
  fault('a head of the same size is not asked for', epochs, 'cli/monitor/compare-heads.js', [
    'return found.kind === "misbehaviour" ? found : divergence;',
    'return divergence;',
  ]),
  fault(
    'an anchor in an unpinned chain of free blocks counts',
    epochs,
    'cli/monitor/epochs/epoch-anchor.js',
    ['if (development && attribution !== "pinned")', 'if (false)'],
  ),
  fault('an anchor may pay any script', chains, CHAIN, [
    'if (anchorScript !== void 0 && script !== anchorScript)',
    'if (false)',
  ]),
  fault('a chain of anchors that was not pinned counts', chains, CHAIN, [
    'if (pinned.length > 0 && ',
    'if (false && ',
  ]),
  fault('anchors need not follow each other', chains, CHAIN, [
    'if (before !== null && !isSucceeded(before, anchor))',
    'if (false)',
  ]),
  fault('any root may be anchored', chains, CHAIN, [
    ' || !equalBytes(last.head.rootHash, rootHash)',
    '',
  ]),
  fault('a block of any chain is one of the best', chains, CHAIN, [
    '=== anchor.blockHash ?',
    '!== null ?',
  ]),
  fault('whoever spends the last coin is this log', chains, CHAIN, [
    'if (await isOwn(found.transaction, anchor, question)) return null;',
    'return null;',
  ]),
  fault('an anchor of this log’s key is of this log', chains, CHAIN, [
    'return equalBytes((await seenEpoch(size - 1, question)).head.rootHash, rootHash);',
    'return true;',
  ]),
  fault('the next anchor of this log is a stranger’s', chains, CHAIN, [
    'if (await isOwn(found.transaction, anchor, question)) return null;',
    '',
  ]),
];

function suite(file: string, cases = 1): Suite {
  return { suite: file, cases };
}

function fault(
  name: string,
  inSuite: Suite,
  file: string,
  [find, replace]: readonly [string, string],
): FaultOfSuite {
  return { name, ...inSuite, file, find, replace };
}
