/**
 * A node without its HTTP: ledgers, epoch log, anchors and seal, opened in the order in which they
 * rest on one another and closed in reverse. `service.ts` puts the interface on top.
 */
import { ACCESS_LEDGER } from './access/access-entry.js';
import type { AnchorStore } from './anchoring/anchor-store.js';
import type { AnchorCandidate } from './anchoring/anchor-wallet.js';
import type { Anchored } from './anchoring/anchored-heads.js';
import type { Anchorer, UnsignedAnchor } from './anchoring/anchorer.js';
import type { EpochStamps, Stamped } from './anchoring/epoch-stamps.js';
import type { EpochWitnesses } from './anchoring/epoch-witnesses.js';
import type { FundingCoin } from './anchoring/funding-coin.js';
import type { NamedSuccession } from './anchoring/named-chain.js';
import { NOBODY_WITNESSES, type Witnessed } from './anchoring/witnessed-heads.js';
import type { Logger } from './base/logger.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { Turns } from './base/turns.js';
import { AnchorLag } from './commands/anchor-lag.js';
import {
  type AnchorNowDeps,
  anchorNow,
  type AnchorStatus,
  anchorStatus,
  followAnchors,
  markEpoch,
} from './commands/anchor-now.js';
import { makeSuccession } from './commands/succeed-anchors.js';
import type { Outpoint } from './evidence/bitcoin/transaction.js';
import type { ChainName } from './evidence/chains.js';
import type { KeyStore } from './keys/key-store.js';
import type { SealSigner } from './keys/seal-signer.js';
import { nodeKey, type TenantKeys, tenantKeys } from './keys/tenant-keys.js';
import type { VaultKeepers } from './keys/vault-keepers.js';
import type { TenantDescriptor } from './ledger/catalog.js';
import type { CommitObserver } from './ledger/commit-observer.js';
import type { LedgerError } from './ledger/ledger-error.js';
import { KEYS_ARE_GONE, LedgerStore, type LedgerStoreOptions } from './ledger/ledger-store.js';
import type { Ledger } from './ledger/ledger.js';
import { type AnchoringOptions, type NodeStamps, openNodeAnchoring } from './node-anchoring.js';
import { beginRun, readOnly } from './node-run.js';
import { compareWithWitnesses, openNodeWitnesses, type Witnessing } from './node-witnesses.js';
import { authorHistories, type HistoryOf } from './queries/author-histories.js';
import type { EpochParts } from './queries/epoch-view.js';
import { LogIdentities } from './queries/log-identity.js';
import type { MarksOf } from './queries/receipt.js';
import type { SuccessionCause } from './records/statement.js';

export interface LedgerNodeOptions {
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly observer: CommitObserver;
  readonly onFailure: (error: LedgerError) => void;
  /** First part of every origin. */
  readonly logName: string;
  readonly seal: SealSigner | null;
  /** Whether the recovery keys on this machine may sign, as development ones do. */
  readonly hasRecoveryKeys: boolean;
  /** Called when the store is open, because the development chain lies in the data directory. */
  readonly openAnchoring: () => Promise<AnchoringOptions>;
  /** Null where no witnesses are asked. */
  readonly witnessing?: Witnessing | null;
  /** Nothing is said without it. */
  readonly logger?: Logger;
  /** As `LedgerStoreOptions`. */
  readonly vaultKeepers?: VaultKeepers;
  readonly recoveryKeyFor?: (tenant: string) => Promise<Uint8Array | null>;
  /** For tests. */
  readonly store?: Partial<LedgerStoreOptions>;
}

export const NODE_TENANT = '_node';
const DEFAULT_TENANT = 'default';
const EPOCHS = 'epochs';

