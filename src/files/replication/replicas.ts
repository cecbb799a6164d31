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
import { FilesError } from '../files-error.js';
import {
  decodeReferences,
  encodeReferences,
  MAX_REFERENCES,
  type Reference,
  sizeOf,
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
import { DriveCopy } from './drive-copy.js';
import { gather } from './gather.js';
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

const LOOK_MILLIS = 1_000;
/** Drives that are followed at a time. */
const FOLLOWED_AT_ONCE = 4;
/** For somebody who reads: less than a client waits. For nobody: until a link that broke stands again. */
const [READING_MILLIS, FOLLOWING_MILLIS] = [5_000, 15_000];
/** 1 MiB a second. */
const SLOW_BYTES_A_MILLI = 2 ** 20 / 1_000;
/** What a piece has at most. */
const PIECE_BYTES = 65_536;

export class Replicas {
  readonly #options: ReplicasOptions;
  readonly #pace: Pace;
  readonly #copies = new Map<string, DriveCopy>();
  readonly #stopping = new AbortController();
  /** Drives whose content is kept where it was asked for. */
  readonly #asked = new Set<string>();
  /** Who was there to be asked, by the origin of the log. */
  readonly #askable = new Map<string, number>();
  readonly #holding = new Set<Promise<Held>>();
  #cancel: () => void = () => undefined;
  #looking: Promise<void> = Promise.resolve();
  #healed = 0;

  constructor(options: ReplicasOptions) {
    this.#options = options;
    this.#pace = new Pace(options.timers, options.settings.maxBytesPerSecond);
  }

  /** Begins to follow. */
  start(): void {
    this.#lookIn(0);
  }

  /** Follows no more; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancel();
    await Promise.allSettled([this.#looking, ...this.#holding]);
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

  /**
   * Resolves when enough of those who keep the drive have the content on disk; at once where nobody else does.
   * @throws FilesError FILES_QUORUM.
   */
  async heldByOthers(ledger: Ledger, place: ContentPlace): Promise<void> {
    const { peers } = this.#options;
    // Whoever does not write it is refused when it appends.
    if ('inline' in place || place.refs.length === 0 || !ledger.isShared || !ledger.isWritable)
      return;
    const late = new AbortController();
    const cancel = this.#abortWhenLate(late, sizeOf(place.refs));
    const signal = AbortSignal.any([late.signal, this.#stopping.signal]);
    try {
      await peers.holdAtQuorum(ledger.reader.origin, encodeReferences(place.refs), signal);
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw new FilesError(
        'FILES_QUORUM',
        'too few of the nodes that keep the drive have its content in time: nothing was put; once they are linked, send it again',
        { cause },
      );
    } finally {
      cancel();
    }
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
    const drives = this.#shared().flatMap((ledger) => {
      const { handle, name, tenant } = ledger.identity;
      const copy = this.#copies.get(handle);
      if (copy === undefined && !this.#asked.has(handle)) return [];
      return {
        ...{
          tenant: store.tenantOf(tenant)?.name ?? '',
          ledger: name,
          origin: ledger.reader.origin,
        },
        ...{
          keep: this.#keepingOf(ledger),
          behind: copy?.behind ?? 0,
          lacking: copy?.lacking ?? 0,
        },
      };
    });
    return { drives, bytes: book.bytes, maxBytes: settings.maxBytes, healed: this.#healed };
  }

  /** Where nothing goes to anybody any more, or it takes longer than a slow line would. @returns what calls it off. */
  #abortWhenLate(late: AbortController, bytes: number): () => void {
    const { peers, settings, timers } = this.#options;
    const { quorumMillis } = settings;
    const end = timers.now() + quorumMillis + bytes / SLOW_BYTES_A_MILLI;
    let given = peers.given;
    let cancel: () => void = () => undefined;
    const look = (): void => {
      if (peers.given === given || timers.now() >= end) late.abort();
      else {
        given = peers.given;
        cancel = timers.after(quorumMillis, look);
      }
    };
    cancel = timers.after(quorumMillis, look);
    return () => {
      cancel();
    };
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

  #lookIn(millis: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#cancel = this.#options.timers.after(millis, () => {
      this.#looking = this.#look().then(() => {
        this.#lookIn(LOOK_MILLIS);
      });
    });
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const waiting = this.#shared();
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (this.#stopping.signal.aborted) return;
        await this.#follow(next);
      }
    };
    await Promise.all(Array.from({ length: FOLLOWED_AT_ONCE }, work));
  }

  /** What one drive has that cannot be read holds up none of the others. */
  async #follow(ledger: Ledger): Promise<void> {
    const { logger } = this.#options;
    const { origin } = ledger.reader;
    try {
      if (!(await this.#options.isDrive(ledger))) return;
      if (this.#keepingOf(ledger) !== 'all') {
        this.#asked.add(ledger.identity.handle);
        return;
      }
      const copy = this.#copyOf(ledger);
      this.#greet(copy, ledger);
      if (copy.hasWork) await copy.goOn();
    } catch (error) {
      const isOver = error instanceof LedgerError && error.code === 'LEDGER_CLOSED';
      if (!isOver && !this.#stopping.signal.aborted)
        logger.error('content of a drive could not be followed', { origin, error });
    }
  }

  /** Who comes may have what nobody had. */
  #greet(copy: DriveCopy, { reader: { origin } }: Ledger): void {
    const askable = this.#options.peers.askable(origin);
    if (askable > (this.#askable.get(origin) ?? 0)) copy.someoneCame();
    this.#askable.set(origin, askable);
  }

  #copyOf(ledger: Ledger): DriveCopy {
    const { book, chunks, peers, store, timers } = this.#options;
    const { handle, tenant } = ledger.identity;
    const known = this.#copies.get(handle);
    if (known !== undefined) return known;
    const { signal } = this.#stopping;
    const copy = new DriveCopy({
      ...{ ledger, book, timers, signal, vault: store.vaultOf(tenant) },
      gather: (entry) => this.#gather(ledger, entry),
      sync: () => chunks.sync(),
      canGet: () => peers.askable(ledger.reader.origin) > 0 && !this.#isFull,
    });
    this.#copies.set(handle, copy);
    return copy;
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
