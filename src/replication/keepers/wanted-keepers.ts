/** Who is to keep the ledgers that this node writes, one small file each: `keepers/` (docs/formats/keepers.md, "Memory"). */
import { join } from 'node:path';
import { BOOLEAN, DIGEST, HANDLE } from '../../base/json-members.js';
import { type DurableFileSystem, durableFileSystem } from '../../keys/durable-file.js';
import { RecordFiles, type RecordShape } from '../../keys/record-files.js';
import type { NodeId } from '../protocol/term.js';
import { memoryRefusals } from '../replica/memory-refusals.js';

export interface WantedKeeper {
  readonly node: NodeId;
  /** It cosigns what it has. */
  readonly isWitness: boolean;
}

interface Wanted {
  /** Handle. */
  readonly ledger: string;
  readonly keepers: readonly WantedKeeper[];
}

export const MAX_KEEPERS = 64;

export class WantedKeepers {
  readonly #records: RecordFiles<Wanted>;
  /** By handle of the ledger; never empty ones. */
  readonly #wanted: Map<string, readonly WantedKeeper[]>;

  private constructor(records: RecordFiles<Wanted>, wanted: Map<string, readonly WantedKeeper[]>) {
    this.#records = records;
    this.#wanted = wanted;
  }

  /** @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER. */
  static async open(
    dataDirectory: string,
    files: DurableFileSystem = durableFileSystem,
  ): Promise<WantedKeepers> {
    const records = await RecordFiles.open(join(dataDirectory, 'keepers'), SHAPE, files);
    const all = await records.all();
    return new WantedKeepers(records, new Map(all.map((one) => [one.ledger, one.keepers])));
  }

  /** By node. */
  of(ledger: string): readonly WantedKeeper[] {
    return this.#wanted.get(ledger) ?? [];
  }

  /** Handles of ledgers that are to be kept by anybody. */
  get ledgers(): readonly string[] {
    return [...this.#wanted.keys()];
  }

  /** Durable when it returns. A crash before leaves those that were wanted before. @param keepers at most 64, each once. */
  async set(ledger: string, keepers: readonly WantedKeeper[]): Promise<void> {
    const sorted = [...keepers].sort((a, b) => (a.node < b.node ? -1 : 1));
    if (sorted.length === 0) {
      await this.#records.remove(ledger);
      this.#wanted.delete(ledger);
      return;
    }
    await this.#records.put({ ledger, keepers: sorted });
    this.#wanted.set(ledger, sorted);
  }
}

const SHAPE: RecordShape<Wanted> = {
  place: 'keepers',
  nameOf: ({ ledger }) => ledger,
  toJson: ({ ledger, keepers }) => ({
    ledger,
    keepers: keepers.map(({ node, isWitness }) => ({ node, witness: isWitness })),
  }),
  read: (members) => ({
    ledger: members.required('ledger', HANDLE),
    keepers: members.objects('keepers', MAX_KEEPERS).map((one) => {
      const node = one.required('node', DIGEST) as string as NodeId;
      const isWitness = one.required('witness', BOOLEAN);
      one.end();
      return { node, isWitness };
    }),
  }),
  ...memoryRefusals('put it back, or take it away and say again who keeps the ledger'),
};
