/** A member of a group on a real directory: it follows others' tails, is elected by real votes, and writes blocks of its own. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { LeafIndex, UnixMillis } from '../../../src/base/brand.js';
import { toHex } from '../../../src/base/bytes.js';
import { digestToHex, type HexDigest } from '../../../src/base/hex-digest.js';
import { RandomPool } from '../../../src/base/random.js';
import { discoveryKeyOf } from '../../../src/evidence/misbehaviour/internal/core-tree.js';
import type { DurableFileSystem } from '../../../src/keys/durable-file.js';
import { type KeyPair, keyPairOf, signDetached } from '../../../src/keys/key-pair.js';
import { hypercoreKey } from '../../../src/ledger/internal/hypercore-log.js';
import {
  appendBlock,
  treeHash,
  type TreeRoots,
} from '../../../src/ledger/internal/hypercore-tree.js';
import type { LogKeys } from '../../../src/ledger/log-reader.js';
import { segmentsOfKeys } from '../../../src/ledger/replica-log.js';
import { ReplicaLogs } from '../../../src/ledger/replica-logs.js';
import { openBlock, sealBlock } from '../../../src/records/block.js';
import { formatStatement, type Statement } from '../../../src/records/statement.js';
import type { LogView } from '../../../src/replication/protocol/log-view.js';
import type { ReplicaAlarm } from '../../../src/replication/replica/alarm.js';
import type { LogAnnouncement } from '../../../src/replication/replica/announcement.js';
import { ReplicaMemory } from '../../../src/replication/replica/replica-memory.js';
import { type OwnBlock, Tail } from '../../../src/replication/replica/tail.js';
import { formatCheckpoint } from '../../../src/tlog/checkpoint.js';
import {
  appendLeaves,
  type CompactRange,
  EMPTY_RANGE,
  rootHash,
} from '../../../src/tlog/compact-range.js';
import { ed25519Key, type Ed25519Key } from '../../../src/tlog/ed25519.js';
import { type Election, signElection, signVote } from '../../../src/tlog/election.js';
import { type HandoverTerms, signHandover } from '../../../src/tlog/handover.js';
import { formatLogBinding } from '../../../src/tlog/log-binding.js';
import { leafHash } from '../../../src/tlog/merkle-hash.js';
import {
  ED25519_NOTE,
  formatVerifierKey,
  type VerifierKey,
  verifierKey,
} from '../../../src/tlog/note-key.js';
import { noteSigner, signNote } from '../../../src/tlog/signed-note.js';
import { FakeClock } from '../../support/fake-clock.js';
import { BLOCK_KEY, corePair, logKey, ORIGIN, PINNED, START } from './hostile-writer.js';

export interface Node {
  readonly id: HexDigest;
  readonly pair: KeyPair;
}

/** What should come and does not fails its test sooner than the test’s own time does. */
const PATIENCE_MILLIS = 8_000;

/** With keys of their own; the first three are the group. */
export const NODES: readonly Node[] = [21, 22, 23, 24].map((seed) => {
  const pair = keyPairOf(new Uint8Array(32).fill(seed));
  return { id: toHex(pair.publicKey) as HexDigest, pair };
});

export function groupStatement(
  index: number,
  nodes: readonly Node[] = NODES.slice(0, 3),
  term = { node: nodeAt(0).id, number: 1 },
): Statement {
  const members = nodes
    .map(({ id: node }) => ({ hasData: true, mayWrite: true, node, site: `s${node.slice(0, 4)}` }))
    .sort((a, b) => (a.node < b.node ? -1 : 1));
  const quorum = Math.floor(nodes.length / 2) + 1;
  return {
    ...{ kind: 'group', index: index as LeafIndex, recordedAt: (START + index) as UnixMillis },
    ...{ members, sites: 1, term, voteQuorum: quorum, writeQuorum: quorum },
  };
}

export function nodeAt(at: number): Node {
  const node = NODES[at];
  if (node === undefined) throw new Error('there is no such node');
  return node;
}

/** The private keys of a log that a node was given in a term. */
interface OwnKeys {
  readonly core: KeyPair;
  readonly note: Ed25519Key;
  readonly key: VerifierKey;
}

export const FIRST_KEYS: OwnKeys = { core: corePair, note: logKey, key: PINNED.firstKey };

