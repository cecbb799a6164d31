/** A node that keeps ledgers together with others: a real store, real keys, a real tail and real links; no HTTP. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex } from '../../../src/base/bytes.js';
import { silentLogger } from '../../../src/base/logger.js';
import { RandomPool } from '../../../src/base/random.js';
import { appendRecords, type RecordResult } from '../../../src/commands/append-records.js';
import { DirectoryKeyStore } from '../../../src/keys/directory-key-store.js';
import type { ScopePlace, StoredScopeAt } from '../../../src/keys/vault.js';
import { erasureDrafts } from '../../../src/ledger/erasure-draft.js';
import type { LedgerStoreOptions } from '../../../src/ledger/ledger-store.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { LogErasures } from '../../../src/ledger/log-erasures.js';
import type { StoredEntry } from '../../../src/ledger/log-reader.js';
import { ReplicaLogs } from '../../../src/ledger/replica-logs.js';
import { openEntry } from '../../../src/queries/opened-entry.js';
import { parseRecordInput } from '../../../src/records/record-input.js';
import { linkKeyOf } from '../../../src/replication/links/link-settings.js';
import type { Link } from '../../../src/replication/links/link.js';
import { Links } from '../../../src/replication/links/links.js';
import { systemTimers } from '../../../src/replication/links/timers.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import { ReplicaMemory } from '../../../src/replication/replica/replica-memory.js';
import type { GroupWish } from '../../../src/replication/replication-port.js';
import {
  parseReplicationSettings,
  type ReplicationSettings,
  type SharingPeer,
} from '../../../src/replication/replication-settings.js';
import { Sharing } from '../../../src/replication/shared/sharing.js';
import { VotingMemory } from '../../../src/replication/shared/voting-memory.js';
import { parseVerifierKey } from '../../../src/tlog/note-key.js';
import { FakeClock } from '../../support/fake-clock.js';
import type { FaultPlan } from '../../support/fault-plan.js';
import { depsOf, openTestStore, type TestStore } from '../../support/test-store.js';

export const TENANT = 'acme';
export const LEDGER = 'kyc';
/** Quicker than a deployment's: links here have no way to go. */
export const TIMING = { announceEvery: 60, silence: 400, election: 600, repeat: 100, away: 1_000 };
export const ERASED_TIMING = { patience: 300, pause: 300 };

export interface NodeKeys {
  readonly name: string;
  readonly linkKey: string;
  readonly receiptKey: NodeId;
  readonly address: string;
}

export class SharingNode {
  readonly name: string;
  readonly root: string;
  opened: TestStore | null = null;
  sharing: Sharing | null = null;
  links: Links | null = null;
  readonly failures: unknown[] = [];
  silentCopies = 0;
  /** Says that it has destroyed, and has not. */
  forgets = false;
  /** May wait, or throw. */
  beforeDestroying: () => Promise<void> = () => Promise.resolve();
  #run = 0;
  #plan: FaultPlan | null = null;

  constructor(root: string, name: string) {
    this.name = name;
    this.root = join(root, name);
  }

