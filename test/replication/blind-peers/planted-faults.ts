/** Faults that the suites of this folder must notice, each in one of them, by the tests with that in their name. */
import type { FaultOfSuite } from '../../support/planted-suite.js';

const SETTINGS = 'replication/blind-peers/blind-peer-settings.js';
const KEPT = 'replication/blind-peers/kept-log.js';
const STATUS = 'replication/blind-peers/blind-peer-status.js';
const LINK = 'replication/blind-peers/blind-link.js';
const PEER = 'replication/blind-peers/blind-peer.js';
const PEERS = 'replication/blind-peers/blind-peers.js';
const FETCH = 'replication/blind-peers/fetch-log.js';
const INTO = 'replication/blind-peers/fetch-into.js';
const CORE = 'ledger/given-core.js';
const HYPERCORES = 'ledger/internal/hypercore-log.js';

const OF_SETTINGS = 'test/replication/blind-peers/blind-peer-settings.test.ts';
const OF_KEPT = 'test/replication/blind-peers/kept-log.test.ts';
const WHOLE = 'test/replication/blind-peers/blind-peers.test.ts';
const BACK = 'test/replication/blind-peers/fetch-into.test.ts';

export const BLIND_PEER_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'all tenants are chosen',
    file: SETTINGS,
    find: 'one.tenant === tenant && (',
    replace: '(',
    suite: OF_SETTINGS,
    tests: 'and nothing else',
  },
  {
    name: 'a whole tenant is given where one ledger is named',
    file: PEERS,
    find: 'if (!isChosen(settings, tenant, ledger))',
    replace: 'if (!settings.ledgers.some((chosen) => chosen.tenant === tenant))',
    suite: WHOLE,
    tests: 'knows nothing of others',
  },
  {
    name: 'more at a blind peer than here is forgotten',
    file: KEPT,
    find: 'before?.longer ?? 0, ',
    replace: '',
    suite: OF_KEPT,
    tests: 'an alarm that stays',
  },
  {
    name: 'what is handed over is taken for received',
    file: KEPT,
    find: 'if (held.held < end) break;',
    replace: '',
    suite: OF_KEPT,
    tests: 'only once the one before it is there',
  },
  {
    name: 'a peer that is behind is never said to be',
    file: STATUS,
    find: 'log.behindSince !== null && ',
    replace: 'log.longer !== null && ',
    suite: OF_KEPT,
    tests: 'borne for a while',
  },
  {
    name: 'a ledger is given where its data may not lie',
    file: PEER,
    find: 'if (log.isWithheld) continue;',
    replace: '',
    suite: WHOLE,
    tests: 'may not lie',
  },
  {
    name: 'what was given goes on being given',
    file: PEER,
    find: 'void this.#link?.close();',
    replace: '',
    suite: WHOLE,
    tests: 'no more of them',
  },
  {
    name: 'Hypercores are given and nobody is asked to keep them',
    file: LINK,
    find: 'this.#channel?.addCores({',
    replace: 'void ({',
    suite: WHOLE,
    tests: 'knows nothing of others',
  },
  {
    name: 'a lost peer is not dialled again',
    file: PEER,
    find: 'this.#redial.lost(isGood, rest);',
    replace: '',
    suite: WHOLE,
    tests: 'that is killed',
  },
  {
    name: 'a Hypercore that goes on from another is not asked about',
    file: CORE,
    find: 'there.wireWant.send(range);',
    replace: '',
    suite: WHOLE,
    tests: 'keys have changed',
  },
  {
    name: 'the log takes what a blind peer has more',
    file: HYPERCORES,
    find: 'await this.core(segment, { pushOnly: true })',
    replace: 'await this.core(segment, { pushOnly: false })',
    suite: WHOLE,
    tests: 'gives it nothing',
  },
  {
    name: 'another history passes for the same',
    file: INTO,
    find: 'await log.treeHash(length), treeHash) ? "same" : "differs"',
    replace: 'await log.treeHash(length), treeHash) ? "same" : "same"',
    suite: BACK,
    tests: 'told apart from another history',
  },
  {
    name: 'the Hypercore after a change of keys is not fetched',
    file: FETCH,
    find: 'beginsAt(log, peer) ?? 0',
    replace: '0',
    suite: BACK,
    tests: 'byte for byte',
  },
];