interface Here {
  readonly coreKey: Uint8Array;
  readonly length: number;
  readonly roots: TreeRoots;
  readonly tree: CompactRange;
}

export interface ElectionLies {
  readonly voters?: readonly Node[];
  /** What the block says of it, if another thing than what is announced. */
  readonly stated?: (election: Election) => Election;
  readonly more?: readonly ((index: number) => Statement)[];
}

export class TailMember {
  readonly node: Node;
  readonly tail: Tail;
  readonly stored: LogView[];
  readonly alarms: ReplicaAlarm[];
  readonly refused: LogAnnouncement[];
  readonly failures: unknown[];
  own: OwnKeys = FIRST_KEYS;
  readonly #close: () => Promise<void>;

  private constructor(
    parts: Pick<TailMember, 'alarms' | 'failures' | 'node' | 'refused' | 'stored' | 'tail'>,
    close: () => Promise<void>,
  ) {
    this.node = parts.node;
    this.tail = parts.tail;
    this.stored = parts.stored;
    this.alarms = parts.alarms;
    this.refused = parts.refused;
    this.failures = parts.failures;
    this.#close = close;
  }

  static async open(
    root: string,
    at: number,
    files?: DurableFileSystem,
    opened: { close(): Promise<void> }[] = [],
  ): Promise<TailMember> {
    const directory = join(root, `node${at}`, 'replicas');
    const logs = await ReplicaLogs.open(directory, files === undefined ? {} : { files });
    opened.push(logs);
    const memory = await ReplicaMemory.open(directory, files);
    const stored: LogView[] = [];
    const alarms: ReplicaAlarm[] = [];
    const refused: LogAnnouncement[] = [];
    const failures: unknown[] = [];
    const tail = await Tail.open({
      ...{ pinned: PINNED, blockKey: BLOCK_KEY, logs, memory, clock: new FakeClock() },
      observer: {
        onStored: (view) => stored.push(view),
        onAlarm: (alarm) => alarms.push(alarm),
        onInvalidData: () => undefined,
        onRefused: (announcement) => refused.push(announcement),
        onFailure: (cause) => failures.push(cause),
      },
    });
    opened.push(tail);
    return new TailMember(
      { node: nodeAt(at), tail, stored, alarms, refused, failures },
      async () => {
        await tail.close();
        await logs.close();
      },
    );
  }

  get length(): number {
    return this.tail.view.end.length;
  }

  replicateWith(stream: object): void {
    this.tail.replicateWith(stream);
  }

  close(): Promise<void> {
    return this.#close();
  }

  announcement(): LogAnnouncement {
    const { announcement } = this.tail;
    if (announcement === null) throw new Error('a tail without a head');
    return announcement;
  }

