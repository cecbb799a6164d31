/**
 * What replication does with the log of a shared ledger (docs/decisions/0045-shared-ledgers.md): blocks that the group shows are
 * carried up into the store; as its writer, blocks are made on the head of the store, and carried up once they are shown.
 */
import { equalBytes } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import type { RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import type { KeyStore } from '../keys/key-store.js';
import type { Vault } from '../keys/vault.js';
import type { LedgerDescriptor } from './catalog.js';
import type { EntryDraft, Outcome } from './entry-draft.js';
import { changeKeys } from './internal/change-keys.js';
import type { JournalRotation } from './internal/journal-rotation.js';
import { keysOf, type LogKeys, logKeysOf } from './internal/log-segments.js';
import type { OpenLedgers } from './internal/open-ledgers.js';
import type { OpenLog, SharedWriter } from './internal/open-log.js';
import { type BlocksEnd, placeBlocks } from './internal/place-blocks.js';
import { type Carried, stage, type StagedLog } from './internal/stage.js';
import type { StoreParts } from './internal/store-parts.js';
import { LedgerError } from './ledger-error.js';
import { LogErasures } from './log-erasures.js';
import type { LogHead } from './log-head.js';
import { LogSecrets } from './log-secrets.js';
import type { Sequencer } from './sequencer.js';
import type { TenantVaults } from './tenant-vaults.js';

export interface SharedLogParts {
  readonly parts: StoreParts;
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly vaults: TenantVaults;
  readonly open: OpenLedgers;
  readonly sequencer: Sequencer;
  readonly rotation: JournalRotation;
  /** Bytes of one journal record. */
  readonly maxGroupBytes: number;
  /** @throws LedgerError LEDGER_READ_ONLY. */
  readonly checkWritable: () => void;
}

/** A block that the writer has made and nobody was shown. */
export interface StagedShared {
  readonly block: Uint8Array;
  readonly head: LogHead;
  /** The checkpoint of that head, by the log's own key. */
  readonly note: string;
}

/** What came of drafts: `staged` is null where none of them appends anything, and `outcomes` are then final. */
export type Staging =
  | { readonly staged: StagedShared; readonly outcomes: null }
  | { readonly staged: null; readonly outcomes: readonly Outcome[] };

export class SharedLog {
  readonly #parts: SharedLogParts;
  readonly #log: OpenLog;
  /** Handle. */
  readonly #ledger: string;
  #staged: { readonly shown: StagedShared; readonly carried: StagedLog } | null = null;

  /** @param ledger handle of one that is shared. */
  constructor(parts: SharedLogParts, ledger: LedgerDescriptor, log: OpenLog) {
    this.#parts = parts;
    this.#ledger = ledger.handle;
    this.#log = log;
  }

  /** What the log says of erasures, and this node of them. */
  get erasures(): LogErasures {
    const ledger = this.#parts.open.ledger(this.#ledger)?.ledger;
    assert(ledger !== undefined, 'a log of a ledger');
    return new LogErasures({
      ...{ reader: ledger.reader, vault: this.#vault, state: this.#parts.parts.state },
      logs: () =>
        this.#parts.open
          .logs()
          .filter(
            ({ descriptor, tenant }) => tenant === this.#log.tenant && descriptor.shared === true,
          )
          .map(({ number }) => number),
    });
  }

  /** Handle of the tenant. */
  get tenant(): string {
    return this.#log.tenant;
  }

  get origin(): string {
    return this.#log.descriptor.origin;
  }

  get number(): number {
    return this.#log.number;
  }

  get head(): LogHead {
    return this.#log.head;
  }

  /** All keys of the log as far as it is here, oldest first. */
  get keys(): readonly LogKeys[] {
    return logKeysOf(this.#log.descriptor);
  }

  /** Opens its blocks; the tenant's, 32 bytes. */
  get blockKey(): Uint8Array {
    return this.#log.secrets.block;
  }

  /** Of its first Hypercore, 32 bytes: part of what each block is bound to. */
  get coreKey(): Uint8Array {
    return this.#log.hypercore.key;
  }

  /** C2SP verifier key of whoever speaks for the tenant. */
  get recoveryKey(): string {
    const tenant = this.#parts.open.tenant(this.#log.tenant);
    assert(tenant !== undefined, 'a log has a tenant');
    return tenant.recoveryKey;
  }

  /** Whether the keys that sign now are this node's. */
  get isSignedHere(): boolean {
    return this.#log.secrets.keys === 'own';
  }

  /** Name in the key store of the keys that sign now; null where they are another node's. */
  get keysName(): string | null {
    return this.isSignedHere ? keysOf(this.#log.descriptor) : null;
  }

  /** Takes what is appended to the ledger from here on; null sends those who append elsewhere. */
  setWriter(writer: SharedWriter | null): void {
    this.#log.writer = writer;
  }

  /**
   * Carries up blocks that the group has shown, and that were verified: journal, log and write state, as a commit does. A
   * crash in it leaves some of them, from the first on.
   *
   * @param end signed checkpoint at the end of them, of which the signature has been verified, or where keys ended; null
   * where neither is, and they were verified with what comes behind them.
   * @throws LedgerError LEDGER_DAMAGED with nothing written, LEDGER_READ_ONLY, LEDGER_CLOSED, LEDGER_FAILED.
   */
  async ingest(blocks: readonly Uint8Array[], end: BlocksEnd): Promise<void> {
    this.#parts.checkWritable();
    await this.#parts.sequencer.carry(() => {
      const steps = placeBlocks(this.#log, blocks, end, this.#parts.maxGroupBytes);
      const entries = (steps.at(-1)?.position.head.size ?? this.head.size) - this.head.size;
      this.#condemn(steps);
      return Promise.resolve({ steps: steps.map((step) => [step]), entries });
    });
  }

  /**
   * The log goes on in another Hypercore, by the next keys of `keys`. To be called when the head is where the keys before
   * them end, and before their first block is taken; that brings the entry. Keys that are here already change nothing.
   *
   * @param keys all of the log, oldest first. @param own name in the key store of the last of them, if they are this node's.
   * @throws LedgerError LEDGER_HANDOVER with nothing changed; LEDGER_READ_ONLY, LEDGER_CLOSED, LEDGER_FAILED.
   */
  async changeKeys(keys: readonly LogKeys[], own: string | null): Promise<void> {
    this.#parts.checkWritable();
    await changeKeys(this.#parts, { ledger: this.#ledger, log: this.#log }, keys, own);
  }

  /**
   * Makes the next block, and its checkpoint, and changes nothing but this: the secrets that it rests on are durable when it
   * returns, so that they are here whatever becomes of the block. One block is under way at a time.
   *
   * @throws LedgerError LEDGER_ELSEWHERE where the keys are another node's; as `ingest`.
   */
  async stage(drafts: readonly EntryDraft[]): Promise<Staging> {
    assert(this.#staged === null, 'one block of a shared log is under way at a time');
    this.#parts.checkWritable();
    if (!this.isSignedHere)
      throw new LedgerError('LEDGER_ELSEWHERE', 'another node signs this ledger: ask it');
    const { clock, parts, random, sequencer } = this.#parts;
    const { made } = await sequencer.carry(async (rows) => {
      const one = await stage(this.#log, drafts, { state: parts.state, random, rows }, clock.now());
      // A crash here leaves secrets that nothing rests on.
      return { made: one, entries: 0, steps: rows.all().length === 0 ? [] : [[]] };
    });
    if (made.blocks === null) return { staged: null, outcomes: made.outcomes() };
    const [sealed] = made.blocks;
    const { head, note } = made.position;
    assert(
      sealed !== undefined && note !== null,
      'the checkpoint of a shared log is signed with its block',
    );
    const shown = { block: sealed.block, head, note };
    this.#staged = { shown, carried: made };
    return { staged: shown, outcomes: null };
  }

  /**
   * Carries up the block that was staged, once the group has shown it.
   *
   * @returns what came of its drafts, in their order.
   * @throws LedgerError as `ingest`.
   */
  async commit(staged: StagedShared): Promise<readonly Outcome[]> {
    const { carried } = this.#taken(staged);
    await this.#parts.sequencer.carry(() => {
      assert(
        this.head.length + 1 === staged.head.length,
        'nothing goes on a log between a block and its commit',
      );
      const entries = staged.head.size - this.head.size;
      this.#condemn([carried]);
      return Promise.resolve({ steps: [[carried]], entries });
    });
    this.#staged = null;
    return carried.outcomes();
  }

  /** The block is none of this node's any more: it may still come back by `ingest`. */
  abandon(staged: StagedShared): void {
    this.#taken(staged);
    this.#staged = null;
  }

  /** Those that its blocks rest on. */
  get secrets(): LogSecrets {
    const { sequencer, checkWritable } = this.#parts;
    return new LogSecrets({
      ...{ vault: this.#vault, erasures: () => this.erasures, tenant: this.tenant },
      ...{ blockKey: this.blockKey, coreKey: this.coreKey, sequencer, checkWritable },
    });
  }

  /** What is about to be durable says so: from here on nothing new rests on it. */
  #condemn(carried: readonly Carried[]): void {
    const rows = carried.flatMap(({ erased }) => erased);
    if (rows.length > 0) this.#vault.condemn(rows);
  }

  get #vault(): Vault {
    return this.#parts.vaults.get(this.#log.tenant);
  }

  #taken(staged: StagedShared): { readonly carried: StagedLog } {
    assert(
      this.#staged !== null && equalBytes(this.#staged.shown.block, staged.block),
      'only what was staged is carried up, or let go',
    );
    return this.#staged;
  }
}
