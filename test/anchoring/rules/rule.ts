/**
 * Rules of Bitcoin that an anchor can run into, each as something to send and what becomes of it: one table
 * for the development chain, for bcoin and for Bitcoin Core, so that a rule is written down once.
 */
import type { ChainSource } from '../../../src/anchoring/chain-source.js';
import type { RuleKit } from './rule-kit.js';

/** A chain under test, as the rules need it. */
export interface RuledChain {
  readonly source: ChainSource;
  /** Its clock, in seconds since 1970. */
  now(): number;
  /** Mines what it has in its mempool, and as many blocks. */
  mine(count: number): Promise<unknown>;
  /** Null if it takes the transaction, else why not, in its own words. */
  send(transaction: Uint8Array): Promise<string | null>;
  /** As Bitcoin Core's `submitblock`: null for the new tip, `inconclusive` for one kept aside. */
  submit(block: Uint8Array): Promise<string | null>;
  /**
   * What bcoin does otherwise when chains compete: `forgets` transactions of blocks that went, and `stays` at
   * the fork when the longer chain turns out to be invalid.
   */
  readonly quirks?: readonly ('forgets' | 'stays')[];
}

/** `accepted`, or a part of Bitcoin Core's reason for refusing. */
export type Expected = string;

export interface Rule {
  readonly name: string;
  readonly of: 'transaction' | 'block';
  /** Prepares what the rule is about, and makes what is sent last. */
  readonly make: (kit: RuleKit) => Promise<Uint8Array>;
  readonly expected: Expected;
  /** What bcoin 1.0.2 does where that is something else; `refused` where it gives no reason. */
  readonly bcoin?: Expected;
  /** What the development chain does where it is stricter than Core. */
  readonly devchain?: Expected;
}

export const ACCEPTED = 'accepted';
