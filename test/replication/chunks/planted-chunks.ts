/** Faults of content between nodes that its suites must notice, each in one of them, by the tests with that in their name. */
import type { FaultOfSuite } from '../../support/planted-suite.js';

const ANSWERING = 'replication/chunks/answering.js';
const ASKED = 'replication/chunks/asked-peer.js';
const ASKING = 'replication/chunks/asking.js';
const CHUNKS = 'replication/chunks/shared-chunks.js';
const HOLDING = 'replication/chunks/holding.js';
const MESSAGE = 'replication/chunks/chunk-message.js';
const COPY = 'files/replication/drive-copy.js';
const DRIVE = 'files/drive.js';
const GATHER = 'files/replication/gather.js';
const READER = 'files/chunks/content-reader.js';
const REPLICAS = 'files/replication/replicas.js';
const STORE = 'files/chunks/chunk-store.js';
const ASKS = 'test/replication/chunks/asking.test.ts';
const COPIES = 'test/files/replication/drive-copy.test.ts';
const GATHERED = 'test/files/replication/gather.test.ts';
const HELD = 'test/replication/chunks/holding.test.ts';
const HOSTILE = 'test/replication/chunks/hostile.test.ts';
const MESSAGES = 'test/replication/chunks/chunk-message.test.ts';
const NODES = 'test/files/replication/replicas.test.ts';

