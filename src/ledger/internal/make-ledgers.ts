/**
 * What makes tenants, ledgers and successors: one at a time, because names and numbers are given once.
 * Each is in the catalog before anything is written that rests on it.
 */
import type { RandomSource } from '../../base/random.js';
import { Turns } from '../../base/turns.js';
import type { KeyStore } from '../../keys/key-store.js';
import { KeysError } from '../../keys/keys-error.js';
import type { VaultKeepers } from '../../keys/vault-keepers.js';
import { ED25519_NOTE, formatVerifierKey, verifierKey } from '../../tlog/note-key.js';
import type { LedgerDescriptor, LogDescriptor, TenantDescriptor } from '../catalog.js';
import { firstEntry, successorOrigin } from '../first-entry.js';
import { LedgerError } from '../ledger-error.js';
import type { Ledger, LedgerIdentity } from '../ledger.js';
import type { Sequencer } from '../sequencer.js';
import type { TenantVaults } from '../tenant-vaults.js';
import { checkMayHandOver, completeHandover, lastLogOf, rotateKeys } from './hand-over.js';
import type { JournalRotation } from './journal-rotation.js';
import type { LogKeys } from './log-segments.js';
import { newHandle, newLog, openNewLog } from './new-log.js';
import type { OpenLedgers } from './open-ledgers.js';
import { escrowOf, openVault } from './recover-store.js';
import type { StoreParts } from './store-parts.js';

export interface MakerParts {
  readonly parts: StoreParts;
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  readonly vaults: TenantVaults;
  readonly open: OpenLedgers;
  readonly sequencer: Sequencer;
  readonly rotation: JournalRotation;
  /** @throws LedgerError LEDGER_READ_ONLY. */
  readonly checkWritable: () => void;
  readonly vaultKeepers?: VaultKeepers;
  readonly recoveryKeyFor?: (tenant: string) => Promise<Uint8Array | null>;
}

/** What a peer offers of a ledger that it keeps. */
export interface AdoptedLedger extends LedgerIdentity {
  readonly origin: string;
  /** All that the log has had, oldest first. It begins with the first; the others come by `SharedLog.changeKeys`. */
  readonly keys: readonly LogKeys[];
}

export class LedgerMaker {
  readonly #parts: MakerParts;
  readonly #turns = new Turns();

  constructor(parts: MakerParts) {
    this.#parts = parts;
  }

  tenant(name: string, logName: string): Promise<TenantDescriptor> {
    return this.#inTurn(async () => {
      if (this.#parts.open.tenantNamed(name) !== undefined)
        throw new LedgerError('LEDGER_EXISTS', 'there is a tenant of that name');
      const recoveryKey = (await this.#parts.recoveryKeyFor?.(name)) ?? null;
      return this.#orFail(() => this.#makeTenant(name, logName, recoveryKey));
    });
  }

