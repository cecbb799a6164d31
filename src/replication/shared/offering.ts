/** Ledgers offered to peers that are to keep them, and taken from those that may offer some. */
import type { Logger } from '../../base/logger.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { LedgerStore } from '../../ledger/ledger-store.js';
import type { Link } from '../links/link.js';
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
  readonly logger: Logger;
}

/** To one peer at a time: below what its channel takes. */
const OFFERED_AT_ONCE = 50;
const MAX_TAKING = 64;

export class Offering {
  readonly #parts: OfferingParts;
  readonly #channels: OfferChannels;
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
  }

  /** Some of them; those that it does not take are to be offered again. */
  offerTo(node: NodeId, wanting: readonly SharedEntry[]): void {
    for (const one of wanting.slice(0, OFFERED_AT_ONCE)) void this.#offer(node, one);
  }

  async #offer(node: NodeId, { handle, ledger: shared }: SharedEntry): Promise<void> {
    const { keyStore, logger, store } = this.#parts;
    const { claim, origin, state } = shared;
    const ledger = store.allLedgers().find((one) => one.identity.handle === handle);
    const tenant = store.tenants().find((one) => one.handle === ledger?.identity.tenant);
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
              keys: shared.store.keys,
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
