/** The key store as a directory (docs/formats/vault.md): the default, and what development uses. */
import { readdir, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { toBase64 } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { assert } from '../base/errors.js';
import { arrayOf, base64Of, BOOLEAN, COUNT, type JsonMembers } from '../base/json-members.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { systemErrorCode } from '../base/system-error.js';
import { type DurableFileSystem, durableFileSystem } from './durable-file.js';
import { KeyDirectory } from './internal/key-directory.js';
import { damagedKeyFile, missingKeyFile } from './internal/key-file.js';
import { NODE_FILE, type NodeFile, nodeContent, openNode, readNode } from './internal/node-file.js';
import { type KeyPair, keyPairOf, signDetached } from './key-pair.js';
import type {
  AnchorKey,
  DevelopmentAuthorityKeys,
  KeyStore,
  LogKeys,
  LogPublicKeys,
  NoteKey,
  ReplicationKeys,
  RestoredTenant,
  SealKeys,
  TenantRecoveryKey,
} from './key-store.js';
import { KeysError } from './keys-error.js';
import { type Mark, markContent, NODE_ID, readMark } from './mark.js';

const KEY_LENGTH = 32;
const KEY = base64Of(KEY_LENGTH);
const DER = base64Of();
const MAX_CHAIN = 10;
const VAULT_KEY = /^tenant\..*\.vault\./;
const DEVELOPMENT_AUTHORITY = 'development-authority.json';
const ANCHOR = 'anchor.json';
const REPLICATION = 'replication.json';
const OLD_ANCHOR = /^anchor\.([1-9][0-9]{0,8})\.json$/;
const HANDLE = /^[0-9a-z]{1,64}$/;

export interface DirectoryKeyStoreOptions {
  readonly directory: string;
  /** Where the keys must not lie. */
  readonly dataDirectory: string;
  readonly random: RandomSource;
  readonly files?: DurableFileSystem;
}

/** What escrow and the data directory say of the keys of a node. */
export interface RestoredKeys {
  readonly nodeId: string;
  readonly tenants: readonly RestoredTenant[];
  readonly logs: readonly LogPublicKeys[];
  /** Of the data. */
  readonly run: number;
}

export class DirectoryKeyStore implements KeyStore {
  readonly nodeId: string;
  readonly #keys: KeyDirectory;
  readonly #random: RandomSource;
  /** Files that a node has one of, and that have been written: one that is missing was lost. */
  readonly #ownFiles: Set<string>;

  private constructor(keys: KeyDirectory, random: RandomSource, { nodeId, files }: NodeFile) {
    this.#keys = keys;
    this.#random = random;
    this.nodeId = nodeId;
    this.#ownFiles = new Set(files);
  }

  /**
   * Makes the directory if there is none.
   *
   * @throws KeysError KEYS_STORE_UNSAFE if others can read it or any file in it, or if it lies in
   * the data directory; KEYS_MISSING, also if it is empty and the data directory is not;
   * KEYS_FILE_DAMAGED.
   */
  static async open(options: DirectoryKeyStoreOptions): Promise<DirectoryKeyStore> {
    const { directory, dataDirectory, random, files = durableFileSystem } = options;
    const keys = await KeyDirectory.open(directory, dataDirectory, files);
    return new DirectoryKeyStore(keys, random, await openNode(keys, random, dataDirectory));
  }

  /**
   * One that is there, to be looked at: nothing is made, and what a crash left stays.
   *
   * @throws KeysError as `open`; KEYS_MISSING if it is empty.
   */
  static async openUnchanged({
    directory,
    dataDirectory,
    random,
  }: DirectoryKeyStoreOptions): Promise<DirectoryKeyStore> {
    const keys = await KeyDirectory.openUnchanged(directory, dataDirectory);
    return new DirectoryKeyStore(keys, random, await keys.read(NODE_FILE, readNode));
  }

  /**
   * Makes the store of a node anew, from escrow. Its mark is of a later run than the data's, so that nobody writes
   * before they go on in logs with new keys. Whole when it returns; a crash leaves `<directory>.restoring`, which the
   * next try begins anew.
   *
   * @throws KeysError KEYS_EXISTS if there is anything at `directory`.
   */
  static async restore(options: DirectoryKeyStoreOptions, from: RestoredKeys): Promise<void> {
    const { directory, dataDirectory, random, files = durableFileSystem } = options;
    if ((await namesIn(directory)).length > 0)
      throw new KeysError('KEYS_EXISTS', 'there is something at the place of the new key store');
    const aside = `${directory}.restoring`;
    await rm(aside, { recursive: true, force: true });
    const keys = await KeyDirectory.open(aside, dataDirectory, files);
    const { nodeId, tenants, logs, run } = from;
    await keys.create(NODE_FILE, nodeContent(nodeId, []));
    for (const { handle, root, recoveryKey, generation, vaultKey } of tenants) {
      await keys.create(tenantFile(handle, 'recovery'), { publicKey: toBase64(recoveryKey) });
      const vault = { generation, key: toBase64(vaultKey) };
      await keys.create(vaultFile(handle, generation), vault);
      await keys.create(tenantFile(handle, 'root'), { root: toBase64(root) });
    }
    for (const { handle, core, note } of logs) {
      const lost = { corePublicKey: toBase64(core), notePublicKey: toBase64(note) };
      await keys.create(logFile(handle), lost);
    }
    const store = new DirectoryKeyStore(keys, random, { nodeId, files: [] });
    await store.putMark({ epochs: null, run: run + 1 });
    // In the place of nothing, or of an empty directory.
    await files.rename(aside, directory);
    await files.syncDirectory(dirname(resolve(directory)));
  }

  async createLogKeys(handle: string): Promise<LogKeys> {
    const [core, note] = [this.#fresh(), this.#fresh()];
    await this.#keys.create(logFile(handle), { core: toBase64(core), note: toBase64(note) });
    return logKeysOf(core, note);
  }

  async logKeys(handle: string): Promise<LogKeys> {
    return this.#keys.read(logFile(handle), (members) => {
      const core = members.optional('core', KEY);
      return core === undefined
        ? lostLogKeys(members)
        : logKeysOf(core, members.required('note', KEY));
    });
  }

  async destroyLogKeys(handle: string): Promise<void> {
    await this.#keys.retire(logFile(handle), this.#random);
  }

  async createTenant(handle: string, recoveryKey: Uint8Array | null): Promise<void> {
    const recovery =
      recoveryKey === null
        ? { seed: toBase64(this.#fresh()) }
        : { publicKey: toBase64(recoveryKey) };
    await this.#keys.create(tenantFile(handle, 'recovery'), recovery);
    await this.createVaultKey(handle, 1);
    // The root last: a tenant whose root is there has everything else. A crash before it leaves
    // files under a handle that nothing names.
    await this.#keys.create(tenantFile(handle, 'root'), { root: toBase64(this.#fresh()) });
  }

  async tenantRoot(handle: string): Promise<Uint8Array> {
    return this.#keys.read(tenantFile(handle, 'root'), (members) => members.required('root', KEY));
  }

  async recoveryKey(handle: string): Promise<TenantRecoveryKey> {
    return this.#keys.read(tenantFile(handle, 'recovery'), (members) => {
      const seed = members.optional('seed', KEY);
      if (seed === undefined)
        return { publicKey: members.required('publicKey', KEY), development: null };
      const development = noteKeyOf(keyPairOf(seed));
      return { publicKey: development.publicKey, development };
    });
  }

  async vaultGenerations(handle: string): Promise<number[]> {
    const prefix = tenantFile(handle, 'vault').replace(/json$/, '');
    return (await this.#keys.names())
      .filter((name) => name.startsWith(prefix))
      .map((name) => /^([1-9][0-9]{0,9})\.json$/.exec(name.slice(prefix.length))?.[1])
      .filter((generation) => generation !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
  }

  async vaultKey(handle: string, generation: number): Promise<Uint8Array> {
    const file = vaultFile(handle, generation);
    return this.#keys.read(file, (members) => {
      if (members.required('generation', COUNT) !== generation) throw damagedKeyFile(file);
      return members.required('key', KEY);
    });
  }

  async createVaultKey(handle: string, generation: number): Promise<Uint8Array> {
    const key = this.#fresh();
    const content = { generation, key: toBase64(key) };
    await this.#keys.create(vaultFile(handle, generation), content);
    return key;
  }

  async destroyVaultKey(handle: string, generation: number): Promise<void> {
    await this.#keys.destroy(vaultFile(handle, generation), this.#random);
  }

  async sealKeys(): Promise<SealKeys | null> {
    return this.#readOwn('seal.json', (members) => ({
      certificate: members.required('certificate', DER),
      chain: members.required('chain', arrayOf(DER, MAX_CHAIN)),
      isDevelopment: members.required('development', BOOLEAN),
      privateKey: members.required('privateKey', DER),
    }));
  }

  async putSealKeys({ certificate, chain, isDevelopment, privateKey }: SealKeys): Promise<void> {
    await this.#writeOwn('seal.json', {
      certificate: toBase64(certificate),
      chain: chain.map(toBase64),
      development: isDevelopment,
      privateKey: toBase64(privateKey),
    });
  }

  async developmentAuthority(): Promise<DevelopmentAuthorityKeys | null> {
    return this.#readOwn(DEVELOPMENT_AUTHORITY, (members) => ({
      caCertificate: members.required('caCertificate', DER),
      caPrivateKey: members.required('caPrivateKey', DER),
      timeStampCertificate: members.required('timeStampCertificate', DER),
      timeStampPrivateKey: members.required('timeStampPrivateKey', DER),
    }));
  }

  async putDevelopmentAuthority(keys: DevelopmentAuthorityKeys): Promise<void> {
    await this.#writeOwn(DEVELOPMENT_AUTHORITY, {
      caCertificate: toBase64(keys.caCertificate),
      caPrivateKey: toBase64(keys.caPrivateKey),
      timeStampCertificate: toBase64(keys.timeStampCertificate),
      timeStampPrivateKey: toBase64(keys.timeStampPrivateKey),
    });
  }

  async anchorKey(): Promise<AnchorKey | null> {
    return this.#readOwn(ANCHOR, (members) => ({
      isDevelopment: members.required('development', BOOLEAN),
      secret: members.required('secret', KEY),
    }));
  }

  async putAnchorKey(key: AnchorKey): Promise<void> {
    await this.#writeOwn(ANCHOR, anchorContent(key));
  }

  async replaceAnchorKey(key: AnchorKey): Promise<string | null> {
    const names = await this.#keys.names();
    const old = names.includes(ANCHOR) ? await this.anchorKey() : null;
    const used = names.flatMap((name) => Number(OLD_ANCHOR.exec(name)?.[1] ?? 0));
    const kept = old && `anchor.${Math.max(0, ...used) + 1}.json`;
    // Its coin is the operator's. A crash after this leaves the old key twice, and the next try a copy more.
    if (kept !== null && old !== null)
      await this.#keys.create(kept, { ...anchorContent(old), nodeId: this.nodeId });
    await this.putAnchorKey(key);
    return kept;
  }

  async replicationKeys(): Promise<ReplicationKeys | null> {
    return this.#readOwn(REPLICATION, (members) => ({
      link: keyPairOf(members.required('link', KEY)),
      receipt: noteKeyOf(keyPairOf(members.required('receipt', KEY))),
    }));
  }

  async beginReplicationKeys(): Promise<ReplicationKeys> {
    const known = await this.replicationKeys();
    if (known !== null) {
      // A crash may have come before the file was noted down as one that must not be missing.
      await this.#noteOwn(REPLICATION);
      return known;
    }
    const [link, receipt] = [this.#fresh(), this.#fresh()];
    await this.#writeOwn(REPLICATION, { link: toBase64(link), receipt: toBase64(receipt) });
    return { link: keyPairOf(link), receipt: noteKeyOf(keyPairOf(receipt)) };
  }

  async mark(): Promise<Mark | null> {
    return this.#readOwn('mark.json', readMark);
  }

  async putMark(mark: Mark): Promise<void> {
    await this.#writeOwn('mark.json', markContent(mark));
  }

  async accessChanges(): Promise<number> {
    return (
      (await this.#readOwn('access-mark.json', (file) => file.required('changes', COUNT))) ?? 0
    );
  }

  async putAccessChanges(changes: number): Promise<void> {
    await this.#writeOwn('access-mark.json', { changes });
  }

  async problems(): Promise<readonly string[]> {
    const names = new Set([...(await this.#keys.names()), ...this.#ownFiles]);
    const problems: string[] = [];
    for (const name of [...names].sort()) {
      if (!name.endsWith('.json') || VAULT_KEY.test(name)) continue;
      try {
        await this.#keys.check(name);
      } catch (cause) {
        if (!(cause instanceof KeysError)) throw cause;
        problems.push(cause.message);
      }
    }
    return problems;
  }

  /** A file of which every node has one: that of another node must not pass for it. */
  async #writeOwn(file: string, content: JsonObject): Promise<void> {
    await this.#keys.write(file, { ...content, nodeId: this.nodeId });
    // A crash before this leaves a file whose loss would not be noticed, until it is written again.
    await this.#noteOwn(file);
  }

  async #noteOwn(file: string): Promise<void> {
    if (this.#ownFiles.has(file)) return;
    this.#ownFiles.add(file);
    await this.#keys.write(NODE_FILE, nodeContent(this.nodeId, [...this.#ownFiles]));
  }

  async #readOwn<T>(file: string, readMembers: (members: JsonMembers) => T): Promise<T | null> {
    const value = await this.#keys.readIfThere(file, (members) => {
      if (members.required('nodeId', NODE_ID) !== this.nodeId)
        throw new KeysError('KEYS_FILE_DAMAGED', `${file} is of another node: restore it`);
      return readMembers(members);
    });
    if (value === null && this.#ownFiles.has(file)) throw missingKeyFile(file);
    return value;
  }

  #fresh(): Uint8Array {
    return randomBytes(this.#random, KEY_LENGTH);
  }
}

/** None of a directory that is not there. */
async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return [];
    throw cause;
  }
}

