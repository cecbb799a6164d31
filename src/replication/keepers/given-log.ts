/** One ledger that this node writes, or keeps with a group that writes it, and those who are to keep it besides. */
import type { LeafIndex, TreeSize, UnixMillis } from '../../base/brand.js';
import { equalBytes } from '../../base/bytes.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { LogReader } from '../../ledger/log-reader.js';
import type { NodeId } from '../protocol/term.js';
import type { Receipt } from '../receipt.js';
import type { CosignedLine } from './cosigned-line.js';
import type { KeepMessage, Refusal } from './keeper-message.js';
import type { WantedKeeper } from './wanted-keepers.js';

/** What a keeper has of the log, by its own signed word. */
export interface Receipted {
  /** Blocks, and entries. */
  readonly length: number;
  readonly size: TreeSize;
}

/** What a keeper has said that cannot be of this log as it is here. */
export type KeeperTrouble =
  /** It has more than there is here: entries were lost here, or another writes as well. */
  | 'ahead'
  /** It has another history. */
  | 'contradicts';

export interface GivenKeeper {
  readonly node: NodeId;
  isWitness: boolean;
  receipt: Receipted | null;
  heardAt: UnixMillis | null;
  refusal: Refusal | null;
  trouble: KeeperTrouble | null;
  /** What the witness says that it has cosigned; null before it said anything. */
  cosigned: TreeSize | null;
  /** Its newest cosignature. */
  line: CosignedLine | null;
  /** Of the head that it heard last on this link, and when, by the monotonic clock. */
  said: { readonly length: number; readonly at: number } | null;
  /** The checkpoint that a cosignature was asked for last, a note, and when, by the monotonic clock. */
  asked: { readonly note: string; readonly at: number } | null;
}

/** Until a keeper that gave no receipt is told again, and one that did. */
export const REPEAT_MILLIS = 1_000;
export const REST_MILLIS = 30_000;

export class GivenLog {
  readonly ledger: Ledger;
  readonly recoveryKey: string;
  /** Made anew where the ledger goes on in another log. */
  readonly reader: LogReader;
  readonly keepers = new Map<NodeId, GivenKeeper>();

  constructor(ledger: Ledger, recoveryKey: string) {
    this.ledger = ledger;
    this.recoveryKey = recoveryKey;
    this.reader = ledger.reader;
  }

  /** Who is not wanted any more is forgotten with all that it said. */
  want(wanted: readonly WantedKeeper[]): void {
    for (const node of this.keepers.keys())
      if (!wanted.some((one) => one.node === node)) this.keepers.delete(node);
    for (const { isWitness, node } of wanted) {
      const known = this.keepers.get(node);
      if (known === undefined) this.keepers.set(node, newKeeper(node, isWitness));
      else known.isWitness = isWitness;
    }
  }

  /** What a keeper is to hear now; null for nothing. @param now monotonic. */
  async nextFor(keeper: GivenKeeper, now: number): Promise<KeepMessage | null> {
    const { keys, origin } = this.reader;
    const { length, size } = this.reader.head;
    const checkpoint = this.reader.checkpoint();
    if (checkpoint === null || !this.ledger.isWritable) return null;
    const isAsked = this.#mayAsk(keeper, size, now);
    if (!isAsked && !isDue(keeper, length, now)) return null;
    const witness = isAsked ? await this.#wishOf(keeper, size) : null;
    return {
      ...{ kind: 'keep', recoveryKey: this.recoveryKey, witness },
      announcement: { origin, keys, checkpoint },
    };
  }

  /** @throws LedgerError as reading. */
  async receipted(keeper: GivenKeeper, receipt: Receipt, at: UnixMillis): Promise<void> {
    keeper.heardAt = at;
    keeper.refusal = null;
    const trouble = await this.#troubleWith(receipt);
    keeper.trouble = trouble;
    if (trouble === null) {
      const { length, size } = receipt;
      if (length >= (keeper.receipt?.length ?? 0)) keeper.receipt = { length, size };
    }
  }

  /** Whether it may be asked for a cosignature of the head: now and then, and not for each. */
  #mayAsk({ asked, isWitness, line }: GivenKeeper, size: TreeSize, now: number): boolean {
    return isWitness && line?.size !== size && now >= (asked?.at ?? -Infinity) + REPEAT_MILLIS;
  }

  async #troubleWith({ length, rootHash, size }: Receipt): Promise<KeeperTrouble | null> {
    const { head } = this.reader;
    if (size > head.size || length > head.length) return 'ahead';
    if (size === 0) return 'contradicts';
    const span = await this.reader.block((size - 1) as LeafIndex);
    const isSame =
      (span.size as number) === size &&
      span.number + 1 === length &&
      equalBytes(await this.reader.rootAt(size), rootHash);
    return isSame ? null : 'contradicts';
  }

  /** From what the witness has; nothing where it has more than there is. */
  async #wishOf({ cosigned }: GivenKeeper, size: TreeSize): Promise<KeepMessage['witness']> {
    const from = cosigned ?? (0 as TreeSize);
    if (from > size) return null;
    const isProven = from > 0 && from < size;
    return { from, proof: isProven ? await this.reader.consistencyProof(from, size) : [] };
  }
}

/** One word is under way at a time: what is written meanwhile goes with the next. */
function isDue({ receipt, said }: GivenKeeper, length: number, now: number): boolean {
  if (said === null) return true;
  const had = receipt?.length ?? 0;
  if (had >= length) return now >= said.at + REST_MILLIS;
  return had >= said.length || now >= said.at + REPEAT_MILLIS;
}

function newKeeper(node: NodeId, isWitness: boolean): GivenKeeper {
  return {
    ...{ node, isWitness, receipt: null, heardAt: null, refusal: null, trouble: null },
    ...{ cosigned: null, line: null, said: null, asked: null },
  };
}
