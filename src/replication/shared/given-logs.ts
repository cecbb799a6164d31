/** Which logs are given to whom: to those who keep them too, each for as long as a link stands. */
import type { Link } from '../links/link.js';
import type { NodeId } from '../protocol/term.js';
import type { SharedEntry, SharedLedger } from './shared-ledger.js';
import { keepsData } from './who-keeps.js';

export class GivenLogs {
  /** Origins, by link. */
  readonly #given = new Map<Link, Set<string>>();

  onLink(link: Link): void {
    this.#given.set(link, new Set());
  }

  /** The link is gone. */
  forget(link: Link): void {
    this.#given.delete(link);
  }

  /** Those of these that the peer keeps too, and has not been given. */
  give(node: NodeId, link: Link, entries: readonly SharedEntry[]): void {
    const given = this.#given.get(link);
    if (given === undefined) return;
    for (const { ledger } of entries) {
      if (given.has(ledger.origin) || !keepsData(ledger.state, node)) continue;
      given.add(ledger.origin);
      ledger.replicateWith(link.mux);
    }
  }

  /** Whether the peer has been given what it does not keep any more: with the next link it gets what it still keeps. */
  hasTooMuch(node: NodeId, link: Link, of: (origin: string) => SharedLedger | undefined): boolean {
    return [...(this.#given.get(link) ?? [])].some((origin) => {
      const ledger = of(origin);
      return ledger !== undefined && !keepsData(ledger.state, node);
    });
  }
}