function anchorContent({ isDevelopment, secret }: AnchorKey): JsonObject {
  return { development: isDevelopment, secret: toBase64(secret) };
}

function logKeysOf(core: Uint8Array, note: Uint8Array): LogKeys {
  return { core: keyPairOf(core), note: noteKeyOf(keyPairOf(note)), isLost: false };
}

function lostLogKeys(members: JsonMembers): LogKeys {
  return {
    core: {
      publicKey: members.required('corePublicKey', KEY),
      get secretKey(): Uint8Array {
        throw lostKey();
      },
    },
    note: {
      publicKey: members.required('notePublicKey', KEY),
      sign: () => {
        throw lostKey();
      },
    },
    isLost: true,
  };
}

function lostKey(): KeysError {
  return new KeysError(
    'KEYS_MISSING',
    'the keys of this log were lost with a key store: it is read, and another goes on for it',
  );
}

function noteKeyOf(pair: KeyPair): NoteKey {
  return { publicKey: pair.publicKey, sign: (message) => signDetached(pair, message) };
}

function logFile(handle: string): string {
  checkHandle(handle);
  return `log.${handle}.json`;
}

function tenantFile(handle: string, what: 'recovery' | 'root' | 'vault'): string {
  checkHandle(handle);
  return `tenant.${handle}.${what}.json`;
}

function vaultFile(handle: string, generation: number): string {
  checkHandle(handle);
  return `tenant.${handle}.vault.${generation}.json`;
}

/** Handles are made by us; one that leads out of the directory is a programmer's mistake. */
function checkHandle(handle: string): void {
  assert(HANDLE.test(handle), 'a handle is 1 to 64 of 0-9 and a-z');
}
