/**
 * All ledgers of a node: opens them in the order of the data (journal, logs, vaults, write state),
 * lets one sequencer write them, and closes them so that the next opening finds nothing to do.
 */
import { toHex } from '../base/bytes.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import type { KeyStore } from '../keys/key-store.js';
import type { Vault } from '../keys/vault.js';
import { ED25519_NOTE, formatVerifierKey, verifierKey } from '../tlog/note-key.js';
import { EMPTY_EDGE } from '../tlog/tile-tree.js';
import type { LedgerDescriptor, LogDescriptor, TenantDescriptor } from './catalog.js';
import type { CommitObserver } from './commit-observer.js';
import { firstEntry, successorOrigin } from './first-entry.js';
import { OpenLog } from './internal/open-log.js';
import {
  flushAll,
  openVault,
  recoverLogs,
  recoverStates,
  snapshotOf,
} from './internal/recover-store.js';
import {
  closeStoreParts,
  openLogParts,
  openStoreParts,
  type StoreFileSystems,
  type StoreParts,
} from './internal/store-parts.js';
import { Journal } from './journal.js';
import { LedgerError } from './ledger-error.js';
import { Ledger } from './ledger.js';
import { EMPTY_HEAD } from './log-head.js';
import { LogReader } from './log-reader.js';
import { DEFAULT_LIMITS, Sequencer, type SequencerLimits } from './sequencer.js';
import { TenantVaults } from './tenant-vaults.js';

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
}

/** What opening found that a crash had left, and made good. All zero after a clean stop. */
export interface RecoveryReport {
  readonly tornBytes: number;
  readonly logs: readonly {
    readonly origin: string;
    /** Blocks that the log lacked and got from the journal. */
    readonly appended: number;
    /** Blocks that the write state lacked. */
    readonly applied: number;
  }[];
}

const SEGMENT_BYTES = 32 * 1024 * 1024;

export class LedgerStore {
  readonly report: RecoveryReport;
  readonly #options: LedgerStoreOptions;
  readonly #parts: StoreParts;
  readonly #vaults: TenantVaults;
  readonly #journal: Journal;
  readonly #sequencer: Sequencer;
  readonly #ledgers = new Map<string, Ledger>();
  readonly #logs: OpenLog[];
  #flushing: Promise<void> | null = null;
  /** Ends when the tenants and ledgers asked for so far are made: names and numbers are given once. */
  #making: Promise<unknown> = Promise.resolve();
  #refusal: string | null = 'the node has not yet compared itself with what it remembers outside';