export class LedgerNode {
  readonly store: LedgerStore;
  readonly anchored: Anchored;
  /** Null where nobody is asked. */
  readonly witnesses: EpochWitnesses | null;
  readonly #stamps: NodeStamps;
  readonly anchorer: Anchorer;
  readonly anchors: readonly AnchorStore[];
  readonly identities: LogIdentities;
  readonly chain: ChainName;
  /** Of authors who sign claims. @param tenant handle. */
  readonly historiesOf: (tenant: string) => HistoryOf;
  readonly #keys: Map<string, TenantKeys>;
  readonly #closeAnchoring: () => Promise<void>;
  readonly #options: LedgerNodeOptions;
  readonly #anchoring: AnchorNowDeps;
  /** Two epochs must not be made at once. */
  readonly #anchorTurns = new Turns();
  /** Two ledgers made at once would get one number; two of one name would both be made. */
  readonly #catalogTurns = new Turns();

  private constructor(
    options: LedgerNodeOptions,
    store: LedgerStore,
    keys: Map<string, TenantKeys>,
    anchoring: AnchorNowDeps,
    chain: ChainName,
    history: Anchored,
    anchors: readonly AnchorStore[],
    witnesses: EpochWitnesses | null,
    stamps: NodeStamps,
    closeAnchoring: () => Promise<void>,
  ) {
    this.#options = options;
    this.store = store;
    this.historiesOf = (tenant) => authorHistories(store, tenant);
    this.#keys = keys;
    this.#closeAnchoring = closeAnchoring;
    this.#anchoring = anchoring;
    this.anchored = history;
    this.#stamps = stamps;
    this.anchors = anchors;
    this.witnesses = witnesses;
    this.anchorer = anchoring.anchorer;
    this.chain = chain;
    const { clock, keyStore, seal } = options;
    this.identities = new LogIdentities({
      clock,
      seal,
      recoveryKeyOf: async (tenant) =>
        options.hasRecoveryKeys ? (await keyStore.recoveryKey(tenant)).development : null,
    });
  }

  /**
   * @throws LedgerError LEDGER_READ_ONLY if the data is behind what it showed, or a witness has more, and what the parts
   * throw; then nothing is left open.
   */
  static async open(options: LedgerNodeOptions): Promise<LedgerNode> {
    const { dataDirectory, keyStore } = options;
    const store = await LedgerStore.open({ ...options, ...options.store });
    try {
      const epochs = epochLedger(store);
      const compared = await compareWithWitnesses(options, epochs?.reader ?? null);
      if (compared.refusal !== null) throw readOnly(compared.refusal);
      if (store.allLedgers().some(({ reader }) => reader.isLost)) throw readOnly(KEYS_ARE_GONE);
      const run = await beginRun({ dataDirectory, keyStore, epochs: epochs?.reader ?? null });
      store.allowWrites();
      await store.completeLedgers();
      const nodeTenant = await ensureTenant(store, NODE_TENANT, options.logName);
      await ensureTenant(store, DEFAULT_TENANT, options.logName);
      // Also of tenants that an earlier version made, or whose making a crash cut short.
      for (const tenant of store.tenants()) await ensureAccessLedger(store, tenant);
      const epochLog = epochs ?? (await store.createLedger(nodeTenant, EPOCHS));
      const keys = new Map<string, TenantKeys>();
      for (const { handle } of store.tenants())
        keys.set(handle, tenantKeys(await keyStore.tenantRoot(handle)));
      const { chain, history, anchors, stamps, close, ...anchoring } = await openNodeAnchoring({
        dataDirectory,
        clock: options.clock,
        options: await options.openAnchoring(),
        ledgers: () => store.allLedgers(),
        epochLog,
        indexKeyOf: (tenant) => keysOf(keys, tenant).index,
        random: options.random,
      });
      const lag = new AnchorLag();
      const witnesses = await openNodeWitnesses(options, anchoring.epochs.history, {
        ...compared,
        onContradiction: (reason) => {
          options.onFailure(readOnly(reason));
        },
      });
      await lag.look(epochLog.reader, anchoring.anchorer.settledSize);
      return new LedgerNode(
        options,
        store,
        keys,
        { ...anchoring, lag, keyStore, run },
        chain,
        history,
        anchors,
        witnesses,
        stamps,
        close,
      );
    } catch (cause) {
      await store.close();
      throw cause;
    }
  }

