/** What the operator's side of a node sees of keepers: of its own ledgers, and of others' logs that it keeps. */
import type { TreeSize, UnixMillis } from '../../base/brand.js';
import type { NodeId } from '../protocol/term.js';
import type { KeeperTrouble } from './given-log.js';
import type { Refusal } from './keeper-message.js';
import type { WantedKeeper } from './wanted-keepers.js';

export interface KeeperStatus {
  readonly node: NodeId;
  /** Of the list of peers; null of one that is not on it. */
  readonly name: string | null;
  readonly isWitness: boolean;
  readonly isLinked: boolean;
  /** Blocks and entries that it has given a receipt for; null where that is not known since the start. */
  readonly length: number | null;
  readonly size: number | null;
  readonly heardAt: UnixMillis | null;
  /** Of the newest checkpoint that it has cosigned; null where there is none since the start. */
  readonly cosigned: TreeSize | null;
  readonly refusal: Refusal | null;
  readonly trouble: KeeperTrouble | null;
}

/** A ledger that others are to keep. */
export interface KeptLedgerStatus {
  /** Names. */
  readonly tenant: string;
  readonly ledger: string;
  readonly origin: string;
  /** Whether this node writes it: only then it is said to keepers. */
  readonly isWriter: boolean;
  readonly length: number;
  readonly size: number;
  readonly keepers: readonly KeeperStatus[];
}

/** A log that this node keeps for another. */
export interface KeptLogStatus {
  readonly origin: string;
  /** Whose limits it counts against. */
  readonly for: NodeId;
  /** Of the list of peers. */
  readonly name: string | null;
  /** Blocks and entries that it has given receipts for. */
  readonly length: number;
  readonly size: number;
  readonly heardAt: UnixMillis | null;
  readonly isFull: boolean;
  readonly alarm: {
    readonly at: UnixMillis;
    readonly code: string;
    readonly detail: string;
  } | null;
}

export interface KeepingStatus {
  readonly peer: string;
  readonly logs: number;
  readonly bytes: number;
  readonly maxLogs: number;
  readonly maxBytes: number;
}

export interface KeepersStatus {
  readonly ledgers: readonly KeptLedgerStatus[];
  readonly kept: readonly KeptLogStatus[];
  /** Of each peer that logs are kept for. */
  readonly rooms: readonly KeepingStatus[];
  /** Verifier key by which this node cosigns; null where it is no witness. */
  readonly witness: string | null;
}

export interface KeepersPort {
  status(): KeepersStatus;
  /** Null of a ledger that nobody is to keep. @throws LedgerError LEDGER_UNKNOWN. */
  statusOf(tenant: string, ledger: string): KeptLedgerStatus | null;
  /**
   * Durable when it returns; whom it names is told then.
   *
   * @throws ReplicationError KEEPERS_REFUSED; LedgerError LEDGER_UNKNOWN.
   */
  set(tenant: string, ledger: string, keepers: readonly WantedKeeper[]): Promise<void>;
  /** How many are to keep the log with this origin. */
  countOf(origin: string): number;
  /**
   * Resolves when so many keepers have given receipts for the first `size` entries, or `signal` is aborted.
   *
   * @returns how many have.
   */
  atKeepers(origin: string, size: number, count: number, signal: AbortSignal): Promise<number>;
  /** The checkpoint with the cosignatures of keepers that are over it. */
  withCosignatures(origin: string, note: string): string;
  /** The newest checkpoint that a keeper has cosigned, with all cosignatures over it; null where there is none since the start. */
  newestCosigned(origin: string): string | null;
  /** The file that shows to anyone that the key of a log that is kept told two histories; null where there is none. */
  misbehaviour(origin: string): Promise<Uint8Array | null>;
}
