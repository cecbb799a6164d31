/** Faults of the chain of anchors and of its successors, each with the suite that must notice it. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const MONEY = 'test/anchoring/anchor-money.test.ts';
const WALLET = 'test/anchoring/anchor-wallet.test.ts';
const FOREIGN = 'test/anchoring/foreign-spend.test.ts';
const REORGANISED = 'test/anchoring/reorganisation.test.ts';
const SUCCESSION = 'test/anchoring/succession.test.ts';
const EPOCHS = 'test/anchoring/epoch-log.test.ts';
const DECISION_FILE = 'anchoring/anchor-decision.js';
const FEE_FILE = 'anchoring/anchor-fee.js';
const WATCH_FILE = 'anchoring/settled-watch.js';
const SEARCH_FILE = 'anchoring/spender-search.js';
const CANDIDATE_FILE = 'anchoring/confirmed-candidate.js';
const SUCCESSION_FILE = 'anchoring/succession.js';

export const BITCOIN_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'the month has no limit',
    file: DECISION_FILE,
    find: 'const budget = left < policy.budget ? left : policy.budget;',
    replace: 'const budget = policy.budget;',
    suite: MONEY,
    tests: 'holds over a restart',
  },
  {
    name: 'anchors have no rhythm',
    file: DECISION_FILE,
    find: 'signedAt > now || now - signedAt >= intervalMillis',
    replace: 'true',
    suite: MONEY,
    tests: 'wait its time',
  },
  {
    name: 'a clock that was put back holds up anchors',
    file: DECISION_FILE,
    find: 'signedAt > now || ',
    replace: '',
    suite: MONEY,
    tests: 'put back',
  },
  {
    name: 'an anchor is replaced for any new head',
    file: DECISION_FILE,
    find: 'return isTime || topUps.length > last.topUps.length;',
    replace: 'return true;',
    suite: MONEY,
    tests: 'replaces an anchor only',
  },
  {
    name: 'a replacement pays what the fee market asks alone',
    file: FEE_FILE,
    find: 'fee = [fee, forRelay, forRate].reduce((a, b) => a > b ? a : b);',
    replace: '',
    suite: WALLET,
    tests: 'pays more, and keeps both',
  },
  {
    name: 'one anchor may cost anything',
    file: FEE_FILE,
    find: 'return fee > policy.budget ?',
    replace: 'return false ?',
    suite: WALLET,
    tests: 'starves at the budget',
  },
  {
    name: 'what was final is final for ever',
    file: WATCH_FILE,
    find: 'if (now === place.hash) return null;',
    replace: 'return null;',
    suite: REORGANISED,
    tests: 'takes a final anchor back',
  },
  {
    name: 'an anchor of an ended chain that is gone holds up the new one',
    file: WATCH_FILE,
    find: 'if (!isGone || isWritten) throw cause;',
    replace: 'throw cause;',
    suite: SUCCESSION,
    tests: 'holds up no anchor',
  },
  {
    name: 'an anchor of an ended chain is read by the script of the new one',
    file: WATCH_FILE,
    find: '(book.ended[chain] ?? book.chain).script',
    replace: 'book.chain.script',
    suite: SUCCESSION,
    tests: 'holds up no anchor',
  },
  {
    name: 'a block is believed to hold what the node shows in it',
    file: SEARCH_FILE,
    find: ' || !equalBytes(root, block.header.merkleRoot)',
    replace: '',
    suite: FOREIGN,
    tests: 'not what its header says',
  },
  {
    name: 'headers need no work',
    file: SEARCH_FILE,
    find: 'header.target > source.network.params.maxTarget || !meetsTarget(header)',
    replace: 'false',
    suite: REORGANISED,
    tests: 'without work',
  },
  {
    name: 'a coin that the node does not know of is spent',
    file: CANDIDATE_FILE,
    find: 'if (found.kind === "none")',
    replace: 'if (false)',
    suite: FOREIGN,
    tests: 'on the word of a node alone',
  },
  {
    name: 'our own anchor is a stranger’s',
    file: CANDIDATE_FILE,
    find: 'if (candidate === void 0) return { kind: "spent", spender };',
    replace: 'return { kind: "spent", spender };',
    suite: FOREIGN,
    tests: 'one of its own anchors',
  },
  {
    name: 'a succession is planned for any cause',
    file: SUCCESSION_FILE,
    find: 'if (isSpent !== (cause === "foreign-spend"))',
    replace: 'if (false)',
    suite: SUCCESSION,
    tests: 'for a cause',
  },
  {
    name: 'a key that had a chain may have another',
    file: SUCCESSION_FILE,
    find: 'if (ended.some((one) => equalBytes(one.script, script)))',
    replace: 'if (false)',
    suite: SUCCESSION,
    tests: 'second succession',
  },
  {
    name: 'a succession of any chain is followed',
    file: SUCCESSION_FILE,
    find: 'if (!equalBytes(chain.script, fromHex(statement.ended.script)))',
    replace: 'if (false)',
    suite: SUCCESSION,
    tests: 'succeeds another chain',
  },
  {
    name: 'the first coin is that of the first chain ever',
    file: SUCCESSION_FILE,
    find: '>= ended.length) high = middle;',
    replace: '>= 0) high = middle;',
    suite: SUCCESSION,
    tests: 'second succession',
  },
  {
    name: 'what the log says of a succession is left at a crash',
    file: 'anchoring/anchorer.js',
    find: 'await anchorer.followLog();',
    replace: '',
    suite: SUCCESSION,
    tests: 'at step 1, before',
  },
  {
    name: 'a chain is signed for that the log does not name',
    file: 'anchoring/anchorer.js',
    find: 'return this.#isKeyAnother || ',
    replace: 'return ',
    suite: SUCCESSION,
    tests: 'no succession',
  },
  {
    name: 'a succession waits until a log has moved',
    file: 'anchoring/epoch-log.js',
    find: 'if (changes.length > 0 || says !== void 0)',
    replace: 'if (changes.length > 0)',
    suite: EPOCHS,
    tests: 'up to the one that says so',
  },
  {
    name: 'epochs made at once with a succession name the old chain',
    file: 'anchoring/epoch-log.js',
    find: 'const script = succession?.script ?? source.anchorScript();',
    replace: 'const script = says ? succession.script : source.anchorScript();',
    suite: EPOCHS,
    tests: 'made at once',
  },
  {
    name: 'another chain needs no succession',
    file: 'anchoring/named-chain.js',
    find: 'return anchorScript === named ? null :',
    replace: 'return true ? null :',
    suite: EPOCHS,
    tests: 'without one',
  },
];