  /** How far entries of an origin have come, each mark by itself. */
  readonly marksOf: MarksOf = (origin) => ({
    witnessed: this.witnessed.sizeOf(origin),
    timestamped: this.stamped.sizeOf(origin),
    anchored: this.anchored.sizeOf(origin),
  });

  get witnessed(): Witnessed {
    return this.witnesses?.heads ?? NOBODY_WITNESSES;
  }

  get seal(): SealSigner | null {
    return this.#options.seal;
  }

  /** @throws Error for a tenant that is not there: callers have authenticated it. */
  tenantNamed(name: string): TenantDescriptor {
    const tenant = this.store.tenantNamed(name);
    if (tenant === undefined) throw new Error('a principal of a tenant that is not there');
    return tenant;
  }

  /** Makes the tenant unless it is there. */
  ensureTenant(name: string): Promise<TenantDescriptor> {
    return this.#catalogTurns.take(() => this.#tenant(name));
  }

  /** @throws LedgerError LEDGER_EXISTS, LEDGER_READ_ONLY. */
  createLedger(tenant: string, name: string): Promise<Ledger> {
    return this.#catalogTurns.take(async () =>
      this.store.createLedger(await this.#tenant(tenant), name),
    );
  }

  /** Takes a tenant that another node made, of which the key store has the keys. @throws LedgerError LEDGER_EXISTS, LEDGER_READ_ONLY. */
  adoptTenant(offered: Omit<TenantDescriptor, 'logName'>): Promise<void> {
    return this.#catalogTurns.take(async () => {
      const { keyStore } = this.#options;
      const tenant = await this.store.adoptTenant({ ...offered, logName: this.#logName });
      this.#keys.set(tenant.handle, tenantKeys(await keyStore.tenantRoot(tenant.handle)));
      // A crash before this leaves a tenant without one: the next opening makes it.
      await ensureAccessLedger(this.store, tenant);
    });
  }

