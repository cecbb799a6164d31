/** The epoch log as far as chains of anchors are concerned: what was said of them, in order, and the last of it. */
import type { Anchorer } from '../../src/anchoring/anchorer.js';
import type { NamedChain, NamedSuccession } from '../../src/anchoring/named-chain.js';
import type { Outpoint } from '../../src/evidence/bitcoin/transaction.js';
import type { SuccessionCause } from '../../src/records/statement.js';

export class LogOfChains implements NamedChain {
  readonly successions: NamedSuccession[] = [];
  #script: Uint8Array | null = null;

  script(): Promise<Uint8Array | null> {
    return Promise.resolve(this.#script);
  }

  succession(): Promise<NamedSuccession | null> {
    return Promise.resolve(this.successions.at(-1) ?? null);
  }

  /** An epoch that names a chain and says nothing more. */
  name(script: Uint8Array): void {
    this.#script = script;
  }

  say(succession: NamedSuccession): void {
    this.successions.push(succession);
    this.#script = succession.script;
  }

  /** As a node does it. */
  async succeed(
    anchorer: Anchorer,
    outpoint: Outpoint | null,
    cause: SuccessionCause,
  ): Promise<NamedSuccession> {
    const succession = await anchorer.planSuccession(outpoint, cause);
    this.say(succession);
    await anchorer.followLog();
    return succession;
  }
}
