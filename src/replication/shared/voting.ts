/** All ledgers that this node has a vote for and no data of. */
import { EMPTY_LOG } from '../protocol/log-end.js';
import type { NodeId } from '../protocol/term.js';
import type { VoteClaim } from './vote-claim.js';
import { VotingLedger, type VotingOptions } from './voting-ledger.js';
import type { VotingRecord } from './voting-memory.js';

export class Voting {
  readonly #options: VotingOptions;
  /** By origin. */
  readonly #ledgers = new Map<string, VotingLedger>();

  private constructor(options: VotingOptions) {
    this.#options = options;
  }

  /** Those of before. @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER; then none is left open. */
  static async open(options: VotingOptions): Promise<Voting> {
    const voting = new Voting(options);
    try {
      for (const record of await options.memory.all())
        voting.#ledgers.set(record.origin, await VotingLedger.open(options, record));
      return voting;
    } catch (cause) {
      await voting.close();
      throw cause;
    }
  }

  all(): readonly VotingLedger[] {
    return [...this.#ledgers.values()];
  }

  of(origin: string): VotingLedger | undefined {
    return this.#ledgers.get(origin);
  }

  /** A ledger that is new here, on the word of whoever offers it. */
  async take(origin: string, { group, term }: VoteClaim): Promise<void> {
    const known = { end: EMPTY_LOG, groups: [{ group, block: 0 }] };
    const record = { origin, believed: term, known };
    this.#ledgers.set(origin, await VotingLedger.begin(this.#options, record));
  }

  /** One that this node has kept, and of which it goes on knowing what it knew. Durable when it returns. */
  async goOn(record: VotingRecord): Promise<void> {
    const { memory } = this.#options;
    // A crash from here on leaves a member without data.
    await memory.remember(record);
    this.#ledgers.set(record.origin, await VotingLedger.open(this.#options, record));
  }

  /** One whose writer, whom this node believes, has it keep the data. What it knew is to be heard from all others again. */
  async giveUp(origin: string): Promise<void> {
    const { keyStore, memory, run } = this.#options;
    await this.#ledgers.get(origin)?.close();
    this.#ledgers.delete(origin);
    const promise = await keyStore.groupPromise(origin);
    // A crash from here on leaves a member that has forgotten, with data or without.
    await keyStore.putGroupPromise(origin, {
      ...{ promised: promise?.promised ?? null, memory: 'behind', run },
    });
    await memory.forget(origin);
  }

  /** Whether it knows of the ledger, and believes who offers it to be its writer. */
  async claim(from: NodeId, origin: string, claim: VoteClaim): Promise<boolean> {
    return (await this.#ledgers.get(origin)?.claim(from, claim)) ?? false;
  }

  async close(): Promise<void> {
    for (const ledger of this.all()) await ledger.close();
    this.#ledgers.clear();
  }
}
