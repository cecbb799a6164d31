/** Ledgers offered to peers that are to keep them, and taken from those that may offer some. */
import type { Logger } from '../../base/logger.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { LedgerStore } from '../../ledger/ledger-store.js';
import type { LogKeys } from '../../ledger/log-reader.js';
import type { Link } from '../links/link.js';
import { RateBudget } from '../links/rate-budget.js';
import type { Timers } from '../links/timers.js';
import { memberOf } from '../protocol/group.js';
import { groupOf } from '../protocol/log-view.js';
import type { NodeId } from '../protocol/term.js';
import type { ReplicationSettings } from '../replication-settings.js';
import { OfferChannels } from './offer-channels.js';
import type { LedgerOffer } from './offer.js';
import type { SharedEntry } from './shared-ledger.js';

export interface OfferingParts {
  readonly settings: ReplicationSettings;
  readonly store: LedgerStore;
  readonly keyStore: Pick<KeyStore, 'tenantRoot'>;
  /** Whether the log is not here yet as it is offered, and there is room for it. */
  readonly mayTake: (offer: LedgerOffer) => boolean;
  /** Makes it one of this node's, with its tenant or with a vote alone. */
  readonly take: (from: NodeId, offer: LedgerOffer) => Promise<void>;
  /** For a log that this node has a vote for: it may come to believe who offers it. */
  readonly claim: (from: NodeId, offer: LedgerOffer) => Promise<void>;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** To one peer, whoever asks for it and how often: below what its channel takes. */
const OFFERED = { perSecond: 100, burst: 100 } as const;
/** What was offered may be on its way to be taken. */
const REPEAT_MILLIS = 3_000;
const MAX_TAKING = 64;

interface Offered {
  readonly budget: RateBudget;
  /** When on this link, by origin. */
  readonly at: Map<string, number>;
}

export class Offering {
  readonly #parts: OfferingParts;
  readonly #channels: OfferChannels;
  readonly #offered = new Map<NodeId, Offered>();
  /** Offered, and being taken: by origin. */
  readonly #taking = new Set<string>();
  /** Of whom the operator has been told. */
  readonly #refused = new Set<NodeId>();

  constructor(parts: OfferingParts) {
    this.#parts = parts;
    this.#channels = new OfferChannels((from, offer) => {
      this.#hear(from, offer);
    });
  }

  /** To be called when a link stands, before it is used. @param onClose called once, with the link. */
  onLink(node: NodeId, link: Link, onClose: () => void): void {
    this.#channels.onLink(node, link, onClose);
    const budget = new RateBudget(OFFERED, this.#parts.timers.now());
    this.#offered.set(node, { budget, at: new Map() });
  }

  /** Those of them that were not offered just now, as far as the peer can be sent so many; the others when this is asked again. */
  offerTo(node: NodeId, wanting: readonly SharedEntry[]): void {
    const offered = this.#offered.get(node);
    const now = this.#parts.timers.now();
    for (const one of wanting) {
      const at = offered?.at.get(one.ledger.origin) ?? -Infinity;
      if (now < at + REPEAT_MILLIS) continue;
      if (offered?.budget.take(1, now) !== true) return;
      offered.at.set(one.ledger.origin, now);
      void this.#offer(node, one);
    }
  }

  async #offer(node: NodeId, { handle, ledger: shared }: SharedEntry): Promise<void> {
    const { keyStore, logger, store } = this.#parts;
    const { claim, origin, state } = shared;
    const ledger = store.ledgerOf(handle);
    const tenant = ledger && store.tenantOf(ledger.identity.tenant);
    if (ledger === undefined || tenant === undefined || claim === null) return;
    const hasData = memberOf(groupOf(state.log), node)?.hasData === true;
    try {
      this.#channels.send(node, {
        ...{ claim, origin },
        members: groupOf(state.log)?.members.map((member) => member.node) ?? [],
        // Who keeps nothing is told nothing: no name, no key, and nothing of what is in it.
        data: hasData
          ? {
              tenant: {
                ...{ handle: tenant.handle, name: tenant.name, recoveryKey: tenant.recoveryKey },
                root: await keyStore.tenantRoot(tenant.handle),
              },
              ledger: { handle, name: ledger.identity.name },
              keys: firstOf(shared.store.keys),
            }
          : null,
      });
    } catch (error) {
      logger.warn('a ledger could not be offered', { origin, error });
    }
  }

  #hear(from: NodeId, offer: LedgerOffer): void {
    const { origin } = offer;
    // What is not taken now is offered again.
    if (this.#taking.has(origin) || this.#taking.size >= MAX_TAKING) return;
    this.#taking.add(origin);
    this.#parts
      .claim(from, offer)
      .then(() => this.#weigh(from, offer))
      .catch((error: unknown) => {
        this.#parts.logger.error('an offered ledger could not be taken', { from, origin, error });
      })
      .finally(() => {
        this.#taking.delete(origin);
      });
  }

  async #weigh(from: NodeId, offer: LedgerOffer): Promise<void> {
    const { logger, mayTake, settings, take } = this.#parts;
    const peer = settings.peers.find(({ receiptKey }) => receiptKey === from);
    if (!mayTake(offer)) return;
    if (peer?.offers !== true) {
      if (peer !== undefined && !this.#refused.has(from))
        logger.warn('a peer offers ledgers, and its settings do not say that it may', {
          peer: peer.name,
        });
      this.#refused.add(from);
      return;
    }
    await take(from, offer);
    const { data, origin } = offer;
    const what = data === null ? 'shared ledger taken, to vote for' : 'shared ledger taken';
    logger.info(what, { origin, peer: peer.name });
  }
}

/** The log begins with them; the others, of which there may be a thousand, are announced. */
function firstOf([first]: readonly LogKeys[]): readonly LogKeys[] {
  return first === undefined ? [] : [{ ...first, ended: null }];
}