  /** Of logs that are made: a node that has lost its data has another since, so that none goes by the name of a lost one. */
  get #logName(): string {
    const { logName } = this.#options;
    const own = this.tenantNamed(NODE_TENANT).logName;
    return own.startsWith(`${logName}.r`) ? own : logName;
  }

  /** Number of this run, as `Mark.run` counts. */
  get run(): number {
    return this.#anchoring.run;
  }

  /** Makes a ledger of the node's own unless the tenant has it. @throws LedgerError LEDGER_READ_ONLY. */
  ensureLedger(tenant: string, name: string): Promise<void> {
    return this.#catalogTurns.take(() => ensureLedger(this.store, this.tenantNamed(tenant), name));
  }

  /** @param handle of a tenant. */
  tenantKeys(handle: string): TenantKeys {
    return keysOf(this.#keys, handle);
  }

  /** A secret of the node's own for one purpose, the same after a restart. 32 bytes. */
  derivedKey(purpose: string): Uint8Array {
    return nodeKey(this.tenantKeys(this.tenantNamed(NODE_TENANT).handle), purpose);
  }

  /** What auditors follow the epoch log by. */
  get epochs(): EpochParts {
    const { epochs } = this.#anchoring;
    const [anchors] = this.anchors;
    if (anchors === undefined) throw new Error('an epoch log has anchors');
    const { history } = epochs;
    const { chain, witnessed } = this;
    const stamps = this.stamps.store;
    return { epochs: epochs.epochs.reader, history, anchors, stamps, chain, witnessed };
  }

  /** Of all epoch logs that the node has had. */
  get stamped(): Stamped {
    return this.#stamps.all;
  }

  /** Of the epoch log that is written now. */
  get stamps(): EpochStamps {
    return this.#stamps.current;
  }

  anchorStatus(): AnchorStatus {
    return anchorStatus(this.#anchoring);
  }

  /** Makes an epoch and sends it on its way. */
  anchorNow(): Promise<AnchorStatus> {
    return this.#anchorTurns.take(() => anchorNow(this.#anchoring));
  }

  /** Looks how far the anchor on its way has come. */
  followAnchors(): Promise<AnchorStatus> {
    return this.#anchorTurns.take(() => followAnchors(this.#anchoring));
  }

  /** Takes a coin for the next anchor to pay in. @throws AnchoringError as `Anchorer.topUp`. */
  topUpAnchors(outpoint: Outpoint): Promise<FundingCoin> {
    return this.#anchorTurns.take(() => this.anchorer.topUp(outpoint));
  }

  /** Anchors that wait for a signature from elsewhere, oldest first. */
  unsignedAnchors(): readonly UnsignedAnchor[] {
    return this.anchorer.unsigned();
  }

  /** Takes the signatures of one of them. @throws AnchoringError as `Anchorer.accept`. */
  acceptSignedAnchor(psbt: Uint8Array): Promise<AnchorCandidate> {
    return this.#anchorTurns.take(() => this.anchorer.accept(psbt));
  }

  /** Broadcasts the newest signed anchor. @throws AnchoringError as `Anchorer.send`. */
  sendAnchor(): Promise<void> {
    return this.#anchorTurns.take(() => this.anchorer.send());
  }

  /** Begins the successor of a chain that has ended. @throws AnchoringError as `makeSuccession`. */
  succeedAnchors(outpoint: Outpoint | null, cause: SuccessionCause): Promise<NamedSuccession> {
    return this.#anchorTurns.take(() => makeSuccession(this.#anchoring, outpoint, cause));
  }

  /** Finishes what was taken, remembers the heads outside the data directory, and closes. */
  async close(): Promise<void> {
    try {
      await this.#anchorTurns.take(() => markEpoch(this.#anchoring));
    } finally {
      await this.release();
    }
  }

  /** Closes without an epoch: what was not remembered is not. */
  async release(): Promise<void> {
    await this.#closeAnchoring();
    await this.store.close();
  }

  async #tenant(name: string): Promise<TenantDescriptor> {
    const known = this.store.tenantNamed(name);
    if (known !== undefined) return known;
    const tenant = await this.store.createTenant(name, this.#logName);
    const root = await this.#options.keyStore.tenantRoot(tenant.handle);
    this.#keys.set(tenant.handle, tenantKeys(root));
    // A crash before this leaves a tenant without one: the next opening makes it.
    await ensureAccessLedger(this.store, tenant);
    return tenant;
  }
}

/** The node's epoch log; undefined before it was made. */
export function epochLedger(
  store: Pick<LedgerStore, 'tenantNamed' | 'ledgersOf'>,
): Ledger | undefined {
  const node = store.tenantNamed(NODE_TENANT);
  return node && store.ledgersOf(node.handle).find(({ identity }) => identity.name === EPOCHS);
}

export async function ensureTenant(
  store: LedgerStore,
  name: string,
  logName: string,
): Promise<TenantDescriptor> {
  return store.tenantNamed(name) ?? store.createTenant(name, logName);
}

/** `_node` has none: nobody logs in there, and its acts are entered where its operators are. */
export async function ensureAccessLedger(
  store: LedgerStore,
  tenant: TenantDescriptor,
): Promise<void> {
  if (tenant.name !== NODE_TENANT) await ensureLedger(store, tenant, ACCESS_LEDGER);
}

async function ensureLedger(
  store: LedgerStore,
  tenant: TenantDescriptor,
  name: string,
): Promise<void> {
  const isThere = store.ledgersOf(tenant.handle).some(({ identity }) => identity.name === name);
  if (!isThere) await store.createLedger(tenant, name);
}

function keysOf(keys: ReadonlyMap<string, TenantKeys>, handle: string): TenantKeys {
  const found = keys.get(handle);
  if (found === undefined) throw new Error('a tenant whose keys were not loaded');
  return found;
}