  private constructor(
    options: LedgerStoreOptions,
    parts: StoreParts,
    vaults: TenantVaults,
    journal: Journal,
    logs: OpenLog[],
    report: RecoveryReport,
  ) {
    this.#options = options;
    this.#parts = parts;
    this.#vaults = vaults;
    this.#journal = journal;
    this.#logs = logs;
    this.report = report;
    this.#sequencer = new Sequencer({
      journal,
      vaults,
      state: parts.state,
      clock: options.clock,
      random: options.random,
      observer: options.observer,
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      onFailure: options.onFailure,
      betweenCommits: () => this.#rotateIfLong(),
    });
    for (const ledger of parts.catalog.ledgers()) this.#register(ledger);
  }

  /**
   * Reads may begin when it returns; writes after `allowWrites`.
   *
   * @throws LedgerError LEDGER_DAMAGED and everything left as it was; LEDGER_LOCKED;
   * LEDGER_FORMAT_NEWER.
   */
  static async open(options: LedgerStoreOptions): Promise<LedgerStore> {
    const parts = await openStoreParts(options.dataDirectory, options);
    const vaults = new TenantVaults();
    let journal: Journal | null = null;
    try {
      const logs = await recoverLogs(parts, options.keyStore);
      for (const { handle } of parts.catalog.tenants())
        vaults.add(handle, await openVault(parts, options.keyStore, options.random, handle));
      const opened = await recoverStates(parts, logs);
      // A crash up to here leaves the old segments, which say all of this again.
      await flushAll(parts, vaults);
      const open = opened.map(({ log }) => log);
      journal = await Journal.begin(parts.files, parts.journal, snapshotOf(vaults, open));
      await journal.dropSegmentsBefore(journal.currentSegment);
      const report = {
        tornBytes: parts.journal.tornBytes,
        logs: opened.flatMap(({ log, appended, applied }) =>
          appended + applied === 0 ? [] : [{ origin: log.descriptor.origin, appended, applied }],
        ),
      };
      return new LedgerStore(options, parts, vaults, journal, open, report);
    } catch (cause) {
      await closeAll(parts, vaults, journal);
      throw cause;
    }
  }

  tenants(): readonly TenantDescriptor[] {
    return this.#parts.catalog.tenants();
  }

  tenantNamed(name: string): TenantDescriptor | undefined {
    return this.#parts.catalog.tenantNamed(name);
  }

  vaultOf(tenant: string): Vault {
    return this.#vaults.get(tenant);
  }

  ledgersOf(tenant: string): readonly Ledger[] {
    return [...this.#ledgers.values()].filter((ledger) => ledger.identity.tenant === tenant);
  }

  allLedgers(): readonly Ledger[] {
    return [...this.#ledgers.values()];
  }

  /** @throws LedgerError LEDGER_UNKNOWN. */
  ledger(tenant: string, name: string): Ledger {
    const ledger = this.ledgersOf(tenant).find(({ identity }) => identity.name === name);
    if (ledger === undefined) throw new LedgerError('LEDGER_UNKNOWN', 'there is no such ledger');
    return ledger;
  }

  /** Entries that wait for a commit. */
  get backlog(): number {
    return this.#sequencer.backlog;
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

  /** Makes a tenant with keys of its own; known by its handle in everything that others see. */
  createTenant(name: string, logName: string): Promise<TenantDescriptor> {
    return this.#inTurn(async () => {
      if (this.tenantNamed(name) !== undefined)
        throw new LedgerError('LEDGER_EXISTS', 'there is a tenant of that name');
      return this.#orFail(() => this.#makeTenant(name, logName));
    });
  }

  async #makeTenant(name: string, logName: string): Promise<TenantDescriptor> {
    const { keyStore } = this.#options;
    const handle = this.#newHandle();
    // A crash before the catalog's entry leaves keys that nothing names.
    await keyStore.createTenant(handle);
    const recovery = await keyStore.recoveryKey(handle);
    const recoveryKey = formatVerifierKey(
      verifierKey(`${logName}/${handle}`, ED25519_NOTE, recovery.publicKey),
    );
    const tenant = { $v: 1 as const, handle, name, recoveryKey, logName };
    const vault = await openVault(this.#parts, keyStore, this.#options.random, handle);
    await this.#parts.catalog.putTenant(tenant);
    // Not before: a journal that speaks of a vault without a tenant has lost a file of the catalog.
    this.#vaults.add(handle, vault);
    return tenant;
  }

  /** @throws LedgerError LEDGER_EXISTS, LEDGER_READ_ONLY. */
  createLedger(tenant: TenantDescriptor, name: string): Promise<Ledger> {
    return this.#inTurn(async () => {
      if (this.ledgersOf(tenant.handle).some(({ identity }) => identity.name === name))
        throw new LedgerError('LEDGER_EXISTS', 'there is a ledger of that name');
      return this.#orFail(() => this.#makeLedger(tenant, name));
    });
  }

  async #makeLedger(tenant: TenantDescriptor, name: string): Promise<Ledger> {
    const handle = this.#newHandle();
    const origin = `${tenant.logName}/${tenant.handle}/${name}`;
    // A crash before the catalog's entry leaves keys that nothing names; the name is still free.
    const log = await this.#newLog(origin);
    const descriptor = { $v: 1 as const, handle, logs: [log], name, tenant: tenant.handle };
    await this.#parts.catalog.putLedger(descriptor);
    // A crash here leaves a ledger without its first entry: `completeLedgers` appends it.
    await this.#openNew(descriptor, log);
    const ledger = this.#register(descriptor);
    await this.#appendFirst(ledger, tenant);
    return ledger;
  }

  /**
   * Closes a ledger's log for good and goes on in a new one, which says what was lost.
   *
   * @param cause for whoever reads it in ten years; 1–256 characters.
   */
  succeed(handle: string, cause: string): Promise<Ledger> {
    return this.#inTurn(async () => {
      const descriptor = this.#parts.catalog.ledgers().find((ledger) => ledger.handle === handle);
      const tenant = this.tenants().find((one) => one.handle === descriptor?.tenant);
      const ledger = this.#ledgers.get(handle);
      if (descriptor === undefined || tenant === undefined || ledger === undefined)
        throw new LedgerError('LEDGER_UNKNOWN', 'there is no such ledger');
      return this.#orFail(() => this.#goOn(ledger, descriptor, tenant, cause));
    });
  }

  async #goOn(
    { reader }: Ledger,
    descriptor: LedgerDescriptor,
    tenant: TenantDescriptor,
    cause: string,
  ): Promise<Ledger> {
    const log = {
      ...(await this.#newLog(successorOrigin(reader.origin))),
      succeeds: { cause, checkpoint: reader.checkpoint() ?? '', recoveredSize: reader.head.size },
    };
    // A crash before this leaves the ledger as it was, and keys that nothing names.
    const successor = { ...descriptor, logs: [...descriptor.logs, log] };
    await this.#parts.catalog.putLedger(successor);
    // A crash here leaves a log without its first entry: `completeLedgers` appends it.
    await this.#openNew(successor, log);
    const goneOn = this.#register(successor);
    await this.#appendFirst(goneOn, tenant);
    return goneOn;
  }

  /** Gives their first entry to ledgers whose making a crash cut short. */
  async completeLedgers(): Promise<void> {
    for (const ledger of this.#ledgers.values()) {
      const tenant = this.tenants().find(({ handle }) => handle === ledger.identity.tenant);
      if (tenant !== undefined && ledger.reader.head.size === 0)
        await this.#appendFirst(ledger, tenant);
    }
  }

  /** Finishes what was taken, then leaves everything flushed and the journal empty. */
  async close(): Promise<void> {
    await this.#sequencer.close();
    await this.#making;
    await this.#flushing;
    try {
      // After a failure the journal is the only truth: it stays as it is for the next opening.
      if (!this.#sequencer.hasFailed) {
        await flushAll(this.#parts, this.#vaults);
        await this.#journal.rotate(snapshotOf(this.#vaults, this.#logs));
        await this.#journal.dropSegmentsBefore(this.#journal.currentSegment);
      }
    } finally {
      await closeAll(this.#parts, this.#vaults, this.#journal);
    }
  }

  #register(descriptor: LedgerDescriptor): Ledger {
    const logs = descriptor.logs.map((log) => {
      const open = this.#logs.find(({ number }) => number === log.number);
      if (open === undefined) throw new Error('a log of the catalog was not opened');
      return { log: open, reader: new LogReader(open, this.#parts.state) };
    });
    const { name, handle, tenant } = descriptor;
    const ledger = new Ledger({ name, handle, tenant }, logs, (log, drafts) => {
      this.#checkWritable();
      return this.#sequencer.submit(log, drafts);
    });
    this.#ledgers.set(handle, ledger);
    return ledger;
  }

  async #appendFirst(ledger: Ledger, { recoveryKey }: TenantDescriptor): Promise<void> {
    const descriptor = this.#parts.catalog
      .ledgers()
      .find(({ handle }) => handle === ledger.identity.handle);
    const [log, before] = descriptor?.logs.toReversed() ?? [];
    if (log === undefined) throw new Error('a ledger that the catalog does not know');
    const open = this.#logs.find(({ number }) => number === log.number);
    if (open === undefined) throw new Error('a log of the catalog was not opened');
    await this.#sequencer.submitFirst(open, firstEntry(log, before, recoveryKey));
  }

  /** What makes a tenant or a ledger: one at a time, and none once the store is closed. */
  #inTurn<T>(make: () => Promise<T>): Promise<T> {
    const turn = this.#making.then(() => {
      this.#checkWritable();
      this.#sequencer.checkOpen();
      return make();
    });
    // Whoever asked gets the error; the next one needs only the end.
    this.#making = Promise.allSettled([turn]);
    return turn;
  }

  /** Catalog and keys on disk are unknown after an error: nothing more may rest on them. */
  async #orFail<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (cause) {
      if (cause instanceof LedgerError && cause.code === 'LEDGER_CLOSED') throw cause;
      throw this.#sequencer.fail(cause);
    }
  }

  async #openNew(ledger: LedgerDescriptor, log: LogDescriptor): Promise<void> {
    const parts = await openLogParts(this.#parts, this.#options.keyStore, ledger, log);
    const position = { head: EMPTY_HEAD, roots: [], edge: EMPTY_EDGE };
    this.#logs.push(new OpenLog(log, ledger.tenant, parts.hypercore, parts.secrets, position));
  }

  async #newLog(origin: string): Promise<LogDescriptor> {
    const handle = this.#newHandle();
    const keys = await this.#options.keyStore.createLogKeys(handle);
    return {
      corePublicKey: toHex(keys.core.publicKey),
      handle,
      number: this.#parts.catalog.nextLogNumber(),
      origin,
      verifierKey: formatVerifierKey(verifierKey(origin, ED25519_NOTE, keys.note.publicKey)),
    };
  }

  #newHandle(): string {
    return toHex(randomBytes(this.#options.random, 8));
  }

  #checkWritable(): void {
    if (this.#refusal !== null) throw new LedgerError('LEDGER_READ_ONLY', this.#refusal);
  }

  /** Runs between commits, so that the snapshot says exactly what the segments before it say. */
  async #rotateIfLong(): Promise<void> {
    if (this.#journal.segmentBytes < (this.#options.segmentBytes ?? SEGMENT_BYTES)) return;
    if (this.#flushing !== null) return;
    await this.#journal.rotate(snapshotOf(this.#vaults, this.#logs));
    this.#flushing = this.#dropFlushed().finally(() => (this.#flushing = null));
  }

  async #dropFlushed(): Promise<void> {
    const segment = this.#journal.currentSegment;
    try {
      // Until this has returned, the old segments are what a crash is recovered from.
      await flushAll(this.#parts, this.#vaults);
      await this.#journal.dropSegmentsBefore(segment);
    } catch (cause) {
      // The journal still has all of it; but a later flush that says nothing would prove nothing.
      this.#sequencer.fail(cause);
    }
  }
}

/** Each is closed even if one before it cannot be; the first error is thrown. */
async function closeAll(
  parts: StoreParts,
  vaults: TenantVaults,
  journal: Journal | null,
): Promise<void> {
  try {
    await journal?.close();
  } finally {
    try {
      await vaults.close();
    } finally {
      await closeStoreParts(parts);
    }
  }
}
