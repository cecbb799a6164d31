/** A store with ledgers, and its side of blind peers, on a private DHT in this process. */
import { join } from 'node:path';
import HyperDHT from 'hyperdht';
import type { Logger } from '../../../src/base/logger.js';
import { RandomPool } from '../../../src/base/random.js';
import { appendRecords } from '../../../src/commands/append-records.js';
import { parseRecordInput } from '../../../src/records/record-input.js';
import type {
  BlindLogStatus,
  JudgedBlindPeer,
} from '../../../src/replication/blind-peers/blind-peer-status.js';
import {
  BlindPeers,
  type BlindPeersOptions,
} from '../../../src/replication/blind-peers/blind-peers.js';
import { parseReplicationSettings } from '../../../src/replication/replication-settings.js';
import { FakeTimers } from '../../support/fake-timers.js';
import { openDht } from '../../support/local-dht.js';
import { depsOf, openTestStore, type TestStore } from '../../support/test-store.js';
import { keysOf } from '../links/links-fixture.js';

export interface Dht {
  readonly bootstrap: readonly { readonly host: string; readonly port: number }[];
  close(): Promise<void>;
}

export async function dht(): Promise<Dht> {
  const nodes = await openDht(4);
  return {
    bootstrap: nodes.map(({ address }) => address),
    close: async () => {
      for (const one of nodes.reverse()) await one.close();
    },
  };
}

export interface Line {
  readonly level: string;
  readonly event: string;
  readonly fields: unknown;
}

/** What a node says in its log. */
export function linesInto(lines: Line[]): Logger {
  const write =
    (level: string) =>
    (event: string, fields: unknown = {}): void => {
      lines.push({ level, event, fields });
    };
  const logger: Logger = {
    ...{ debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    child: () => logger,
  };
  return logger;
}

export class TestWriter {
  readonly opened: TestStore;
  readonly timers = new FakeTimers();
  readonly lines: Line[] = [];
  readonly #bootstrap: Dht['bootstrap'];
  #dht: HyperDHT | null = null;
  #peers: BlindPeers | null = null;

  private constructor(opened: TestStore, bootstrap: Dht['bootstrap']) {
    this.opened = opened;
    this.#bootstrap = bootstrap;
  }

  static async open(root: string, { bootstrap }: Dht): Promise<TestWriter> {
    return new TestWriter(await openTestStore(join(root, 'writer')), bootstrap);
  }

  async tenant(name: string, ...ledgers: string[]): Promise<void> {
    const { store } = this.opened;
    const tenant = await store.createTenant(name, 'example.org');
    for (const ledger of ledgers) await store.createLedger(tenant, ledger);
  }

  /** One block each. */
  async append(tenant: string, ledger: string, ...payloads: string[]): Promise<void> {
    const { store, clock } = this.opened;
    const handle = store.tenantNamed(tenant)?.handle ?? '';
    const deps = await depsOf(this.opened);
    for (const text of payloads) {
      clock.advance(1_000);
      const record = parseRecordInput({ type: 't', subject: 's', payload: { text } });
      await appendRecords(deps, { tenant: handle, ledger, author: 'key:test' }, [
        { record, idempotencyKey: null },
      ]);
    }
  }

  /** @param blindPeers as in the file of settings. */
  give(
    blindPeers: readonly unknown[],
    countriesOf: BlindPeersOptions['countriesOf'] = () => null,
  ): void {
    const bootstrap = this.#bootstrap.map(({ host, port }) => `${host}:${port}`);
    const settings = parseReplicationSettings({ site: 'a', bootstrap, peers: [], blindPeers });
    const keyPair = keysOf('writer');
    const dialling = new HyperDHT({ bootstrap: this.#bootstrap, keyPair });
    this.#dht = dialling;
    const { store, clock } = this.opened;
    this.#peers = BlindPeers.open({
      ...{ settings: settings.blindPeers, store, clock, countriesOf, timers: this.timers },
      ...{ random: new RandomPool(), logger: linesInto(this.lines) },
      dial: (key) => {
        const stream = dialling.connect(Buffer.from(key), { keyPair });
        stream.on('error', () => undefined);
        return stream;
      },
    });
    this.timers.advance(0);
  }

  peer(name: string): JudgedBlindPeer {
    const found = this.#peers?.status().find((one) => one.name === name);
    if (found === undefined) throw new Error(`${name} is a blind peer`);
    return found;
  }

  log(name: string, ledger: string): BlindLogStatus {
    const found = this.peer(name).logs.findLast((one) => one.ledger === ledger);
    if (found === undefined) throw new Error(`${ledger} is chosen for ${name}`);
    return found;
  }

  /** Time goes on, and all are looked after; the wall clock too. */
  look(millis = 5_000): void {
    this.opened.clock.advance(millis);
    this.timers.advance(millis);
  }

  /** Time goes on, by less while a peer is being dialled: the DHT takes its own. */
  step(name: string): void {
    const { state } = this.peer(name);
    this.look(state === 'dialling' ? 30 : state === 'waiting' ? 1_000 : 5_000);
  }

  /** Whether all that is here has been received, as is known after some more looks. */
  hasReceived(name: string, ledger: string): boolean {
    this.step(name);
    const { blocks, received } = this.log(name, ledger);
    return blocks > 0 && received === blocks;
  }

  async takeBack(): Promise<void> {
    await this.#peers?.close();
    this.#peers = null;
    await this.#dht?.destroy({ force: true });
    this.#dht = null;
  }

  async close(): Promise<void> {
    await this.takeBack();
    await this.opened.store.close();
  }
}
