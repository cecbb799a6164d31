/**
 * Drives that other nodes keep too (docs/decisions/0060-content-of-files-on-other-nodes.md): what this node keeps of their content,
 * what it gives, what it heals, and who is to have what is put.
 */
import type { Logger } from '../../base/logger.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import type { LedgerStore } from '../../ledger/ledger-store.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { ChunkStore } from '../chunks/chunk-store.js';
import type { ChunkSource } from '../chunks/content-reader.js';
import { openWhole } from '../chunks/content-reader.js';
import {
  decodeReferences,
  encodeReferences,
  MAX_REFERENCES,
  type Reference,
} from '../references.js';
import type { ContentPlace } from '../stored-content.js';
import type {
  ContentPeers,
  Keeping,
  ReplicasSettings,
  ReplicasStatus,
  ReplicaTimers,
} from './content-peers.js';
import type { CopiesBook } from './copies-book.js';
import { DriveCopies } from './drive-copies.js';
import { DriveCopy } from './drive-copy.js';
import { gather } from './gather.js';
import { heldByOthers } from './held-by-others.js';
import { Pace } from './pace.js';
import type { LookedAt } from './puts.js';

/** What is said to whoever has content held; null where it is none. */
type Held = 'held' | 'sparse' | 'later' | null;

export interface ReplicasOptions {
  readonly chunks: ChunkStore;
  readonly book: CopiesBook;
  readonly store: Pick<LedgerStore, 'allLedgers' | 'tenantOf' | 'vaultOf'>;
  readonly isDrive: (ledger: Ledger) => Promise<boolean>;
  readonly peers: ContentPeers;
  readonly settings: ReplicasSettings;
  readonly timers: ReplicaTimers;
  readonly logger: Logger;
}

/** For somebody who reads: less than a client waits. For nobody: until a link that broke stands again. */
const [READING_MILLIS, FOLLOWING_MILLIS] = [5_000, 15_000];
/** What a piece has at most. */
const PIECE_BYTES = 65_536;

export class Replicas {
  readonly #options: ReplicasOptions;
  readonly #pace: Pace;
  readonly #copies: DriveCopies;
  readonly #stopping = new AbortController();
  readonly #holding = new Set<Promise<Held>>();
  #healed = 0;

