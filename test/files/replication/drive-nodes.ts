/** Nodes that keep a drive together: real stores, tails, chunks and links, in one process. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { TenantName } from '../../../src/access/tenant-name.js';
import { silentLogger } from '../../../src/base/logger.js';
import { RandomPool } from '../../../src/base/random.js';
import type { DrivePort } from '../../../src/files/drive-port.js';
import { Drives } from '../../../src/files/drives.js';
import { parseFilePath } from '../../../src/files/file-path.js';
import type { ReplicasSettings } from '../../../src/files/replication/content-peers.js';
import type { Replicas } from '../../../src/files/replication/replicas.js';
import { tenantKeys } from '../../../src/keys/tenant-keys.js';
import { type Holdings, SharedChunks } from '../../../src/replication/chunks/shared-chunks.js';
import type { Link } from '../../../src/replication/links/link.js';
import { systemTimers } from '../../../src/replication/links/timers.js';
import type { SharingPeer } from '../../../src/replication/replication-settings.js';
import type { Sharing } from '../../../src/replication/shared/sharing.js';
import {
  LEDGER,
  majorityOf,
  type NodeKeys,
  SharingNode,
  TENANT,
} from '../../replication/shared/sharing-node.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { allOf, ANNA, inPieces } from '../../support/test-drives.js';
import { depsOf } from '../../support/test-store.js';

export const PATIENCE = 30_000;
export const NAMES = ['a', 'b', 'c'] as const;
export type Name = (typeof NAMES)[number];

const SETTINGS: ReplicasSettings = {
  keepingOf: () => 'all',
  maxBytes: null,
  maxBytesPerSecond: 2 ** 30,
  quorumMillis: 10_000,
};

export class DriveNode {
  readonly sharing: SharingNode;
  settings: ReplicasSettings = SETTINGS;
  /** What it says to have, where that is not what it has. */
  lies: Partial<Holdings> = {};
  /** Every link that stood. */
  readonly links: Link[] = [];
  #drives: Drives | null = null;
  #chunks: SharedChunks | null = null;

  constructor(root: string, name: Name) {
    this.sharing = new SharingNode(root, name);
  }

  get drives(): Drives {
    if (this.#drives === null) throw new Error('a node that is closed');
    return this.#drives;
  }

  get chunks(): SharedChunks {
    if (this.#chunks === null) throw new Error('a node that is closed');
    return this.#chunks;
  }

  get replicas(): Replicas {
    const { replicas } = this.drives;
    if (replicas === null) throw new Error('a node without peers');
    return replicas;
  }

  get isOpen(): boolean {
    return this.#drives !== null;
  }

  drive(): Promise<DrivePort> {
    return this.drives.find(TENANT as TenantName, LEDGER);
  }

  async share(own: NodeKeys, all: readonly NodeKeys[]): Promise<void> {
    const { opened, root, store } = this.sharing;
    if (opened === null) throw new Error('a node that is closed');
    const keyOf = new Map<string, Uint8Array>();
    const filesKey = (tenant: string): Uint8Array => {
      const key = keyOf.get(tenant);
      if (key === undefined) throw new Error('the keys of a tenant that is not known');
      return key;
    };
    const deps = await depsOf(opened);
    const tenants = async (): Promise<void> => {
      for (const { handle } of store.tenants())
        keyOf.set(handle, tenantKeys(await opened.keyStore.tenantRoot(handle)).files);
    };
    await tenants();
    const drives = await Drives.open({
      ...{ store, random: new RandomPool(), filesKey },
      appending: { ...deps, idempotencyKey: () => new Uint8Array(32).fill(1) },
      directory: join(root, 'data', 'files'),
      createLedger: (_, name) => {
        const tenant = store.tenantNamed(TENANT);
        if (tenant === undefined) throw new Error('there is no such tenant');
        return store.createLedger(tenant, name);
      },
      typeClassesOf: () => ({}),
    });
    this.#drives = drives;
    const holdings: Holdings = {
      get: async (tenant, address) => {
        await tenants();
        return (this.lies.get ?? (() => drives.chunks.get(address, tenant)))(tenant, address);
      },
      hold: async (origin, content, signal) => {
        await tenants();
        return (
          this.lies.hold?.(origin, content, signal) ??
          drives.replicas?.hold(origin, content, signal) ??
          'later'
        );
      },
    };
    const also = (sharing: Sharing): ((peer: SharingPeer, link: Link) => void) => {
      const chunks = new SharedChunks({
        ...{ sharing, holdings, timers: systemTimers, logger: silentLogger },
      });
      this.#chunks = chunks;
      return (peer, link) => {
        this.links.push(link);
        chunks.onLink(peer, link);
      };
    };
    await this.sharing.share(own, all, also);
    const { settings } = this;
    drives.joinPeers({ peers: this.chunks, settings, timers: systemTimers, logger: silentLogger });
  }

  async close(): Promise<void> {
    this.#chunks?.close();
    await this.sharing.links?.close();
    await this.#drives?.close();
    await this.sharing.close();
    this.#chunks = this.#drives = null;
  }
}

/** Three of them. */
export class DriveNodes {
  readonly #nodes = new Map<Name, DriveNode>();
  #keys: NodeKeys[] = [];

  constructor(root: string) {
    for (const name of NAMES) this.#nodes.set(name, new DriveNode(root, name));
  }

  at(name: Name): DriveNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error('three nodes');
    return node;
  }

  open(): DriveNode[] {
    return [...this.#nodes.values()].filter(({ isOpen }) => isOpen);
  }

  /** The first has a drive, and shares it with the others. */
  async begin(): Promise<void> {
    for (const { sharing } of this.#nodes.values()) {
      await sharing.openStore();
      this.#keys.push(await sharing.keys(await freePort()));
    }
    const { sharing: first } = this.at('a');
    await first.store.createTenant(TENANT, 'a.example');
    for (const name of NAMES) await this.at(name).share(this.#keysOf(name), this.#keys);
    await this.at('a').drives.make(TENANT as TenantName, ANNA, LEDGER, { versioning: 'on' });
    await first.shared.setGroup(first.ledger, majorityOf(this.#keys));
    await this.haveAll();
  }

  async stop(name: Name): Promise<void> {
    await this.at(name).close();
  }

  async comesBack(name: Name): Promise<void> {
    const node = this.at(name);
    await node.sharing.openStore();
    await node.share(this.#keysOf(name), this.#keys);
  }

  /** Those that are open have the same entries. */
  async haveAll(): Promise<void> {
    const sizes = (): number[] =>
      this.open().map(({ sharing }) =>
        sharing.shared.all().length === 0 ? 0 : sharing.ledger.reader.head.size,
      );
    await eventually(
      () => new Set(sizes()).size === 1 && (sizes()[0] ?? 0) > 1,
      'the same entries everywhere',
      PATIENCE,
    );
  }

  /** And all of their content. */
  async areCopied(...names: readonly Name[]): Promise<void> {
    const isThere = (name: Name): boolean => {
      const { drives } = this.at(name).replicas.status();
      return drives.length === 1 && drives.every(({ behind, lacking }) => behind + lacking === 0);
    };
    await eventually(() => names.every(isThere), `content at ${names.join()}`, PATIENCE);
  }

  async writer(): Promise<DriveNode> {
    const find = (): DriveNode | undefined =>
      this.open().find(({ sharing }) => sharing.isWriter && sharing.ledger.isWritable);
    await eventually(() => find() !== undefined, 'a writer', PATIENCE);
    const found = find();
    if (found === undefined) throw new Error('a writer was there');
    return found;
  }

  async close(): Promise<void> {
    for (const node of this.open()) await node.close();
  }

  #keysOf(name: Name): NodeKeys {
    const found = this.#keys.find((one) => one.name === name);
    if (found === undefined) throw new Error('three nodes');
    return found;
  }
}

/** Not compressible, and the same each time. */
export function contentOf(length: number, seed: string): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, n = 0; at < length; at += 32, n++)
    createHash('sha256').update(`${seed}/${n}`).digest().copy(bytes, at);
  return bytes;
}

export async function put(drive: DrivePort, path: string, bytes: Uint8Array): Promise<void> {
  const content = await drive.store(inPieces(bytes, 65_536));
  await drive.put(ANNA, parseFilePath(path), content, { mediaType: 'application/octet-stream' });
}

export async function read(node: DriveNode, path: string): Promise<Buffer> {
  const drive = await node.drive();
  await drive.upToDate();
  const newest = drive.newest(parseFilePath(path));
  if (newest === null) throw new Error('there is no such file here');
  return allOf(drive.read((await drive.open(newest)).content));
}
