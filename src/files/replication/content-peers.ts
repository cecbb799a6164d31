/** What drives need of other nodes that keep the same ledgers. */

export interface WantedContent {
  readonly origin: string;
  /** 32 bytes. */
  readonly address: Uint8Array;
  readonly isIt: (block: Uint8Array) => boolean;
  /** Somebody waits for it. */
  readonly isUrgent: boolean;
  /** Milliseconds, where there is nobody to ask or nobody answers. */
  readonly patience: number;
  readonly signal?: AbortSignal;
}

export interface ContentPeers {
  /** A chunk as it is stored elsewhere; null if nobody who is linked gives one that `isIt`. */
  fetch(wanted: WantedContent): Promise<Uint8Array | null>;
  /** Others may get this already of a content that is coming in. */
  foretell(origin: string, references: Uint8Array): void;
  /** Bytes of content that went to others since the start: it goes on where that grows. */
  readonly given: number;
  /** How many are linked that may have content of the log. */
  askable(origin: string): number;
  /**
   * Resolves when enough of those who keep the log have all that the references lead to. Only asked of a log that is shared.
   * @throws what `signal` was aborted with.
   */
  holdAtQuorum(origin: string, references: Uint8Array, signal: AbortSignal): Promise<void>;
}

/** `all`: whatever the entries of the ledger refer to. `asked`: what was read here, or written. */
export type Keeping = 'all' | 'asked';

export interface ReplicasSettings {
  /** By names. */
  readonly keepingOf: (tenant: string, ledger: string) => Keeping;
  /** Of chunks that came from others; null for any number. */
  readonly maxBytes: number | null;
  /** Of what nobody waits for. */
  readonly maxBytesPerSecond: number;
  /** How long a put waits while nothing of its content goes to others. */
  readonly quorumMillis: number;
}

/** Monotonic; handed in, so that tests move it. */
export interface ReplicaTimers {
  now(): number;
  after(millis: number, call: () => void): () => void;
}

/** Of one drive that other nodes keep as well. */
export interface ReplicaStatus {
  readonly tenant: string;
  readonly ledger: string;
  readonly origin: string;
  readonly keep: Keeping;
  /** Entries whose content has not been looked for yet. */
  readonly behind: number;
  /** Entries whose content nobody who was asked has given. */
  readonly lacking: number;
}

export interface ReplicasStatus {
  readonly drives: readonly ReplicaStatus[];
  /** Of chunks that came from others. */
  readonly bytes: number;
  readonly maxBytes: number | null;
  /** Chunks that were missing here or altered when somebody read them, and were put back. */
  readonly healed: number;
}
