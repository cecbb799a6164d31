/**
 * All ledgers of a node: opens them in the order of the data (journal, logs, vaults, write state),
 * lets one sequencer write them, and closes them so that the next opening finds nothing to do.
 */
import type { RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import type { KeyStore } from '../keys/key-store.js';
import type { VaultKeepers } from '../keys/vault-keepers.js';
import type { Vault } from '../keys/vault.js';
import { BackupSource } from './backup-source.js';
import type { TenantDescriptor } from './catalog.js';
import type { CommitObserver } from './commit-observer.js';
import type { AppendedUntil, EntryDraft, Outcome } from './entry-draft.js';
import { Forgetter } from './forgetter.js';
import { JournalRotation } from './internal/journal-rotation.js';
import { type AdoptedLedger, LedgerMaker } from './internal/make-ledgers.js';
import { OpenLedgers } from './internal/open-ledgers.js';
import type { OpenLog } from './internal/open-log.js';
import {
  closeRecovered,
  type Opened,
  openRecovered,
  type RecoveryReport,
} from './internal/open-recovered.js';
import type { StoreFileSystems, StoreParts } from './internal/store-parts.js';
import type { Journal } from './journal.js';
import { LedgerError } from './ledger-error.js';
import type { Ledger } from './ledger.js';
import { DEFAULT_LIMITS, Sequencer, type SequencerLimits } from './sequencer.js';
import { SharedLog, type SharedLogParts } from './shared-log.js';
import type { TenantVaults } from './tenant-vaults.js';

export type { RecoveryReport } from './internal/open-recovered.js';

export interface LedgerStoreOptions extends StoreFileSystems {
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly observer: CommitObserver;
  /** Called once, when nothing more may be acknowledged: the process should end. */
  readonly onFailure: (error: LedgerError) => void;
  readonly limits?: Partial<SequencerLimits>;
  /** A journal segment is followed by a new one beyond this many bytes. */
  readonly segmentBytes?: number;
  /** Who must have a vault's key before it is used, and its rows before the key before it is destroyed; nobody without it. */
  readonly vaultKeepers?: VaultKeepers;
  /**
   * Public recovery key of a tenant that is to be made, Ed25519, 32 bytes; null makes a development one, as without it.
   * @throws what keeps the tenant from being made.
   */
  readonly recoveryKeyFor?: (tenant: string) => Promise<Uint8Array | null>;
}

/** What keeps data from being written that are older than a handover. */
export const KEYS_ARE_GONE =
  'the keys of a log are gone that these data name: they were lost, or handed over after the data were copied';
const SEGMENT_BYTES = 32 * 1024 * 1024;

export class LedgerStore {
  readonly report: RecoveryReport;
  readonly forgetter: Forgetter;
  /** For copies of what is stored, while it is written. */
  readonly backupSource: BackupSource;
  readonly #parts: StoreParts;
  readonly #vaults: TenantVaults;
  readonly #journal: Journal;
  readonly #sequencer: Sequencer;
  readonly #rotation: JournalRotation;
  readonly #open: OpenLedgers;
  readonly #maker: LedgerMaker;
  readonly #sharing: SharedLogParts;
  /** By handle of the ledger. */
  readonly #shared = new Map<string, SharedLog>();
  /** Handles of ledgers that nobody finds. */
  readonly #withheld = new Set<string>();
  #refusal: string | null = 'the node has not yet compared itself with what it remembers outside';

  private constructor(
    options: LedgerStoreOptions,
    { parts, vaults, journal, logs, report }: Opened,
  ) {
    this.report = report;
    this.#parts = parts;
    this.#vaults = vaults;
    this.#journal = journal;
    this.#sequencer = new Sequencer({
      ...options,
      journal,
      vaults,
      state: parts.state,
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      betweenCommits: () => this.#rotation.rotateIfLong(),
    });
    this.#open = new OpenLedgers(parts.state, (log, drafts, until) => {
      this.#checkWritable();
      // Nothing can be signed: before anything of it is durable.
      if (log.secrets.keys === 'lost') throw new LedgerError('LEDGER_READ_ONLY', KEYS_ARE_GONE);
      if (log.descriptor.shared === true)
        return this.#submitShared(log, drafts, until ?? 'applied');
      return this.#sequencer.submit(log, drafts, until);
    });
    this.#rotation = new JournalRotation({
      journal,
      parts,
      vaults,
      logs: () => this.#open.logs(),
      segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
      onFailure: (cause) => this.#sequencer.fail(cause),
    });
    this.forgetter = new Forgetter({
      vaults,
      state: parts.state,
      sequencer: this.#sequencer,
      rotation: this.#rotation,
      vaultKeepers: options.vaultKeepers ?? {},
    });
    this.backupSource = new BackupSource({
      vaultDirectory: parts.directory.vault,
      catalog: parts.catalog,
      vaults,
      sequencer: this.#sequencer,
      forgetter: this.forgetter,
      logs: () => this.#open.logs(),
      tenants: () => this.#open.tenants(),
    });
    const writing = {
      ...options,
      parts,
      vaults,
      open: this.#open,
      sequencer: this.#sequencer,
      rotation: this.#rotation,
      checkWritable: () => {
        this.#checkWritable();
      },
    };
    this.#maker = new LedgerMaker(writing);
    const { maxGroupBytes } = { ...DEFAULT_LIMITS, ...options.limits };
    this.#sharing = { ...writing, maxGroupBytes };
    for (const tenant of parts.catalog.tenants()) this.#open.addTenant(tenant);
    for (const log of logs) this.#open.addLog(log);
    for (const ledger of parts.catalog.ledgers()) this.#open.addLedger(ledger);
  }

  /**
   * Reads may begin when it returns; writes after `allowWrites`.
   *
   * @throws LedgerError LEDGER_DAMAGED and everything left as it was; LEDGER_LOCKED;
   * LEDGER_FORMAT_NEWER.
   */
  static async open(options: LedgerStoreOptions): Promise<LedgerStore> {
    return new LedgerStore(options, await openRecovered(options.dataDirectory, options));
  }

  tenants(): readonly TenantDescriptor[] {
    return this.#open.tenants();
  }

  tenantNamed(name: string): TenantDescriptor | undefined {
    return this.#open.tenantNamed(name);
  }

  /** @param handle of the tenant. */
  tenantOf(handle: string): TenantDescriptor | undefined {
    return this.#open.tenant(handle);
  }

  vaultOf(tenant: string): Vault {
    return this.#vaults.get(tenant);
  }

  ledgersOf(tenant: string): readonly Ledger[] {
    return this.#open
      .ledgersOf(tenant)
      .filter(({ identity }) => !this.#withheld.has(identity.handle));
  }

  /** @param handle of the ledger. */
  ledgerOf(handle: string): Ledger | undefined {
    return this.#open.ledger(handle)?.ledger;
  }

  allLedgers(): readonly Ledger[] {
    return this.#open.ledgers().map(({ ledger }) => ledger);
  }

  /** @throws LedgerError LEDGER_UNKNOWN. */
  ledger(tenant: string, name: string): Ledger {
    const ledger = this.#open.ledgerNamed(tenant, name);
    if (ledger === undefined || this.#withheld.has(ledger.identity.handle))
      throw new LedgerError('LEDGER_UNKNOWN', 'there is no such ledger');
    return ledger;
  }

  /**
   * Whether nobody finds a ledger by its name any more: of a shared one that this node has kept, and is to keep no more. Not
   * remembered.
   */
  withhold(handle: string, isWithheld: boolean): void {
    if (isWithheld) this.#withheld.add(handle);
    else this.#withheld.delete(handle);
  }

  /** Entries that wait for a commit. */
  get backlog(): number {
    return this.#sequencer.backlog;
  }

  /** Readers then find all that was durable when this was called. @throws LedgerError LEDGER_FAILED. */
  applied(): Promise<void> {
    return this.#sequencer.applied();
  }

  /** Why nothing is written, or null. */
  get refusal(): string | null {
    return this.#refusal;
  }

  allowWrites(): void {
    this.#refusal = null;
  }

  refuseWrites(reason: string): void {
    this.#refusal = reason;
  }

  /**
   * Makes a tenant with keys of its own; known by its handle in everything that others see.
   *
   * @throws LedgerError LEDGER_EXISTS, LEDGER_READ_ONLY.
   */
  createTenant(name: string, logName: string): Promise<TenantDescriptor> {
    return this.#maker.tenant(name, logName);
  }

  /** @throws LedgerError LEDGER_EXISTS, LEDGER_READ_ONLY. */
  createLedger(tenant: TenantDescriptor, name: string): Promise<Ledger> {
    return this.#maker.ledger(tenant, name);
  }

  /**
   * A tenant that was made on another node, of which the key store has the keys (`KeyStore.adoptTenant`). Asked again, it is
   * the same.
   *
   * @param tenant `logName` is this node's own, `recoveryKey` as it was made.
   * @throws LedgerError LEDGER_EXISTS, LEDGER_READ_ONLY; KeysError KEYS_MISSING.
   */
  adoptTenant(tenant: TenantDescriptor): Promise<TenantDescriptor> {
    return this.#maker.adoptTenant(tenant);
  }

  /**
   * A shared ledger of another node, empty: it is filled by `sharedLog`. Asked again, it is the same.
   *
   * @throws LedgerError LEDGER_EXISTS, LEDGER_UNKNOWN, LEDGER_READ_ONLY.
   */
  adoptLedger(offered: AdoptedLedger): Promise<Ledger> {
    return this.#maker.adoptLedger(offered);
  }

  /**
   * A ledger that is written here is a shared one from here on: it takes only what goes through its `SharedLog`, the first
   * `group` entry too. Durable when it returns.
   *
   * @throws LedgerError LEDGER_UNKNOWN, LEDGER_HANDOVER, LEDGER_READ_ONLY.
   */
  share(handle: string): Promise<void> {
    return this.#maker.share(handle);
  }

  /** For replication: the log of a shared ledger, the same each time. @throws LedgerError LEDGER_UNKNOWN. */
  sharedLog(handle: string): SharedLog {
    const known = this.#shared.get(handle);
    if (known !== undefined) return known;
    const ledger = this.#open.ledger(handle)?.descriptor;
    const last = ledger?.logs.at(-1);
    if (ledger === undefined || last?.shared !== true)
      throw new LedgerError('LEDGER_UNKNOWN', 'there is no such shared ledger');
    const shared = new SharedLog(this.#sharing, ledger, this.#open.log(last.number));
    this.#shared.set(handle, shared);
    return shared;
  }

  /**
   * Closes a ledger's log for good and goes on in a new one, which says what was lost.
   *
   * @param cause for whoever reads it in ten years; 1–256 characters.
   * @throws LedgerError LEDGER_UNKNOWN, LEDGER_READ_ONLY.
   */
  succeed(handle: string, cause: string): Promise<Ledger> {
    return this.#maker.successor(handle, cause);
  }

  /**
   * Gives a ledger's log another pair of keys, by the old ones and the new; the tree goes on under the same origin. The
   * old keys are gone when it returns.
   *
   * @throws LedgerError LEDGER_UNKNOWN, LEDGER_READ_ONLY, LEDGER_HANDOVER.
   */
  rotateKeys(handle: string): Promise<Ledger> {
    return this.#maker.rotateKeys(handle);
  }

  /** Finishes the making of ledgers, and handovers, that a crash cut short. */
  completeLedgers(): Promise<void> {
    return this.#maker.complete();
  }

  /** Finishes what was taken, then leaves everything flushed and the journal empty. */
  async close(): Promise<void> {
    await this.forgetter.close();
    await this.#sequencer.close();
    await this.#maker.settle();
    await this.#rotation.settle();
    try {
      // After a failure the journal is the only truth: it stays as it is for the next opening.
      if (!this.#sequencer.hasFailed) await this.#rotation.finish();
    } finally {
      await closeRecovered(this.#parts, this.#vaults, this.#journal);
    }
  }

  async #submitShared(
    log: OpenLog,
    drafts: readonly EntryDraft[],
    until: AppendedUntil,
  ): Promise<readonly Outcome[]> {
    this.#sequencer.checkSizes(drafts);
    if (log.writer === null)
      throw new LedgerError(
        'LEDGER_ELSEWHERE',
        'another node writes this ledger, or its group is choosing one: ask another member, or later',
      );
    return log.writer(drafts, until);
  }

  #checkWritable(): void {
    if (this.#refusal !== null) throw new LedgerError('LEDGER_READ_ONLY', this.#refusal);
  }
}
