/**
 * The logs of chosen ledgers at blind peers: Holepunch's daemons that keep Hypercores which they cannot read
 * (docs/decisions/0052-blind-peers.md). Looked after by the clock: ledgers are made, keys change, and nothing of it waits for a
 * peer.
 */
import type SecretStream from '@hyperswarm/secret-stream';
import type { Logger } from '../../base/logger.js';
import type { RandomSource } from '../../base/random.js';
import type { Clock } from '../../base/time.js';
import type { LedgerStore } from '../../ledger/ledger-store.js';
import type { Timers } from '../links/timers.js';
import { type BlindPeerSettings, isChosen } from './blind-peer-settings.js';
import { blindTroubles, type JudgedBlindPeer } from './blind-peer-status.js';
import { BlindPeer, type ChosenLog } from './blind-peer.js';

export interface BlindPeersOptions {
  readonly settings: readonly BlindPeerSettings[];
  readonly dial: (key: Uint8Array) => SecretStream;
  readonly store: Pick<LedgerStore, 'tenants' | 'ledgersOf'>;
  /** Countries that the data of a shared ledger may lie in; null for anywhere. By names. */
  readonly countriesOf: (tenant: string, ledger: string) => readonly string[] | null;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}

const LOOK_MILLIS = 5_000;

export class BlindPeers {
  readonly #options: BlindPeersOptions;
  readonly #peers: readonly BlindPeer[];
  /** By origin, who is told of conflicts; and of which logs there was one. */
  readonly #told = new Map<string, () => void>();
  readonly #conflicts = new Set<string>();
  #cancel: () => void = () => undefined;
  #isClosed = false;

  private constructor(options: BlindPeersOptions) {
    this.#options = options;
    this.#peers = options.settings.map((settings) => {
      const peer: BlindPeer = new BlindPeer({
        ...options,
        settings,
        onLink: () => {
          this.#lookAfter(peer);
        },
      });
      return peer;
    });
  }

  /** Begins to dial: it waits for no peer. */
  static open(options: BlindPeersOptions): BlindPeers {
    const opened = new BlindPeers(options);
    for (const peer of opened.#peers) peer.start();
    opened.#look();
    return opened;
  }

  status(): readonly JudgedBlindPeer[] {
    const now = this.#options.clock.now();
    return this.#peers.map((peer) => {
      const status = peer.status();
      return { ...status, troubles: blindTroubles(status, now) };
    });
  }

  /** Resolves when every connection is gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await Promise.all(this.#peers.map((peer) => peer.close()));
  }

  #look(): void {
    for (const peer of this.#peers) this.#lookAfter(peer);
    this.#cancel = this.#options.timers.after(LOOK_MILLIS, () => {
      this.#look();
    });
  }

  /** What fails here keeps no ledger from being written, and is tried again. */
  #lookAfter(peer: BlindPeer): void {
    if (this.#isClosed) return;
    try {
      peer.look([...this.#chosenBy(peer.settings)]);
    } catch (error) {
      const { name } = peer.settings;
      this.#options.logger.error('a blind peer could not be looked after', { peer: name, error });
    }
  }

  *#chosenBy(settings: BlindPeerSettings): Iterable<ChosenLog> {
    const { store, countriesOf } = this.#options;
    for (const { handle, name: tenant } of store.tenants())
      for (const one of store.ledgersOf(handle)) {
        const ledger = one.identity.name;
        if (!isChosen(settings, tenant, ledger)) continue;
        const countries = one.isShared ? countriesOf(tenant, ledger) : null;
        const { country } = settings;
        const isWithheld = countries !== null && (country === null || !countries.includes(country));
        for (const log of one.logs) {
          const isShared = one.isShared && log === one.reader;
          const { origin, cores } = log;
          for (const core of cores) core.onConflict(this.#conflictOf(origin));
          const hasConflict = this.#conflicts.has(origin);
          yield { tenant, ledger, origin, cores, isShared, isWithheld, hasConflict };
        }
      }
  }

  /** The same each time. */
  #conflictOf(origin: string): () => void {
    const known = this.#told.get(origin);
    if (known !== undefined) return known;
    const tell = (): void => {
      if (this.#conflicts.has(origin)) return;
      this.#conflicts.add(origin);
      this.#options.logger.error('another history of a log was shown, signed by its key', {
        origin,
      });
    };
    this.#told.set(origin, tell);
    return tell;
  }
}
