/** A witness on real directories, opened as `witness serve` does, on file systems that a test may spoil. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../../../src/base/logger.js';
import type { CheckpointError } from '../../../src/checkpoint/checkpoint-error.js';
import { Witness } from '../../../src/checkpoint/witness.js';
import type { DurableFileSystem } from '../../../src/keys/durable-file.js';
import { durableFileSystem } from '../../../src/keys/durable-file.js';
import { WitnessKeys } from '../../../src/keys/witness-keys.js';
import { FakeClock } from '../../support/fake-clock.js';
import { SeededRandom } from '../../support/seeded-random.js';
import type { SigningLog } from './signing-log.js';

export const WITNESS_NAME = 'witness.example';

export interface Places {
  readonly dataDirectory: string;
  readonly keyDirectory: string;
}

export interface Spoilt {
  readonly data?: DurableFileSystem;
  readonly keys?: DurableFileSystem;
  readonly clock?: FakeClock;
  readonly maxBytes?: number;
}

export function placesIn(root: string): Places {
  return { dataDirectory: join(root, 'witness'), keyDirectory: join(root, 'witness.keys') };
}

export async function makeKeys(places: Places, files = durableFileSystem): Promise<void> {
  const keys = await WitnessKeys.create({
    directory: places.keyDirectory,
    dataDirectory: places.dataDirectory,
    name: WITNESS_NAME,
    random: new SeededRandom('witness'),
    files,
  });
  await keys.close();
}

export class OpenedWitness {
  readonly witness: Witness;
  readonly clock: FakeClock;
  /** What `onFailure` was told. */
  readonly failures: readonly CheckpointError[];
  readonly #keys: WitnessKeys;

  private constructor(
    witness: Witness,
    keys: WitnessKeys,
    clock: FakeClock,
    failures: readonly CheckpointError[],
  ) {
    this.witness = witness;
    this.#keys = keys;
    this.clock = clock;
    this.failures = failures;
  }

  static async open(
    places: Places,
    logs: readonly SigningLog[],
    { data, keys: keyFiles, clock = new FakeClock(), maxBytes = 16 * 1024 * 1024 }: Spoilt = {},
  ): Promise<OpenedWitness> {
    const { dataDirectory, keyDirectory: directory } = places;
    const keys = await WitnessKeys.open({
      ...{ directory, dataDirectory },
      ...(keyFiles !== undefined && { files: keyFiles }),
    });
    const failures: CheckpointError[] = [];
    try {
      const witness = await Witness.open({
        ...{ dataDirectory, keys, clock, logger: silentLogger, maxBytesPerLog: maxBytes },
        logs: logs.map(({ witnessed }) => witnessed),
        onFailure: (error) => failures.push(error),
        ...(data !== undefined && { files: data }),
      });
      return new OpenedWitness(witness, keys, clock, failures);
    } catch (cause) {
      await keys.close();
      throw cause;
    }
  }

  /** The cosignature lines, or `old <size>` as of a 409. @throws what the witness throws. */
  async add(request: Uint8Array): Promise<string> {
    const answer = await this.witness.addCheckpoint(request);
    return answer.kind === 'cosigned' ? answer.lines : `old ${answer.size}`;
  }

  /** The same, or the code of the refusal. */
  async outcome(request: Uint8Array): Promise<string> {
    try {
      return await this.add(request);
    } catch (error) {
      return String((error as { code?: unknown }).code ?? error);
    }
  }

  async close(): Promise<void> {
    await this.witness.close();
    await this.#keys.close();
  }
}

export function seenPath({ dataDirectory }: Places, log: SigningLog): string {
  return join(dataDirectory, `${log.witnessed.originHash}.seen`);
}

export function markPath({ keyDirectory }: Places, log: SigningLog): string {
  return join(keyDirectory, `mark.${log.witnessed.originHash}.json`);
}

export async function lengthOf(path: string): Promise<number> {
  return (await stat(path)).size;
}
