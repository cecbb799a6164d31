/** One blind peer: found through the DHT, dialled again when it is lost, and what it says of each log that it is given. */
import type SecretStream from '@hyperswarm/secret-stream';
import type { UnixMillis } from '../../base/brand.js';
import { fromHex } from '../../base/bytes.js';
import type { Logger } from '../../base/logger.js';
import type { RandomSource } from '../../base/random.js';
import type { Clock } from '../../base/time.js';
import type { GivenCore } from '../../ledger/given-core.js';
import { LINK_LIMITS, type LinkLimits } from '../links/link-limits.js';
import { Redial } from '../links/redial.js';
import type { Timers } from '../links/timers.js';
import { BlindLink, type BlindLinkEnd } from './blind-link.js';
import type { BlindPeerSettings } from './blind-peer-settings.js';
import type { BlindLogStatus, BlindPeerStatus } from './blind-peer-status.js';
import { behindSince, blocksIn, type KeptLog, lookedAt } from './kept-log.js';

/** A log that the peer is to keep. */
export interface ChosenLog {
  /** Names of tenant and ledger. */
  readonly tenant: string;
  readonly ledger: string;
  readonly origin: string;
  readonly cores: readonly GivenCore[];
  readonly isShared: boolean;
  /** Somebody has shown another history of it, signed by its key. */
  readonly hasConflict: boolean;
  /** Its data may not lie where the peer stands. */
  readonly isWithheld: boolean;
}

export interface BlindPeerParts {
  readonly settings: BlindPeerSettings;
  /** Through the DHT. */
  readonly dial: (key: Uint8Array) => SecretStream;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  /** It can be given logs. */
  readonly onLink: () => void;
}

/** Nothing waits for a blind peer, and each try asks the whole DHT. */
const LIMITS: LinkLimits = {
  ...LINK_LIMITS,
  firstRedialMillis: 1_000,
  longestRedialMillis: 60_000,
};

export class BlindPeer {
  readonly settings: BlindPeerSettings;
  readonly #parts: BlindPeerParts;
  readonly #key: Uint8Array;
  readonly #redial: Redial;
  /** By origin. */
  readonly #kept = new Map<string, KeptLog>();
  #chosen: readonly ChosenLog[] = [];
  /** The one under way, or the one that stands. */
  #link: BlindLink | null = null;
  #isLinked = false;
  /** Monotonic. */
  #stoodAt = 0;
  #since: UnixMillis;
  #links = 0;
  /** By connections that are gone. */
  #pastBytes = 0;
  #lastFailure: BlindLinkEnd | null = null;

  constructor(parts: BlindPeerParts) {
    const { settings, timers, clock, random } = parts;
    this.settings = settings;
    this.#parts = parts;
    this.#key = fromHex(settings.key, 32);
    this.#since = clock.now();
    this.#redial = new Redial({ timers, random, limits: LIMITS, dial: () => this.#dial() });
  }

  start(): void {
    this.#redial.start();
  }

  /** Gives it those logs that it may have, and looks how far it has come. @param chosen all that it is to keep, as they are now. */
  look(chosen: readonly ChosenLog[]): void {
    this.#chosen = chosen;
    // A group that has come to name countries: a Hypercore is given until the connection ends, so it ends, and the next one is not given it.
    if (chosen.some(({ cores, isWithheld }) => isWithheld && this.#link?.hasGiven(cores) === true))
      void this.#link?.close();
    for (const log of chosen) {
      if (log.isWithheld) continue;
      if (this.#isLinked) this.#link?.give(log.cores);
      this.#lookAt(log);
      for (const core of log.cores) core.askWhatIsHeld(this.#key);
    }
  }

  status(): BlindPeerStatus {
    const { name, key, country } = this.settings;
    return {
      ...{ name, key, country, state: this.#redial.state, since: this.#since },
      bytesOut: this.#pastBytes + (this.#link?.bytesOut ?? 0),
      reconnects: Math.max(0, this.#links - 1),
      failures: this.#redial.failures,
      lastFailure: this.#lastFailure,
      logs: this.#chosen.map((log) => this.#statusOf(log)),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#redial.stop(), this.#link?.close()]);
  }

  async #dial(): Promise<void> {
    await new Promise<void>((resolve) => {
      const { dial, timers, logger } = this.#parts;
      const link = new BlindLink({
        ...{ stream: dial(this.#key), timers, logger, limits: LIMITS },
        onStands: () => {
          this.#stands();
          resolve();
        },
        onEnd: (why) => {
          this.#ended(link, why);
          resolve();
        },
      });
      this.#link = link;
      link.begin();
    });
  }

  #stands(): void {
    const { timers, clock, logger, onLink } = this.#parts;
    this.#isLinked = true;
    this.#links++;
    this.#lastFailure = null;
    this.#stoodAt = timers.now();
    this.#since = clock.now();
    this.#redial.linked();
    logger.info('blind peer linked', { peer: this.settings.name });
    onLink();
  }

  #ended(link: BlindLink, why: BlindLinkEnd): void {
    const { timers, clock, logger } = this.#parts;
    this.#pastBytes += link.bytesOut;
    this.#link = null;
    this.#lastFailure = why;
    if (!this.#isLinked) return;
    this.#isLinked = false;
    this.#since = clock.now();
    logger.info('blind peer lost', { peer: this.settings.name, reason: why });
    const isGood = timers.now() - this.#stoodAt >= LIMITS.stableMillis;
    // Whoever sends garbage is left alone, as a peer would be.
    const rest = why === 'garbage' || why === 'too-many' ? LIMITS.banMillis : 0;
    this.#redial.lost(isGood, rest);
  }

  #lookAt({ tenant, ledger, origin, cores, isShared }: ChosenLog): void {
    const { clock, logger } = this.#parts;
    const before = this.#kept.get(origin) ?? null;
    const seen = cores.map((core) => ({
      ...{ length: core.length, end: core.end },
      held: this.#isLinked ? core.heldBy(this.#key) : null,
    }));
    const now = lookedAt(before, seen, isShared, clock.now());
    this.#kept.set(origin, now);
    const named = { peer: this.settings.name, tenant, ledger, origin };
    // Once: what it says next may be more each time.
    if (now.longer !== null && (before?.longer ?? null) === null)
      logger.error('a blind peer says that it has more of a log than this node', {
        ...named,
        ...{ here: blocksIn(seen), there: now.longer },
      });
    if (now.isCut && before?.isCut !== true)
      logger.error('a blind peer says that a log was cut and written again', named);
  }

  #statusOf({ tenant, ledger, origin, cores, isWithheld, hasConflict }: ChosenLog): BlindLogStatus {
    const kept = isWithheld ? undefined : this.#kept.get(origin);
    return {
      ...{ tenant, ledger, origin, isWithheld, hasConflict, blocks: blocksIn(cores) },
      received: kept?.received ?? null,
      behindSince: kept === undefined ? null : behindSince(kept),
      longer: kept?.longer ?? null,
      isCut: kept?.isCut === true,
    };
  }
}