  /** One that was made on another node; its keys are in the key store. */
  adoptTenant(tenant: TenantDescriptor): Promise<TenantDescriptor> {
    return this.#inTurn(async () => {
      const { open, keyStore } = this.#parts;
      const known = open.tenant(tenant.handle);
      const named = open.tenantNamed(tenant.name);
      if (named !== undefined && named.handle !== tenant.handle)
        throw new LedgerError('LEDGER_EXISTS', 'there is another tenant of that name');
      if (known !== undefined && (known !== named || known.recoveryKey !== tenant.recoveryKey))
        throw new LedgerError('LEDGER_EXISTS', 'this tenant is here already, as another one');
      if (known !== undefined) return known;
      // Nothing has been made yet where they are not there.
      await keyStore.tenantRoot(tenant.handle);
      // Those of a vault that this node had, and lost with its data, stay what they are: the new one is no continuation of it.
      const first = Math.min(...(await keyStore.vaultGenerations(tenant.handle)));
      const begun = Number.isSafeInteger(first) && first > 1 ? { firstVault: first } : {};
      return this.#orFail(() => this.#beginTenant({ ...tenant, ...begun }));
    });
  }

  /** A ledger of another node, empty; its log goes on by what its group agrees on. */
  adoptLedger({ handle, name, tenant, origin, keys }: AdoptedLedger): Promise<Ledger> {
    return this.#inTurn(() => {
      const { open, parts, random } = this.#parts;
      const there = open.ledgerNamed(tenant, name);
      if (there !== undefined) {
        const isSame = there.identity.handle === handle && there.reader.origin === origin;
        if (!isSame) throw new LedgerError('LEDGER_EXISTS', 'there is another ledger of that name');
        return Promise.resolve(there);
      }
      const [first] = keys;
      const isOfName = origin.split('/').slice(1, 3).join('/') === `${tenant}/${name}`;
      if (first === undefined || !isOfName || open.tenant(tenant) === undefined)
        throw new LedgerError('LEDGER_UNKNOWN', 'what was offered is not a ledger of that tenant');
      if (open.ledger(handle) !== undefined)
        throw new LedgerError('LEDGER_EXISTS', 'this ledger is here already, as another one');
      const { corePublicKey, verifierKey: firstKey } = first;
      const log: LogDescriptor = {
        ...{ corePublicKey, elsewhere: true, handle: newHandle(random) },
        ...{ number: parts.catalog.nextLogNumber(), origin, shared: true, verifierKey: firstKey },
      };
      return this.#orFail(() => this.#open({ handle, logs: [log], name, tenant }, log));
    });
  }

  /** From here on the ledger's log takes only what its group agrees on. */
  share(handle: string): Promise<void> {
    return this.#inTurn(async () => {
      const { descriptor } = this.#known(handle);
      const { open, parts, sequencer } = this.#parts;
      const last = lastLogOf(descriptor);
      if (last.shared === true) return;
      checkMayHandOver(last, open.tenant(descriptor.tenant));
      const log = open.log(last.number);
      if (log.secrets.keys !== 'own' || log.head.size === 0 || last.next !== undefined)
        throw new LedgerError(
          'LEDGER_HANDOVER',
          'only a ledger that is written here, and whose keys are not being changed, can be shared',
        );
      await this.#orFail(() =>
        sequencer.exclusive(async () => {
          const shared: LogDescriptor = { ...last, shared: true };
          const changed = { ...descriptor, logs: [...descriptor.logs.slice(0, -1), shared] };
          // A crash before this leaves the ledger as it was, and one after it a shared one.
          await parts.catalog.putLedger(changed);
          log.handOver({ descriptor: shared, hypercore: log.hypercore, secrets: log.secrets });
          open.describe(changed);
        }),
      );
      // What was taken before is not the group's to agree on: it is all there before the group begins.
      await sequencer.drained(log);
    });
  }

  ledger(tenant: TenantDescriptor, name: string): Promise<Ledger> {
    return this.#inTurn(() => {
      if (this.#parts.open.ledgerNamed(tenant.handle, name) !== undefined)
        throw new LedgerError('LEDGER_EXISTS', 'there is a ledger of that name');
      return this.#orFail(() => this.#makeLedger(tenant, name));
    });
  }

  successor(handle: string, cause: string): Promise<Ledger> {
    return this.#inTurn(() => {
      const known = this.#known(handle);
      if (known.ledger.reader.isShared)
        throw new LedgerError('LEDGER_ELSEWHERE', 'the group of a shared ledger goes on with it');
      return this.#orFail(() => this.#goOn(known.ledger, known.descriptor, cause));
    });
  }

  /** Gives the log that is written now another pair of keys, and destroys the old ones. */
  rotateKeys(handle: string): Promise<Ledger> {
    return this.#inTurn(async () => {
      const { ledger, descriptor } = this.#known(handle);
      const owner = this.#parts.open.tenant(descriptor.tenant);
      for (const log of descriptor.logs.slice(-1)) checkMayHandOver(log, owner);
      await this.#orFail(() => rotateKeys(this.#parts, descriptor));
      return ledger;
    });
  }

  /** Finishes what a crash cut short: the first entry of a log, and the one after a handover. */
  async complete(): Promise<void> {
    for (const { descriptor, ledger } of this.#parts.open.ledgers())
      // What has lost its keys is written by its successor.
      if (!ledger.reader.isLost)
        if (ledger.reader.head.size === 0 && !ledger.reader.isShared)
          await this.#appendFirst(descriptor);
        else await completeHandover(this.#parts, descriptor);
  }

  /** Ends when the tenants and ledgers asked for so far are made. */
  async settle(): Promise<void> {
    await this.#turns.take(() => Promise.resolve());
  }

  async #makeTenant(
    name: string,
    logName: string,
    officers: Uint8Array | null,
  ): Promise<TenantDescriptor> {
    const { keyStore, random } = this.#parts;
    const handle = newHandle(random);
    // A crash before the catalog's entry leaves keys that nothing names, perhaps also in escrow.
    await keyStore.createTenant(handle, officers);
    const recovery = await keyStore.recoveryKey(handle);
    const recoveryKey = formatVerifierKey(
      verifierKey(`${logName}/${handle}`, ED25519_NOTE, recovery.publicKey),
    );
    return this.#beginTenant({ handle, name, recoveryKey, logName });
  }

  /** Of which the keys are there. */
  async #beginTenant(tenant: TenantDescriptor): Promise<TenantDescriptor> {
    const { keyStore, open, parts, random, vaults, vaultKeepers = {} } = this.#parts;
    const { handle } = tenant;
    const escrow = await escrowOf(vaultKeepers, tenant);
    const { firstVault: first = 1 } = tenant;
    await escrow?.keep(first, await keyStore.vaultKey(handle, first));
    const vault = await openVault(parts, keyStore, random, tenant, escrow);
    await parts.catalog.putTenant(tenant);
    // Not before: a journal that speaks of a vault without a tenant has lost a file of the catalog.
    vaults.add(handle, vault);
    open.addTenant(tenant);
    return tenant;
  }

  async #makeLedger(tenant: TenantDescriptor, name: string): Promise<Ledger> {
    const handle = newHandle(this.#parts.random);
    // A crash before the catalog's entry leaves keys that nothing names; the name is still free.
    const log = await this.#newLog(`${tenant.logName}/${tenant.handle}/${name}`);
    return this.#begin({ handle, logs: [log], name, tenant: tenant.handle }, log);
  }

  async #goOn({ reader }: Ledger, descriptor: LedgerDescriptor, cause: string): Promise<Ledger> {
    // A crash before the catalog's entry leaves the ledger as it was, and keys that nothing names.
    const log = {
      ...(await this.#newLog(successorOrigin(reader.origin))),
      succeeds: { cause, checkpoint: reader.checkpoint() ?? '', recoveredSize: reader.head.size },
    };
    return this.#begin({ ...descriptor, logs: [...descriptor.logs, log] }, log);
  }

  /** Puts a ledger whose last log is new into the catalog and opens it. */
  async #begin(ledger: LedgerDescriptor, log: LogDescriptor): Promise<Ledger> {
    // A crash in it, or behind it, leaves a log without its first entry: `complete` appends it.
    const begun = await this.#open(ledger, log);
    await this.#appendFirst(ledger);
    return begun;
  }

  async #open(ledger: LedgerDescriptor, log: LogDescriptor): Promise<Ledger> {
    const { keyStore, open, parts } = this.#parts;
    await parts.catalog.putLedger(ledger);
    open.addLog(await openNewLog(parts, keyStore, ledger, log));
    return open.addLedger(ledger);
  }

  async #appendFirst({ logs, tenant }: LedgerDescriptor): Promise<void> {
    const { open, sequencer } = this.#parts;
    const owner = open.tenant(tenant);
    const [log, before] = logs.toReversed();
    if (log === undefined || owner === undefined) throw new Error('a ledger of nobody');
    await sequencer.submitFirst(open.log(log.number), firstEntry(log, before, owner.recoveryKey));
  }

  #known(handle: string): NonNullable<ReturnType<OpenLedgers['ledger']>> {
    const known = this.#parts.open.ledger(handle);
    if (known === undefined) throw new LedgerError('LEDGER_UNKNOWN', 'there is no such ledger');
    return known;
  }

  #newLog(origin: string): Promise<LogDescriptor> {
    const { keyStore, parts, random } = this.#parts;
    return newLog(origin, { keyStore, random, number: parts.catalog.nextLogNumber() });
  }

  /** None once the store is closed. */
  #inTurn<T>(make: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      this.#parts.checkWritable();
      this.#parts.sequencer.checkOpen();
      return make();
    });
  }

  /** Catalog and keys on disk are unknown after an error: nothing more may rest on them. */
  async #orFail<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (cause) {
      if (cause instanceof LedgerError && cause.code === 'LEDGER_CLOSED') throw cause;
      // Nothing names what was made so far.
      if (cause instanceof KeysError && cause.code === 'KEYS_ESCROW_FAILED') throw cause;
      throw this.#parts.sequencer.fail(cause);
    }
  }
}