export const CHUNK_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'whatever a peer sends is taken for the chunk',
    file: ASKING,
    find: 'block !== null && wanted.isIt(block)',
    replace: 'block !== null',
    suite: ASKS,
    tests: 'sends something else',
  },
  {
    name: 'a peer is found to lie before another sent the right chunk',
    file: ASKING,
    find: 'if (block !== null) wanted.liars.add(node);',
    replace: 'if (block !== null) this.#options.onLie(node);',
    suite: ASKS,
    tests: 'sends something else',
  },
  {
    name: 'nobody is ever found to lie',
    file: ASKING,
    find: 'if (block !== null) for (const node of wanted.liars) this.#options.onLie(node);',
    replace: '',
    suite: ASKS,
    tests: 'sends something else',
  },
  {
    name: 'peers are asked that do not keep the log',
    file: ASKING,
    find: ' && this.#options.keeps(node, origin)',
    replace: '',
    suite: ASKS,
    tests: 'nobody who does not keep',
  },
  {
    name: 'what a slow peer has is asked of nobody else',
    file: ASKING,
    find: 'wanted.asked.size > 1 || now - since < STEAL_MILLIS',
    replace: 'true',
    suite: ASKS,
    tests: 'fifty times as slow',
  },
  {
    name: 'a peer that does not answer is waited for',
    file: ASKING,
    find: 'now - since >= ANSWER_MILLIS',
    replace: 'false',
    suite: ASKS,
    tests: 'does not answer',
  },
  {
    name: 'whoever waits is served with all others',
    file: ASKING,
    find: 'isUrgent ? this.#queues.urgent : this.#queues.other',
    replace: 'isUrgent ? this.#queues.other : this.#queues.other',
    suite: ASKS,
    tests: 'before all others',
  },
  {
    name: 'a peer is asked for any number at once',
    file: ASKED,
    find: 'this.#asked.size < this.#window',
    replace: 'true',
    suite: ASKS,
    tests: 'more than it owes',
  },
  {
    name: 'a chunk that nobody asked for is passed over',
    file: CHUNKS,
    find: 'if (!this.#asking.hear(node, message.address, message.block)) peer.link.drop("garbage");',
    replace: 'this.#asking.hear(node, message.address, message.block);',
    suite: HOSTILE,
    tests: 'nobody asked for',
  },
  {
    name: 'chunks are given to whoever asks',
    file: CHUNKS,
    find: 'ledger === void 0 || !keepsData(ledger.state, node)',
    replace: 'ledger === void 0',
    suite: HOSTILE,
    tests: 'nothing of log.example',
  },
  {
    name: 'content is got for whoever wants it held',
    file: CHUNKS,
    find: 'state !== void 0 && keepsData(state, node)',
    replace: 'state !== void 0',
    suite: HOSTILE,
    tests: 'has content held',
  },
  {
    name: 'any number of contents is got for one peer at once',
    file: CHUNKS,
    find: 'if (peer.holding >= HOLDING) await',
    replace: 'if (peer.holding < 0) await',
    suite: HOSTILE,
    tests: 'has content held',
  },
  {
    name: 'any number of contents waits for one peer',
    file: CHUNKS,
    find: ' && peer.waiting.length < MAX_WAITING',
    replace: '',
    suite: HOSTILE,
    tests: 'has content held',
  },
  {
    name: 'one peer may have any number of chunks wait',
    file: ANSWERING,
    find: 'this.#waiting.length + this.#reading + addresses.length > MAX_UNANSWERED',
    replace: 'false',
    suite: HOSTILE,
    tests: 'wanting more at once',
  },
  {
    name: 'a message keeps the bytes that it came in',
    file: MESSAGE,
    find: 'reader.bytes(reader.remaining).slice() };\n    }\n    case NONE',
    replace: 'reader.bytes(reader.remaining) };\n    }\n    case NONE',
    suite: MESSAGES,
    tests: 'keep nothing',
  },
  {
    name: 'members that keep no content count for it',
    file: HOLDING,
    find: 'one === "held" ? [node] : []',
    replace: '[node]',
    suite: HELD,
    tests: 'content is held',
  },
  {
    name: 'votes stand in for content always',
    file: HOLDING,
    find: ' || !role.isStoodIn',
    replace: '',
    suite: HELD,
    tests: 'a vote stands in',
  },
  {
    name: 'content of a log that is not known for a moment counts as held',
    file: HOLDING,
    find: 'state !== null && group !== null && isHeld(group, state, said, isLinked)',
    replace: 'state === null || group === null || isHeld(group, state, said, isLinked)',
    suite: HELD,
    tests: 'asks all, again',
  },
  {
    name: 'an entry is appended before others have its content',
    file: DRIVE,
    find: 'await this.#parts.replicas()?.heldByOthers(this.ledger, content.place);',
    replace: '',
    suite: NODES,
    tests: 'is not written while',
  },
  {
    name: 'nobody hears of content before it is whole',
    file: REPLICAS,
    find: 'if (!ledger.isShared || !ledger.isWritable) return;',
    replace: 'return;',
    suite: NODES,
    tests: 'while it comes in',
  },
  {
    name: 'content counts as held that is on no disk',
    file: REPLICAS,
    find: 'await chunks.sync();\n    return "held";',
    replace: 'return "held";',
    suite: NODES,
    tests: 'is not written while',
  },
  {
    name: 'what a peer owes on an older link is waited for',
    file: ASKING,
    find: 'this.leave(node);\n',
    replace: '',
    suite: ASKS,
    tests: 'by a newer link',
  },
  {
    name: 'what is missing is not healed',
    file: READER,
    find: 'await chunks.heal?.(reference)',
    replace: 'null',
    suite: NODES,
    tests: 'is put back',
  },
  {
    name: 'one that lies there altered counts as there',
    file: STORE,
    find: ' || !equalBytes(stored, chunk.block())',
    replace: '',
    suite: NODES,
    tests: 'is put back',
  },
  {
    name: 'content is kept beyond the room that there is',
    file: REPLICAS,
    find: 'settings.maxBytes !== null && book.bytes >= settings.maxBytes',
    replace: 'false',
    suite: NODES,
    tests: 'up to the room',
  },
  {
    name: 'a node keeps all, whatever it is told',
    file: REPLICAS,
    find: 'if (this.#keepingOf(ledger) !== "all") return "sparse";',
    replace: '',
    suite: NODES,
    tests: 'where it was asked for',
  },
  {
    name: 'a piece that is altered here is taken for there',
    file: GATHER,
    find: 'openWhole(reference, await get(reference.address)) ??',
    replace: 'await get(reference.address) ??',
    suite: GATHERED,
    tests: 'altered here anew',
  },
  {
    name: 'content that refers to itself is gathered without end',
    file: GATHER,
    find: ' || seen.has(toHex(reference.address))',
    replace: '',
    suite: GATHERED,
    tests: 'as many steps',
  },
  {
    name: 'what is missing is remembered as here',
    file: COPY,
    find: 'Math.min(least, index)',
    replace: 'least',
    suite: COPIES,
    tests: 'is not remembered as here',
  },
  {
    name: 'how far it has come is remembered before the sync',
    file: COPY,
    find: 'await sync();\n    await book.put(handle, sizes);',
    replace: 'await book.put(handle, sizes);\n    await sync();',
    suite: COPIES,
    tests: 'behind a sync',
  },
  {
    name: 'what nobody can give now is passed over',
    file: COPY,
    find: 'if (!canGet() || ',
    replace: 'if (',
    suite: COPIES,
    tests: 'waits where nobody is there',
  },
];
