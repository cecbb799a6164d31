/**
 * Chunks between nodes that keep a ledger together (docs/formats/files.md, "Between nodes"): one channel to each peer, on which
 * it is asked, answers, and is asked to hold. Who does not keep the data of a ledger gets nothing, and is asked for nothing.
 */
import type { Logger } from '../../base/logger.js';
import { type Channel, openChannel } from '../links/channel.js';
import type { Link } from '../links/link.js';
import type { Timers } from '../links/timers.js';
import type { NodeId } from '../protocol/term.js';
import type { SharingPeer } from '../replication-settings.js';
import type { Sharing } from '../shared/sharing.js';
import { keepsData } from '../shared/who-keeps.js';
import { Answering } from './answering.js';
import { Asking, type WantedChunk } from './asking.js';
import {
  CHUNK_CODEC,
  type ChunkMessage,
  type HoldAnswer,
  MAX_CHUNK_MESSAGE_BYTES,
} from './chunk-message.js';
import type { ChunkPeerStatus } from './content-status.js';
import { heldByQuorum } from './holding.js';

/** What this node has of content. */
export interface Holdings {
  /** The chunk of an address, if it is one of that tenant (by its handle); null if there is none. */
  get(tenant: string, address: Uint8Array): Promise<Uint8Array | null>;
  /** Gets all that the content leads to, and has it on disk. @param content references, as a peer sent them. @returns null where they are none. */
  hold(origin: string, content: Uint8Array, signal: AbortSignal): Promise<HoldAnswer | null>;
}

export interface SharedChunksOptions {
  readonly sharing: Pick<Sharing, 'of'>;
  readonly holdings: Holdings;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** What a node of ours says in a second, and what it is answered, several times over. */
const BUDGET = { perSecond: 8_000, burst: 20_000 } as const;
/** Contents of one peer that are got at a time, and that wait for that. */
const [HOLDING, MAX_WAITING] = [16, 256];
/** Told to a peer while a content comes in: what it has no time for, it gets with the rest. */
const MAX_FORETOLD = 4;
/** So long a peer is not asked that has lied; its link is dropped besides. */
const SET_ASIDE_MILLIS = 60 * 60_000;

interface Conversation {
  readonly name: string;
  readonly link: Link;
  readonly channel: Channel<ChunkMessage>;
  readonly answering: Answering;
  /** Content that it was asked to hold, by number. */
  readonly asked: Map<number, (answer: HoldAnswer | null) => void>;
  /** Aborted with the link. */
  readonly closing: AbortController;
  /** Contents that are got for it, and those that wait. */
  holding: number;
  readonly waiting: (() => void)[];
  foretold: number;
  /** Logs of which it has said to keep what is asked for. */
  readonly sparse: Set<string>;
}

interface Counts {
  name: string;
  given: number;
  fetched: number;
  lies: number;
  setAsideUntil: number;
}

export class SharedChunks {
  readonly #options: SharedChunksOptions;
  readonly #asking: Asking;
  readonly #peers = new Map<NodeId, Conversation>();
  /** Of all peers that were linked. */
  readonly #counts = new Map<NodeId, Counts>();
  #lastId = 0;