  /** @param plan for all its durable steps, in store, key store and tails. */
  async openStore(plan: FaultPlan | null = null): Promise<void> {
    this.#plan = plan;
    this.opened = await openTestStore(this.root, plan === null ? {} : await this.#faulty(plan));
  }

  get store(): TestStore['store'] {
    if (this.opened === null) throw new Error('a node that is closed');
    return this.opened.store;
  }

  get shared(): Sharing {
    if (this.sharing === null) throw new Error('a node that shares nothing');
    return this.sharing;
  }

  get ledger(): Ledger {
    return this.store.ledger(this.store.tenantNamed(TENANT)?.handle ?? '', LEDGER);
  }

  get isWriter(): boolean {
    return this.sharing?.all()[0]?.ledger.state.role.kind === 'writing';
  }

  replicationKeys(): ReturnType<TestStore['keyStore']['beginReplicationKeys']> {
    return this.#keyStore.beginReplicationKeys();
  }

  async keys(port: number): Promise<NodeKeys> {
    const keys = await this.replicationKeys();
    return {
      name: this.name,
      linkKey: linkKeyOf(keys.link.publicKey),
      receiptKey: Buffer.from(keys.receipt.publicKey).toString('hex') as NodeId,
      address: `127.0.0.1:${port}`,
    };
  }

  /** @param also speaks over each link, too: begun once the node shares. */
  async share(
    own: NodeKeys,
    all: readonly NodeKeys[],
    also: (sharing: Sharing) => (peer: SharingPeer, link: Link) => void = () => () => undefined,
  ): Promise<void> {
    const settings: ReplicationSettings = parseReplicationSettings({
      site: `site-${this.name}`,
      listen: own.address,
      peers: all
        .filter(({ name }) => name !== this.name)
        .map((peer) => ({ ...peer, site: `site-${peer.name}`, offers: true })),
    });
    const keys = await this.#keyStore.beginReplicationKeys();
    const directory = join(this.root, 'data', 'replicas');
    const files = this.#plan?.durableFiles('replicas');
    // Before the logs are open: what fails here leaves nothing open.
    await mkdir(directory, { recursive: true });
    const memory = await ReplicaMemory.open(directory, files);
    const logs = await ReplicaLogs.open(directory, files && { files });
    const { store } = this;
    this.sharing = await Sharing.open({
      ...{ settings, receipt: keys.receipt, store, keyStore: this.#keyStore, logs },
      memory,
      votes: await VotingMemory.open(directory),
      run: ++this.#run,
      adoptTenant: async ({ handle, name, recoveryKey, root }) => {
        const { publicKey } = parseVerifierKey(recoveryKey);
        await this.#keyStore.adoptTenant(handle, root, publicKey);
        await store.adoptTenant({ handle, name, recoveryKey, logName: `${this.name}.example` });
      },
      erasing: {
        destroy: async (tenant) => {
          await this.beforeDestroying();
          if (this.forgets) return;
          const { condemned } = store.vaultOf(tenant);
          if (condemned.size > 0) await store.forgetter.destroy(tenant, [...condemned]);
        },
        silentCopies: () => Promise.resolve(this.silentCopies),
        certified: () => Promise.resolve(),
      },
      erasedTiming: ERASED_TIMING,
      ...{ clock: new FakeClock(), random: new RandomPool(), timers: systemTimers },
      ...{ timing: TIMING, logger: silentLogger },
      onFailure: (cause) => this.failures.push(cause),
    });
    const byKey = new Map(settings.peers.map((peer) => [peer.linkKey, peer]));
    const speak = also(this.sharing);
    this.links = await Links.open({
      ...{ settings, keys: keys.link, clock: new FakeClock(), random: new RandomPool() },
      logger: silentLogger,
      onLink: ({ linkKey }, link) => {
        const peer = byKey.get(linkKey);
        if (peer === undefined) return;
        this.shared.onLink(peer, link);
        speak(peer, link);
      },
    });
  }

  async append(subject: string, key: string): Promise<readonly RecordResult[]> {
    if (this.opened === null) throw new Error('a node that is closed');
    const tenant = this.store.tenantNamed(TENANT)?.handle ?? '';
    const record = parseRecordInput({ type: 'test.Record', subject, payload: { key } });
    return appendRecords(
      await depsOf(this.opened),
      { tenant, ledger: LEDGER, author: 'key:test' },
      [{ record, idempotencyKey: key }],
    );
  }

  get tenant(): string {
    return this.store.tenantNamed(TENANT)?.handle ?? '';
  }

  get erasures(): LogErasures {
    return this.store.sharedLog(this.ledger.identity.handle).erasures;
  }

  /** Rows (hex) of the vault that are this person's. */
  async rowsOf(person: string): Promise<readonly string[]> {
    const rows: string[] = [];
    let from: ScopePlace | null = null;
    for (;;) {
      const some: readonly StoredScopeAt[] =
        (await this.store.vaultOf(this.tenant).scopes(from)) ?? [];
      for (const { rowId, scope } of some) if (scope.person === person) rows.push(toHex(rowId));
      const last = some.at(-1);
      if (last === undefined) return rows;
      from = last.next;
    }
  }

  /** As the node that writes does it, without asking whether it may. */
  async erase(person: string, id = '0123456789ab'): Promise<readonly string[]> {
    const rows = await this.rowsOf(person);
    await this.ledger.append(erasureDrafts(id, rows));
    return rows;
  }

  /** What a record says, opened with this node's own vault. */
  async payloadOf(entry: StoredEntry): Promise<unknown> {
    const tenant = this.store.tenantNamed(TENANT)?.handle ?? '';
    const opened = await openEntry(this.store.vaultOf(tenant), entry);
    if (opened.kind !== 'record') throw new Error('no record that can be opened');
    return JSON.parse(Buffer.from(opened.payload.bytes).toString());
  }

  async close(): Promise<void> {
    await this.links?.close();
    await this.sharing?.close();
    await this.opened?.store.close();
    this.links = this.sharing = this.opened = null;
  }

  async #faulty(plan: FaultPlan): Promise<Partial<LedgerStoreOptions>> {
    const dataDirectory = join(this.root, 'data');
    await mkdir(dataDirectory, { recursive: true });
    return {
      keyStore: await DirectoryKeyStore.open({
        directory: join(this.root, 'data.keys'),
        dataDirectory,
        random: new RandomPool(),
        files: plan.durableFiles('keys'),
      }),
      observer: plan.observer,
      openJournalFiles: plan.openJournalFiles,
      durableFiles: plan.durableFiles('data'),
    };
  }

  get #keyStore(): TestStore['keyStore'] {
    if (this.opened === null) throw new Error('a node that is closed');
    return this.opened.keyStore;
  }
}

export function majorityOf(all: readonly NodeKeys[]): GroupWish {
  const quorum = Math.floor(all.length / 2) + 1;
  return {
    members: all.map(({ name, receiptKey: node }) => ({
      ...{ node, site: `site-${name}`, country: null, hasData: true, mayWrite: true },
    })),
    ...{ writeQuorum: quorum, voteQuorum: quorum, sites: 1, countries: null },
  };
}

/** Two keep the data, and the third has a vote. */
export function twoAndAVote(all: readonly NodeKeys[]): GroupWish {
  const group = majorityOf(all);
  return {
    ...group,
    members: group.members.map((member, at) =>
      at < 2 ? member : { ...member, hasData: false, mayWrite: false },
    ),
  };
}
