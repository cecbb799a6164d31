/** A node’s logs that it keeps for peers, on a real directory; what it says is heard here, and links are ends of Noise streams. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex } from '../../../src/base/bytes.js';
import { silentLogger } from '../../../src/base/logger.js';
import { RandomPool } from '../../../src/base/random.js';
import { type DurableFileSystem, durableFileSystem } from '../../../src/keys/durable-file.js';
import { WitnessKeys } from '../../../src/keys/witness-keys.js';
import { ReplicaLogs } from '../../../src/ledger/replica-logs.js';
import type {
  KeeperMessage,
  WitnessWish,
} from '../../../src/replication/keepers/keeper-message.js';
import { KeptBook } from '../../../src/replication/keepers/kept-book.js';
import { KeptLogs } from '../../../src/replication/keepers/kept-logs.js';
import { Witnessing } from '../../../src/replication/keepers/witnessing.js';
import type { Link } from '../../../src/replication/links/link.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import { ReplicaMemory } from '../../../src/replication/replica/replica-memory.js';
import type { KeepingBudget, SharingPeer } from '../../../src/replication/replication-settings.js';
import { ed25519Key } from '../../../src/tlog/ed25519.js';
import { formatVerifierKey } from '../../../src/tlog/note-key.js';
import { eventually } from '../../support/eventually.js';
import { FakeClock } from '../../support/fake-clock.js';
import { type HostileWriter, PINNED } from '../support/hostile-writer.js';
import { link } from '../support/links.js';

export const WRITER = 'a'.repeat(64) as NodeId;
export const STRANGER = 'b'.repeat(64) as NodeId;
export const RECOVERY_KEY = formatVerifierKey(PINNED.recoveryKey);
export const ROOM: KeepingBudget = { maxBytes: 1_000_000, maxLogs: 2 };
const KEY = ed25519Key(new Uint8Array(32).fill(7));
export const KEEPER = toHex(KEY.publicKey);

type Said = Exclude<KeeperMessage, { kind: 'keep' }>;

export interface KeepingOptions {
  readonly files?: DurableFileSystem;
  readonly keeps?: KeepingBudget | null;
  readonly isWitness?: boolean;
  readonly isOwn?: (origin: string) => boolean;
}

export class Keeping {
  readonly kept: KeptLogs;
  readonly memory: ReplicaMemory;
  readonly said: { readonly to: NodeId; readonly message: Said }[];
  readonly failures: unknown[];
  readonly #logs: ReplicaLogs;
  readonly #witness: Witnessing | null;
  readonly dropped: string[] = [];

  private constructor(
    kept: KeptLogs,
    memory: ReplicaMemory,
    logs: ReplicaLogs,
    witness: Witnessing | null,
    heard: Pick<Keeping, 'said' | 'failures'>,
  ) {
    [this.kept, this.memory, this.#logs, this.#witness] = [kept, memory, logs, witness];
    [this.said, this.failures] = [heard.said, heard.failures];
  }

  static async open(
    root: string,
    { files = durableFileSystem, isOwn, isWitness = false, keeps = ROOM }: KeepingOptions = {},
  ): Promise<Keeping> {
    const directory = join(root, 'kept');
    await mkdir(directory, { recursive: true });
    const parts = { clock: new FakeClock(), logger: silentLogger };
    const heard: Pick<Keeping, 'said' | 'failures'> = { said: [], failures: [] };
    const book = await KeptBook.open(directory, files);
    const memory = await ReplicaMemory.open(directory, files, 'kept');
    const keys = isWitness ? await openKeys(root, files) : null;
    const closing: (() => Promise<void>)[] = [() => keys?.close() ?? Promise.resolve()];
    try {
      const witness = keys && (await Witnessing.open({ ...parts, kept: directory, keys, files }));
      const logs = await ReplicaLogs.open(directory, { files });
      closing.push(() => logs.close());
      const kept = await KeptLogs.open({
        ...{ ...parts, book, logs, memory, witness, receipt: KEY },
        peers: [peer(WRITER, keeps), peer(STRANGER, null)],
        isOwn: isOwn ?? (() => false),
        send: (to, message) => heard.said.push({ to, message: message as Said }),
        onOffender: () => undefined,
        onFailure: (cause) => heard.failures.push(cause),
      });
      return new Keeping(kept, memory, logs, witness, heard);
    } catch (cause) {
      for (const close of closing.reverse()) await close().catch(() => undefined);
      throw cause;
    }
  }

  /** A peer says what the log has come to, over a link on which it gives the blocks, or does not. */
  async hear(
    writer: HostileWriter,
    {
      from = WRITER,
      isGiven = true,
      lies = {},
      recoveryKey = RECOVERY_KEY,
      witness = null,
    }: {
      readonly from?: NodeId;
      readonly isGiven?: boolean;
      readonly lies?: Parameters<HostileWriter['announcement']>[0];
      readonly recoveryKey?: string;
      readonly witness?: WitnessWish | null;
    } = {},
  ): Promise<{ close(): Promise<void> }> {
    const made = link();
    if (isGiven) writer.replicateWith(made.ends[1]);
    const announcement = await writer.announcement(lies);
    const { dropped } = this;
    const end = {
      mux: made.ends[0],
      drop: (offence: string) => dropped.push(offence),
    } as unknown as Link;
    this.kept.hear({ node: from, link: end }, { kind: 'keep', announcement, recoveryKey, witness });
    return {
      close: async () => {
        this.kept.forget(end);
        await made.close();
      },
    };
  }

  of<K extends Said['kind']>(kind: K): Extract<Said, { kind: K }>[] {
    return this.said.flatMap(({ message }) =>
      message.kind === kind ? [message as Extract<Said, { kind: K }>] : [],
    );
  }

  /** Entries of the largest receipt. */
  get receipted(): number {
    return Math.max(0, ...this.of('receipt').map(({ receipt }) => receipt.size));
  }

  /** Of the largest head that was cosigned. */
  get cosigned(): number {
    return Math.max(0, ...this.of('cosigned').flatMap(({ line, size }) => (line ? [size] : [])));
  }

  /** Resolves once it is so, or something has failed. */
  until(isSo: () => boolean, what: string): Promise<void> {
    return eventually(() => isSo() || this.failures.length > 0, what);
  }

  async close(): Promise<void> {
    for (const close of [this.kept, this.#witness, this.#logs])
      await close?.close().catch(() => undefined);
  }
}

async function openKeys(root: string, files: DurableFileSystem): Promise<WitnessKeys> {
  const place = { directory: join(root, 'kept.witness'), dataDirectory: join(root, 'kept'), files };
  try {
    return await WitnessKeys.open(place);
  } catch {
    return WitnessKeys.create({ ...place, name: 'k.example', random: new RandomPool() });
  }
}

function peer(receiptKey: NodeId, keeps: KeepingBudget | null): SharingPeer {
  return { receiptKey, keeps, name: receiptKey.slice(0, 1) } as SharingPeer;
}