  /** Follows until it has so many blocks. */
  async follow(from: TailMember | LogAnnouncement): Promise<void> {
    await this.tail.announce(from instanceof TailMember ? from.announcement() : from);
    let late: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_, reject) => {
      late = setTimeout(() => {
        reject(new Error('what was announced does not come'));
      }, PATIENCE_MILLIS);
    });
    await Promise.race([this.tail.idle(), patience]).finally(() => {
      clearTimeout(late);
    });
  }

  /** What it would write next as an elected writer of that term. */
  async hand(
    number: number,
    voters: readonly Node[] = [this.node, nodeAt(this.node === nodeAt(0) ? 1 : 0)],
    { stated = (one) => one, more = [] }: ElectionLies = {},
  ): Promise<OwnBlock & { keys: readonly LogKeys[]; own: OwnKeys }> {
    const here = await this.#state();
    const core = keyPairOf(randomBytes(32));
    const note = ed25519Key(randomBytes(32));
    const own = { core, note, key: verifierKey(ORIGIN, ED25519_NOTE, note.publicKey) };
    const before = this.announcement().keys;
    const terms: HandoverTerms = {
      new: formatVerifierKey(own.key),
      old: before.at(-1)?.verifierKey ?? '',
      rootHash: digestToHex(rootHash(here.tree)),
      size: here.tree.size,
    };
    const term = { node: this.node.id, number };
    const had = { length: here.length, lastTerm: { node: nodeAt(0).id, number: 1 } };
    const votes = voters.map(({ id, pair }) =>
      signVote(ORIGIN, term, id, had, (bytes) => signDetached(pair, bytes)),
    );
    const group = this.tail.group?.index ?? 0;
    const chosen = { ...term, checkpoint: this.announcement().checkpoint, group, votes };
    const election = signElection(ORIGIN, terms, chosen, (bytes) =>
      signDetached(this.node.pair, bytes),
    );
    const signatures = [signHandover(ORIGIN, terms, terms.new, note.sign)];
    const ended = {
      ...{ length: here.length, rootHash: terms.rootHash, signatures, size: terms.size, election },
      treeHash: toHex(treeHash(here.roots)),
    };
    const next = { corePublicKey: toHex(core.publicKey), verifierKey: terms.new, ended: null };
    const keys = [...before.slice(0, -1), { ...before.at(-1), ended } as LogKeys, next];
    const place = {
      index: terms.size as LeafIndex,
      recordedAt: (START + terms.size) as UnixMillis,
    };
    const handover: Statement = {
      ...{ kind: 'handover', ...place, ...terms, signatures, election: stated(election) },
    };
    const rest = more.map((one, at) => one(terms.size + 1 + at));
    const made = this.#made(here, keys, own, [handover, ...rest]);
    return { ...made, keys, own };
  }

  /** Takes over. */
  async begin(number: number, voters?: readonly Node[]): Promise<void> {
    const { own, ...hand } = await this.hand(number, voters);
    await this.tail.begin(hand);
    this.own = own;
  }

  async next(entries = 2, mark = 'a', statements?: readonly Statement[]): Promise<OwnBlock> {
    const here = await this.#state();
    const digest = Buffer.alloc(32, mark).toString('hex') as HexDigest;
    const records = Array.from({ length: entries }, (_, at): Statement => {
      const index = (here.tree.size + at) as LeafIndex;
      const tags = { author: digest, key: digest, subject: digest };
      const position = { index, recordedAt: (START + index) as UnixMillis };
      return { kind: 'record', ...position, header: digest, payload: digest, tags, type: 't' };
    });
    return this.#made(here, this.announcement().keys, this.own, statements ?? records);
  }

  async write(blocks = 1, mark = 'a'): Promise<void> {
    for (let block = 0; block < blocks; block++) await this.tail.append(await this.next(2, mark));
  }

  /** Tree and Hypercore of what is here, from the blocks. */
  async #state(): Promise<Here> {
    const [first] = segmentsOfKeys(this.announcement().keys);
    if (first === undefined) throw new Error('a log without keys');
    const coreKey = hypercoreKey(first);
    let [tree, roots]: [CompactRange, TreeRoots] = [EMPTY_RANGE, []];
    const { length } = this;
    for (let number = 0; number < length; number++) {
      const block = await this.tail.block(number);
      roots = appendBlock(roots, number, block);
      const { entries } = openBlock(block, BLOCK_KEY, { coreKey, blockNumber: number });
      tree = appendLeaves(
        tree,
        entries.map(({ statement }) => leafHash(statement)),
      );
    }
    return { coreKey, length, roots, tree };
  }

  #made(
    { coreKey, length, roots, tree }: Here,
    keys: readonly LogKeys[],
    { core, note, key }: OwnKeys,
    statements: readonly Statement[],
  ): OwnBlock {
    const entries = statements.map((statement) => ({
      statement: formatStatement(statement),
      idempotency: null,
      sealedParts: [],
    }));
    const block = sealBlock(
      { firstIndex: tree.size as never, vaultRows: [], entries },
      BLOCK_KEY,
      { coreKey, blockNumber: length },
      new RandomPool(),
    );
    const grown = appendLeaves(
      tree,
      entries.map(({ statement }) => leafHash(statement)),
    );
    const segment = segmentsOfKeys(keys).at(-1);
    if (segment === undefined) throw new Error('a log without keys');
    const binding = formatLogBinding({
      ...{ discoveryKey: discoveryKeyOf(segment), fork: 0, length: length + 1 },
      treeHash: treeHash(appendBlock(roots, length, block)),
    });
    const text = formatCheckpoint({
      ...{ origin: ORIGIN, size: grown.size, rootHash: rootHash(grown), extensions: [binding] },
    });
    return { block, note: signNote(text, noteSigner(key, note.sign)), corePair: core };
  }
}
