/** The key store as a directory (docs/formats/vault.md): the default, and what development uses. */
import { toBase64, toHex } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { arrayOf, base64Of, BOOLEAN, COUNT } from '../base/json-members.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { type DurableFileSystem, durableFileSystem } from './durable-file.js';
import { KeyDirectory } from './internal/key-directory.js';
import { damagedKeyFile } from './internal/key-file.js';
import { type KeyPair, keyPairOf, signDetached } from './key-pair.js';
import type { AnchorKey, KeyStore, LogKeys, NoteKey, SealKeys } from './key-store.js';
import { KeysError } from './keys-error.js';
import { type Mark, markContent, NODE_ID, readMark } from './mark.js';

const KEY_LENGTH = 32;
const KEY = base64Of(KEY_LENGTH);
const DER = base64Of();
const MAX_CHAIN = 10;
const HANDLE = /^[0-9a-z]{1,64}$/;

export interface DirectoryKeyStoreOptions {
  readonly directory: string;
  /** Where the keys must not lie. */
  readonly dataDirectory: string;
  readonly random: RandomSource;
  readonly files?: DurableFileSystem;
}

export class DirectoryKeyStore implements KeyStore {
  readonly nodeId: string;
  readonly #keys: KeyDirectory;
  readonly #random: RandomSource;

  private constructor(keys: KeyDirectory, random: RandomSource, nodeId: string) {
    this.#keys = keys;
    this.#random = random;
    this.nodeId = nodeId;
  }

  /**
   * Makes the directory if there is none.
   *
   * @throws KeysError KEYS_STORE_UNSAFE if others can read it or any file in it, or if it lies in
   * the data directory; KEYS_MISSING, KEYS_FILE_DAMAGED.
   */
  static async open(options: DirectoryKeyStoreOptions): Promise<DirectoryKeyStore> {
    const { directory, dataDirectory, random, files = durableFileSystem } = options;
    const keys = await KeyDirectory.open(directory, dataDirectory, files);
    return new DirectoryKeyStore(keys, random, await openNodeId(keys, random));
  }

  async createLogKeys(handle: string): Promise<LogKeys> {
    const [core, note] = [this.#fresh(), this.#fresh()];
    await this.#keys.create(logFile(handle), { core: toBase64(core), note: toBase64(note) });
    return logKeysOf(core, note);
  }

  async logKeys(handle: string): Promise<LogKeys> {
    return this.#keys.read(logFile(handle), (members) =>
      logKeysOf(members.required('core', KEY), members.required('note', KEY)),
    );
  }

  async createTenant(handle: string): Promise<void> {
    await this.#keys.create(tenantFile(handle, 'recovery'), { seed: toBase64(this.#fresh()) });
    await this.createVaultKey(handle, 1);
    // The root last: a tenant whose root is there has everything else. A crash before it leaves
    // files under a handle that nothing names.
    await this.#keys.create(tenantFile(handle, 'root'), { root: toBase64(this.#fresh()) });
  }

  async tenantRoot(handle: string): Promise<Uint8Array> {
    return this.#keys.read(tenantFile(handle, 'root'), (members) => members.required('root', KEY));
  }

  async recoveryKey(handle: string): Promise<NoteKey> {
    const file = tenantFile(handle, 'recovery');
    return this.#keys.read(file, (members) => noteKeyOf(keyPairOf(members.required('seed', KEY))));
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
    return this.#keys.readIfThere('seal.json', (members) => ({
      certificate: members.required('certificate', DER),
      chain: members.required('chain', arrayOf(DER, MAX_CHAIN)),
      isDevelopment: members.required('development', BOOLEAN),
      privateKey: members.required('privateKey', DER),
    }));
  }

  async putSealKeys({ certificate, chain, isDevelopment, privateKey }: SealKeys): Promise<void> {
    await this.#keys.write('seal.json', {
      certificate: toBase64(certificate),
      chain: chain.map(toBase64),
      development: isDevelopment,
      privateKey: toBase64(privateKey),
    });
  }

  async anchorKey(): Promise<AnchorKey | null> {
    return this.#keys.readIfThere('anchor.json', (members) => ({
      isDevelopment: members.required('development', BOOLEAN),
      secret: members.required('secret', KEY),
    }));
  }

  async putAnchorKey({ isDevelopment, secret }: AnchorKey): Promise<void> {
    await this.#keys.write('anchor.json', { development: isDevelopment, secret: toBase64(secret) });
  }

  async mark(): Promise<Mark | null> {
    return this.#keys.readIfThere('mark.json', readMark);
  }

  async putMark(mark: Mark): Promise<void> {
    await this.#keys.write('mark.json', markContent(mark));
  }

  #fresh(): Uint8Array {
    return randomBytes(this.#random, KEY_LENGTH);
  }
}

async function openNodeId(keys: KeyDirectory, random: RandomSource): Promise<string> {
  const known = await keys.readIfThere('node.json', (members) =>
    members.required('nodeId', NODE_ID),
  );
  if (known !== null) return known;
  // It is the first file ever written: where there are others, it was lost.
  if ((await keys.names()).some((name) => name.endsWith('.json')))
    throw new KeysError('KEYS_MISSING', 'node.json is not in the key store: restore it');
  const nodeId = toHex(randomBytes(random, 16));
  await keys.create('node.json', { nodeId });
  return nodeId;
}

function logKeysOf(core: Uint8Array, note: Uint8Array): LogKeys {
  return { core: keyPairOf(core), note: noteKeyOf(keyPairOf(note)) };
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
