/** A store of two ledgers that is closed between calls, so that what lies on disk can be damaged. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeafIndex } from '../../src/base/brand.js';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { salvage, type Salvaged, type SalvageOptions } from '../../src/ledger/salvage.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import type { Statement } from '../../src/records/statement.js';
import { ask, brokenPromises, ClientMemory } from './client-memory.js';
import { corePublicKeyOf, damageBlocks } from './damage-log.js';
import { removeDirectory, temporaryDirectory } from './temporary-directory.js';
import { openTestStore, type TestStore } from './test-store.js';

const LEDGERS = ['kyc', 'audit'] as const;
type LedgerName = (typeof LEDGERS)[number];

export interface Standing {
  readonly origin: string;
  /** Of all logs, oldest first. */
  readonly sizes: readonly number[];
  /** Entry 0 of the log that is written. */
  readonly first: Statement;
}

export class DamagedStore {
  readonly root: string;
  readonly data: string;

  private constructor(root: string) {
    this.root = root;
    this.data = join(root, 'data');
  }

  static async begin(): Promise<DamagedStore> {
    return new DamagedStore(await temporaryDirectory());
  }

  async end(): Promise<void> {
    await removeDirectory(this.root);
  }

  open(): Promise<TestStore> {
    return openTestStore(this.root);
  }

  /** Two more records in every ledger for each round, each record a block. */
  async write(rounds: number, memory = new ClientMemory(), text = ''): Promise<ClientMemory> {
    const opened = await this.open();
    const { store } = opened;
    const tenant = store.tenantNamed('bank') ?? (await store.createTenant('bank', 'example.org'));
    for (const ledger of LEDGERS)
      if (!store.ledgersOf(tenant.handle).some(({ identity }) => identity.name === ledger))
        await store.createLedger(tenant, ledger);
    for (let n = 0; n < rounds; n++)
      for (const ledger of LEDGERS)
        for (const at of [0, 1]) {
          const payload = { at, n, text };
          const wish = { ledger, subject: 'anna', key: `k${n % 3}`, payload, idempotencyKey: null };
          await ask(opened, 'bank', memory, [wish]);
        }
    await store.close();
    return memory;
  }

  /** Writes three more records into `kyc`, and leaves what kill -9 would. */
  async writeAndKill(memory: ClientMemory): Promise<void> {
    const opened = await this.open();
    for (const n of [0, 1, 2])
      await ask(opened, 'bank', memory, [
        { ledger: 'kyc', subject: 'anna', payload: { n }, idempotencyKey: null },
      ]);
    await this.save('killed');
    await opened.store.close();
    await this.putBack('killed');
  }

  /** @param part of the data directory; all of it if none is named. */
  async save(name: string, part = ''): Promise<void> {
    await cp(join(this.data, part), join(this.root, name), { recursive: true });
  }

  async putBack(name: string, part = ''): Promise<void> {
    await rm(join(this.data, part), { recursive: true });
    await cp(join(this.root, name), join(this.data, part), { recursive: true });
  }

  /** @param core of the Hypercores of the ledger, oldest first, counted from 0. */
  async damage(
    kind: 'hole' | 'flip',
    block: number,
    name: LedgerName = 'kyc',
    core = 0,
  ): Promise<void> {
    const key = await corePublicKeyOf(this.data, name, core);
    await damageBlocks(this.data, key, [block], kind);
  }

  async salvage(options: Partial<SalvageOptions> = {}): Promise<Salvaged> {
    const random = new RandomPool();
    const dataDirectory = this.data;
    const directory = join(this.root, 'data.keys');
    return salvage({
      dataDirectory,
      keyStore: await DirectoryKeyStore.open({ directory, dataDirectory, random }),
      random,
      cause: 'a bad sector',
      damaged: 'all',
      progress: () => undefined,
      ...options,
    });
  }

  async standing(name: LedgerName): Promise<Standing> {
    const { store } = await this.open();
    try {
      const { logs, reader } = store.ledger(store.tenantNamed('bank')?.handle ?? '', name);
      const { statement } = await reader.entry(0 as LeafIndex);
      const sizes = logs.map(({ head }) => head.size);
      return { origin: reader.origin, sizes, first: parseStatement(statement) };
    } finally {
      await store.close();
    }
  }

  /** Promises that are broken of entries below what is left of a ledger; of all where nothing is said. */
  async broken(
    memory: ClientMemory,
    left: Partial<Record<LedgerName, number>> = {},
  ): Promise<string[]> {
    const kept = new ClientMemory();
    for (const [origin, key] of memory.verifierKeys) kept.verifierKeys.set(origin, key);
    for (const { wish, receipt } of memory.told) {
      const limit = left[wish.ledger === 'kyc' ? 'kyc' : 'audit'] ?? Infinity;
      if (receipt.index < limit) kept.note(wish, receipt);
    }
    const { store } = await this.open();
    try {
      return await brokenPromises(store, kept);
    } finally {
      await store.close();
    }
  }
}
