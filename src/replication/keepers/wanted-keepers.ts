/** Who is to keep the ledgers that this node writes, one small file each: `keepers/` (docs/formats/keepers.md, "Memory"). */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../base/canonical-json.js';
import { BOOLEAN, DIGEST, HANDLE, JsonMembers } from '../../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../../base/stored-json.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
  removeFileDurably,
  writeFileDurably,
} from '../../keys/durable-file.js';
import type { NodeId } from '../protocol/term.js';
import { ReplicaError } from '../replica/replica-error.js';

export interface WantedKeeper {
  readonly node: NodeId;
  /** It cosigns what it has. */
  readonly isWitness: boolean;
}

export const MAX_KEEPERS = 64;
const MODE = 0o600;

export class WantedKeepers {
  readonly #directory: string;
  readonly #files: DurableFileSystem;
  /** By handle of the ledger; never empty ones. */
  readonly #wanted: Map<string, readonly WantedKeeper[]>;

  private constructor(
    directory: string,
    files: DurableFileSystem,
    wanted: Map<string, readonly WantedKeeper[]>,
  ) {
    this.#directory = directory;
    this.#files = files;
    this.#wanted = wanted;
  }

  /** @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER. */
  static async open(
    dataDirectory: string,
    files: DurableFileSystem = durableFileSystem,
  ): Promise<WantedKeepers> {
    const directory = join(dataDirectory, 'keepers');
    await makeDirectoryDurably(directory, files);
    const names = (await readdir(directory)).filter((name) => NAME.test(name)).sort();
    const all = await Promise.all(names.map((name) => read(directory, name)));
    return new WantedKeepers(directory, files, new Map(all));
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
    const path = join(this.#directory, `${ledger}.json`);
    const sorted = [...keepers].sort((a, b) => (a.node < b.node ? -1 : 1));
    if (sorted.length === 0) {
      await removeFileDurably(path, this.#files);
      this.#wanted.delete(ledger);
      return;
    }
    const content = {
      ledger,
      keepers: sorted.map(({ node, isWitness }) => ({ node, witness: isWitness })),
    };
    const bytes = formatStoredJson(placeOf(`${ledger}.json`), content);
    await writeFileDurably(path, bytes, MODE, this.#files);
    this.#wanted.set(ledger, sorted);
  }
}

async function read(directory: string, name: string): Promise<[string, readonly WantedKeeper[]]> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(directory, name));
  } catch {
    throw damaged(name, 'it cannot be read');
  }
  const content = parseStoredJson(placeOf(name), bytes, {
    damaged: (reason) => damaged(name, reason),
    newer: (format, known) =>
      new ReplicaError(
        'REPLICA_MEMORY_NEWER',
        `${placeOf(name)} has format ${format}; this version reads up to ${known}`,
      ),
  });
  const { ledger, keepers } = fromJson(content, (reason) => damaged(name, reason));
  if (`${ledger}.json` !== name) throw damaged(name, 'it is of another ledger');
  return [ledger, keepers];
}

function fromJson(
  content: JsonObject,
  refuse: (reason: string) => Error,
): { readonly ledger: string; readonly keepers: readonly WantedKeeper[] } {
  const members = new JsonMembers(content, refuse);
  const ledger = members.required('ledger', HANDLE);
  const keepers = members.objects('keepers', MAX_KEEPERS).map((one) => {
    const node = one.required('node', DIGEST) as string as NodeId;
    const isWitness = one.required('witness', BOOLEAN);
    one.end();
    return { node, isWitness };
  });
  members.end();
  return { ledger, keepers };
}

const NAME = /^[0-9a-f]{16}\.json$/;

function placeOf(name: string): string {
  return `keepers/${name}`;
}

function damaged(name: string, reason: string): ReplicaError {
  return new ReplicaError(
    'REPLICA_MEMORY_DAMAGED',
    `${placeOf(name)} is not what was written: ${reason}; put it back, or take it away and say again who keeps the ledger`,
  );
}