  constructor(options: SharedChunksOptions) {
    this.#options = options;
    this.#asking = new Asking({
      timers: options.timers,
      keeps: (node, origin) => this.#mayBeAsked(node, origin),
      onLie: (node) => {
        this.#convict(node);
      },
      onChunk: (node, bytes) => {
        const counts = this.#counts.get(node);
        if (counts !== undefined) counts.fetched += bytes;
      },
    });
  }

  /** To be called when a link stands, before it is used. */
  onLink({ name, receiptKey: node }: SharingPeer, link: Link): void {
    const counts = this.#countsOf(node, name);
    const channel: Channel<ChunkMessage> = openChannel(link, {
      name: 'chunks/1',
      codec: CHUNK_CODEC,
      maxBytes: MAX_CHUNK_MESSAGE_BYTES,
      budget: BUDGET,
      onMessage: (message) => {
        this.#hear(node, conversation, message);
      },
      // A peer of an earlier version never opens it.
      onOpen: () => {
        this.#peers.set(node, conversation);
        this.#asking.join(node, (origin, address) =>
          channel.send({ kind: 'want', origin, addresses: [address] }),
        );
      },
      onClose: () => {
        this.#close(node, conversation);
      },
    });
    const answering = new Answering({
      find: (origin, address) => this.#find(node, origin, address),
      send: (message) => channel.send(message),
      onGiven: (bytes) => {
        counts.given += bytes;
      },
      onFailure: (error) => {
        this.#options.logger.error('a chunk could not be read for a peer', { peer: name, error });
      },
    });
    const conversation: Conversation = {
      ...{ name, link, channel, answering, asked: new Map(), holding: 0, waiting: [] },
      ...{ foretold: 0, sparse: new Set() },
      closing: new AbortController(),
    };
  }

  /** A chunk from whoever has it. @returns null if nobody who is linked does, or not in time. */
  fetch(wanted: WantedChunk): Promise<Uint8Array | null> {
    return this.#asking.fetch(wanted);
  }

  /** Bytes of chunks, to all peers since the start. */
  get given(): number {
    return [...this.#counts.values()].reduce((sum, { given }) => sum + given, 0);
  }

  /** How many are linked that may have chunks of the log. */
  askable(origin: string): number {
    return [...this.#peers.keys()].filter((node) => this.#mayBeAsked(node, origin)).length;
  }

  /** See `heldByQuorum`. */
  holdAtQuorum(origin: string, content: Uint8Array, signal: AbortSignal): Promise<void> {
    const { sharing, timers } = this.#options;
    return heldByQuorum(
      {
        timers,
        stateOf: (of) => sharing.of(of)?.state ?? null,
        isLinked: (node) => this.#peers.has(node),
        ask: (node, of, references) => this.#askToHold(node, of, references),
      },
      origin,
      content,
      signal,
    );
  }

  /** Content is coming in, and this of it is on disk: others may get it already. Whether they do is seen by `holdAtQuorum`. */
  foretell(origin: string, content: Uint8Array): void {
    const state = this.#options.sharing.of(origin)?.state;
    if (state === undefined) return;
    for (const [node, peer] of this.#peers) {
      const isBusy = peer.foretold >= MAX_FORETOLD || peer.sparse.has(origin);
      if (!isBusy && keepsData(state, node)) void this.#foretellTo(node, peer, origin, content);
    }
  }

  status(): readonly ChunkPeerStatus[] {
    const now = this.#options.timers.now();
    return [...this.#counts].map(([node, { setAsideUntil, ...counts }]) => ({
      ...{ node, ...counts },
      isSetAside: now < setAsideUntil,
    }));
  }

  /** Nobody is asked any more. */
  close(): void {
    this.#asking.close();
  }

  #hear(node: NodeId, peer: Conversation, message: ChunkMessage): void {
    switch (message.kind) {
      case 'want':
        if (!peer.answering.take(message.origin, message.addresses)) peer.link.drop('too-many');
        return;
      case 'chunk':
        if (!this.#asking.hear(node, message.address, message.block)) peer.link.drop('garbage');
        return;
      case 'none':
        if (!this.#asking.hear(node, message.address, null)) peer.link.drop('garbage');
        return;
      case 'hold':
        void this.#hold(node, peer, message);
        return;
      case 'held': {
        const resolve = peer.asked.get(message.id);
        peer.asked.delete(message.id);
        if (resolve === undefined) peer.link.drop('garbage');
        else resolve(message.answer);
      }
    }
  }

  async #find(node: NodeId, origin: string, address: Uint8Array): Promise<Uint8Array | null> {
    const ledger = this.#options.sharing.of(origin);
    if (ledger === undefined || !keepsData(ledger.state, node)) return null;
    return this.#options.holdings.get(ledger.store.tenant, address);
  }

  async #hold(
    node: NodeId,
    peer: Conversation,
    { id, origin, content }: Extract<ChunkMessage, { kind: 'hold' }>,
  ): Promise<void> {
    const { holdings, logger, sharing } = this.#options;
    const state = sharing.of(origin)?.state;
    const mayAsk = state !== undefined && keepsData(state, node);
    let answer: HoldAnswer | null = 'later';
    if (mayAsk && peer.waiting.length < MAX_WAITING) {
      await turnOf(peer);
      try {
        answer = await holdings.hold(origin, content, peer.closing.signal);
      } catch (error) {
        if (!peer.closing.signal.aborted)
          logger.error('content could not be held for a peer', { peer: peer.name, error });
      } finally {
        peer.holding--;
        peer.waiting.shift()?.();
      }
    }
    if (answer === null) peer.link.drop('garbage');
    else peer.channel.send({ kind: 'held', id, answer });
  }

  async #foretellTo(
    node: NodeId,
    peer: Conversation,
    origin: string,
    content: Uint8Array,
  ): Promise<void> {
    peer.foretold++;
    const answer = await this.#askToHold(node, origin, content);
    peer.foretold--;
    if (answer === 'sparse') peer.sparse.add(origin);
  }

  #askToHold(node: NodeId, origin: string, content: Uint8Array): Promise<HoldAnswer | null> {
    const peer = this.#peers.get(node);
    const id = (this.#lastId = (this.#lastId + 1) % 2 ** 32);
    return new Promise((resolve) => {
      peer?.asked.set(id, resolve);
      if (peer?.channel.send({ kind: 'hold', id, origin, content }) === true) return;
      peer?.asked.delete(id);
      resolve(null);
    });
  }

  #mayBeAsked(node: NodeId, origin: string): boolean {
    const { sharing, timers } = this.#options;
    const state = sharing.of(origin)?.state;
    if (state === undefined || timers.now() < (this.#counts.get(node)?.setAsideUntil ?? 0))
      return false;
    return keepsData(state, node);
  }

  #convict(node: NodeId): void {
    const { logger, timers } = this.#options;
    const counts = this.#counts.get(node);
    if (counts === undefined) return;
    counts.lies++;
    counts.setAsideUntil = timers.now() + SET_ASIDE_MILLIS;
    logger.warn(
      'a peer sent something in place of a chunk: it is not asked for chunks for an hour',
      {
        peer: counts.name,
      },
    );
    this.#peers.get(node)?.link.drop('garbage');
  }

  #close(node: NodeId, conversation: Conversation): void {
    conversation.answering.close();
    conversation.closing.abort();
    for (const resolve of conversation.asked.values()) resolve(null);
    conversation.asked.clear();
    if (this.#peers.get(node) !== conversation) return;
    this.#peers.delete(node);
    this.#asking.leave(node);
  }

  #countsOf(node: NodeId, name: string): Counts {
    let counts = this.#counts.get(node);
    if (counts === undefined) {
      counts = { name, given: 0, fetched: 0, lies: 0, setAsideUntil: -Infinity };
      this.#counts.set(node, counts);
    }
    return counts;
  }
}

/** Resolves when it may begin; whoever has begun lets the next one. */
async function turnOf(peer: Conversation): Promise<void> {
  if (peer.holding >= HOLDING) await new Promise<void>((resolve) => peer.waiting.push(resolve));
  peer.holding++;
}