  constructor(options: ReplicasOptions) {
    this.#options = options;
    const { isDrive, logger, peers, settings, timers } = options;
    this.#pace = new Pace(timers, settings.maxBytesPerSecond);
    this.#copies = new DriveCopies({
      ...{ isDrive, logger, timers, signal: this.#stopping.signal },
      ledgers: () => this.#shared(),
      copyOf: (ledger) => this.#copyOf(ledger),
      keepsAll: (ledger) => this.#keepingOf(ledger) === 'all',
      askable: (origin) => peers.askable(origin),
    });
  }

  /** Begins to follow. */
  start(): void {
    this.#copies.start();
  }

  /** Follows no more; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled([this.#copies.stopped(), ...this.#holding]);
  }

  /** What is missing or altered here is got from others for whoever reads, and put back. */
  contentOf(ledger: Ledger): ChunkSource {
    const { chunks } = this.#options;
    return {
      get: (address) => chunks.get(address),
      heal: (reference) => this.heal(ledger, reference),
    };
  }

  /** The chunk of a reference of a drive as others have it, put back here; null if nobody gives it. */
  async heal(ledger: Ledger, reference: Reference): Promise<Uint8Array | null> {
    if (!ledger.isShared) return null;
    const block = await this.#fetch(ledger, reference, true, this.#stopping.signal);
    if (block !== null) this.#healed++;
    return block;
  }

  /** Has every chunk of a content of a drive here as it was written, got from others where it is not. @returns how many nobody gave. */
  async makeWhole(ledger: Ledger, place: ContentPlace): Promise<number> {
    if ('inline' in place) return 0;
    const { chunks } = this.#options;
    const missing = await gather(
      {
        get: (address) => chunks.get(address),
        fetch: (reference) => this.heal(ledger, reference),
      },
      place.refs,
    );
    await chunks.sync();
    return missing;
  }

  /** See `heldByOthers`. @throws FilesError FILES_QUORUM. */
  heldByOthers(ledger: Ledger, place: ContentPlace): Promise<void> {
    const { peers, settings, timers } = this.#options;
    const { quorumMillis } = settings;
    const parts = { peers, timers, quorumMillis, stopping: this.#stopping.signal };
    return heldByOthers(parts, ledger, place);
  }

  /** Where chunks of a drive go that comes in: others hear of them while the rest is on its way. */
  storeOf(ledger: Ledger): Pick<ChunkStore, 'put'> {
    const { chunks, peers } = this.#options;
    return {
      put: async (place, some) => {
        await chunks.put(place, some);
        if (!ledger.isShared || !ledger.isWritable) return;
        const references = some.flatMap(({ reference }) => reference ?? []);
        for (let at = 0; at < references.length; at += MAX_REFERENCES)
          peers.foretell(
            ledger.reader.origin,
            encodeReferences(references.slice(at, at + MAX_REFERENCES)),
          );
      },
    };
  }

  /** A peer wants all that references lead to on this disk. @returns null where it sent none. @throws FilesError FILES_FAILED. */
  async hold(origin: string, content: Uint8Array, signal: AbortSignal): Promise<Held> {
    const holding = this.#hold(origin, content, signal);
    this.#holding.add(holding);
    try {
      return await holding;
    } finally {
      this.#holding.delete(holding);
    }
  }

  async #hold(origin: string, content: Uint8Array, signal: AbortSignal): Promise<Held> {
    const { chunks } = this.#options;
    const ledger = this.#shared().find(({ reader }) => reader.origin === origin);
    if (ledger === undefined) return 'later';
    if (this.#keepingOf(ledger) !== 'all') return 'sparse';
    const references = referencesFrom(content);
    if (references === null) return null;
    const ended = AbortSignal.any([signal, this.#stopping.signal]);
    const missing = await gather(
      {
        get: (address) => chunks.get(address),
        fetch: async (reference) =>
          this.#isFull ? null : this.#fetch(ledger, reference, true, ended),
      },
      references,
    );
    if (missing > 0) return 'later';
    // What is said to be held outlives a power cut.
    await chunks.sync();
    return 'held';
  }

  status(): ReplicasStatus {
    const { book, settings, store } = this.#options;
    const drives = this.#copies.all().map(({ copy, ledger }) => ({
      tenant: store.tenantOf(ledger.identity.tenant)?.name ?? '',
      ledger: ledger.identity.name,
      origin: ledger.reader.origin,
      keep: this.#keepingOf(ledger),
      behind: copy?.behind ?? 0,
      lacking: copy?.lacking ?? 0,
    }));
    return { drives, bytes: book.bytes, maxBytes: settings.maxBytes, healed: this.#healed };
  }

  get #isFull(): boolean {
    const { book, settings } = this.#options;
    return settings.maxBytes !== null && book.bytes >= settings.maxBytes;
  }

  #shared(): Ledger[] {
    return this.#options.store.allLedgers().filter(({ isShared }) => isShared);
  }

  #keepingOf({ identity }: Ledger): Keeping {
    const { settings, store } = this.#options;
    return settings.keepingOf(store.tenantOf(identity.tenant)?.name ?? '', identity.name);
  }

  /** Kept where there is room, and given to whoever waits in any case. */
  async #fetch(
    ledger: Ledger,
    reference: Reference,
    isUrgent: boolean,
    signal: AbortSignal,
  ): Promise<Uint8Array | null> {
    const { book, chunks, peers } = this.#options;
    const { handle, tenant } = ledger.identity;
    const block = await peers.fetch({
      ...{ origin: ledger.reader.origin, address: reference.address, isUrgent, signal },
      patience: isUrgent ? READING_MILLIS : FOLLOWING_MILLIS,
      isIt: (candidate) => openWhole(reference, candidate) !== null,
    });
    if (block === null || this.#isFull) return block;
    await chunks.put({ tenant, ledger: handle }, [
      { address: reference.address, block: () => block },
    ]);
    book.addBytes(handle, block.length);
    return block;
  }

  #copyOf(ledger: Ledger): DriveCopy {
    const { book, chunks, peers, store, timers } = this.#options;
    return new DriveCopy({
      ...{ ledger, book, timers, signal: this.#stopping.signal },
      vault: store.vaultOf(ledger.identity.tenant),
      gather: (entry) => this.#gather(ledger, entry),
      sync: () => chunks.sync(),
      canGet: () => peers.askable(ledger.reader.origin) > 0 && !this.#isFull,
    });
  }

  #gather(ledger: Ledger, { references }: LookedAt): Promise<number> {
    const { chunks, peers } = this.#options;
    return gather(
      {
        get: (address) => chunks.get(address),
        // What this node has put itself was on disk before its entry.
        ...(ledger.isWritable && { isThere: (address) => chunks.has(address) }),
        fetch: async (reference) => {
          if (this.#isFull || peers.askable(ledger.reader.origin) === 0) return null;
          await this.#pace.take(PIECE_BYTES, this.#stopping.signal);
          return this.#fetch(ledger, reference, false, this.#stopping.signal);
        },
      },
      references,
    );
  }
}

function referencesFrom(content: Uint8Array): readonly Reference[] | null {
  try {
    return decodeReferences(content);
  } catch (cause) {
    if (cause instanceof LedgerError) return null;
    throw cause;
  }
}
