/** The key store as a directory: one small file a key, mode 0600, in a directory of mode 0700. */
import { mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { toBase64, toHex } from '../base/bytes.js';
import { canonicalJsonBytes, type JsonObject, parseCanonicalJson } from '../base/canonical-json.js';
import { arrayOf, base64Of, BOOLEAN, COUNT, JsonMembers, textLike } from '../base/json-members.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { systemErrorCode } from '../base/system-error.js';
import { removeFileDurably, writeFileDurably } from './durable-file.js';
import { type KeyPair, keyPairOf, signDetached } from './key-pair.js';
import type { AnchorKey, KeyStore, LogKeys, NoteKey, SealKeys } from './key-store.js';
import { KeysError } from './keys-error.js';
import { formatMark, type Mark, parseMark } from './mark.js';

const FORMAT = 1;
const KEY_BYTES = 32;
const NODE_ID = textLike(/^[0-9a-f]{32}$/, 'a node id');
const DER = base64Of();
const KEY = base64Of(KEY_BYTES);
const MAX_CHAIN = 10;

export interface DirectoryKeyStoreOptions {
  readonly directory: string;
  /** Where the keys must not lie. */
  readonly dataDirectory: string;
  readonly random: RandomSource;
}

export class DirectoryKeyStore implements KeyStore {
  readonly nodeId: string;
  readonly #directory: string;
  readonly #random: RandomSource;

  private constructor(directory: string, random: RandomSource, nodeId: string) {
    this.#directory = directory;
    this.#random = random;
    this.nodeId = nodeId;
  }

  /**
   * Makes the directory if there is none.
   *
   * @throws KeysError KEYS_STORE_UNSAFE if others can read it or it lies in the data directory.
   */
  static async open(options: DirectoryKeyStoreOptions): Promise<DirectoryKeyStore> {
    const { directory, dataDirectory, random } = options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await checkPlace(directory, dataDirectory);
    const nodeId = await openNodeId(directory, random);
    return new DirectoryKeyStore(directory, random, nodeId);
  }

  async createLogKeys(handle: string): Promise<LogKeys> {
    const core = randomBytes(this.#random, KEY_BYTES);
    const note = randomBytes(this.#random, KEY_BYTES);
    await this.#create(`log.${handle}.json`, { core: toBase64(core), note: toBase64(note) });
    return logKeysOf(core, note);
  }

  async logKeys(handle: string): Promise<LogKeys> {
    return this.#read(`log.${handle}.json`, (members) =>
      logKeysOf(members.required('core', KEY), members.required('note', KEY)),
    );
  }

  async createTenant(handle: string): Promise<void> {
    const fresh = (): string => toBase64(randomBytes(this.#random, KEY_BYTES));
    // The root last: a tenant whose root is there has everything else. A crash before it leaves
    // files under a handle that nothing names.
    await this.#create(`tenant.${handle}.recovery.json`, { seed: fresh() });
    await this.createVaultKey(handle, 1);
    await this.#create(`tenant.${handle}.root.json`, { root: fresh() });
  }

  async tenantRoot(handle: string): Promise<Uint8Array> {
    return this.#read(`tenant.${handle}.root.json`, (members) => members.required('root', KEY));
  }

  async recoveryKey(handle: string): Promise<NoteKey> {
    const file = `tenant.${handle}.recovery.json`;
    const seed = await this.#read(file, (members) => members.required('seed', KEY));
    return noteKeyOf(keyPairOf(seed));
  }

  async vaultGenerations(handle: string): Promise<number[]> {
    const prefix = `tenant.${handle}.vault.`;
    const names = await readdir(this.#directory);
    return names
      .filter(
        (name) =>
          name.startsWith(prefix) && /^[1-9][0-9]{0,9}\.json$/.test(name.slice(prefix.length)),
      )
      .map((name) => Number.parseInt(name.slice(prefix.length), 10))
      .sort((a, b) => a - b);
  }

  async vaultKey(handle: string, generation: number): Promise<Uint8Array> {
    return this.#read(vaultFile(handle, generation), (members) => {
      if (members.required('generation', COUNT) !== generation)
        throw damaged(vaultFile(handle, generation));
      return members.required('key', KEY);
    });
  }

  async createVaultKey(handle: string, generation: number): Promise<Uint8Array> {
    const key = randomBytes(this.#random, KEY_BYTES);
    await this.#create(vaultFile(handle, generation), { generation, key: toBase64(key) });
    return key;
  }

  async destroyVaultKey(handle: string, generation: number): Promise<void> {
    const path = join(this.#directory, vaultFile(handle, generation));
    const { size } = await stat(path);
    // Best effort on media that write elsewhere; a crash here leaves a key that opens nothing.
    await writeFileDurably(path, randomBytes(this.#random, size), 0o600);
    await removeFileDurably(path);
  }

  async sealKeys(): Promise<SealKeys | null> {
    return this.#readIfThere('seal.json', (members) => ({
      certificate: members.required('certificate', DER),
      chain: members.required('chain', arrayOf(DER, MAX_CHAIN)),
      isDevelopment: members.required('development', BOOLEAN),
      privateKey: members.required('privateKey', DER),
    }));
  }

  async putSealKeys({ certificate, chain, isDevelopment, privateKey }: SealKeys): Promise<void> {
    await this.#write('seal.json', {
      certificate: toBase64(certificate),
      chain: chain.map(toBase64),
      development: isDevelopment,
      privateKey: toBase64(privateKey),
    });
  }

  async anchorKey(): Promise<AnchorKey | null> {
    return this.#readIfThere('anchor.json', (members) => ({
      isDevelopment: members.required('development', BOOLEAN),
      secret: members.required('secret', KEY),
    }));
  }

  async putAnchorKey({ isDevelopment, secret }: AnchorKey): Promise<void> {
    await this.#write('anchor.json', { development: isDevelopment, secret: toBase64(secret) });
  }

  async mark(): Promise<Mark | null> {
    const bytes = await readIfThere(join(this.#directory, 'mark.json'));
    return bytes === null ? null : parseMark(bytes);
  }

  async putMark(mark: Mark): Promise<void> {
    await writeFileDurably(join(this.#directory, 'mark.json'), formatMark(mark), 0o600);
  }

  async #create(file: string, content: JsonObject): Promise<void> {
    if ((await readIfThere(join(this.#directory, file))) !== null)
      throw new KeysError('KEYS_EXISTS', `the key store has a ${file} already`);
    await this.#write(file, content);
  }

  async #write(file: string, content: JsonObject): Promise<void> {
    const bytes = canonicalJsonBytes({ $v: FORMAT, ...content });
    await writeFileDurably(join(this.#directory, file), bytes, 0o600);
    bytes.fill(0);
  }

  async #read<T>(file: string, readMembers: (members: JsonMembers) => T): Promise<T> {
    const value = await this.#readIfThere(file, readMembers);
    if (value === null)
      throw new KeysError('KEYS_MISSING', `${file} is not in the key store: restore it`);
    return value;
  }

  async #readIfThere<T>(file: string, readMembers: (members: JsonMembers) => T): Promise<T | null> {
    const bytes = await readIfThere(join(this.#directory, file));
    if (bytes === null) return null;
    return readFormat(file, bytes, readMembers);
  }
}

async function checkPlace(directory: string, dataDirectory: string): Promise<void> {
  const { mode } = await stat(directory);
  if ((mode & 0o077) !== 0)
    throw new KeysError(
      'KEYS_STORE_UNSAFE',
      'the key store can be read by others: set its mode to 0700',
    );
  const place = await realpath(directory);
  const data = await realpath(dataDirectory);
  if (place === data || place.startsWith(data + sep))
    throw new KeysError(
      'KEYS_STORE_UNSAFE',
      'the key store lies in the data directory, where every backup would take it along: move it',
    );
}

async function openNodeId(directory: string, random: RandomSource): Promise<string> {
  const path = join(directory, 'node.json');
  const bytes = await readIfThere(path);
  if (bytes !== null)
    return readFormat('node.json', bytes, (members) => members.required('nodeId', NODE_ID));
  const nodeId = toHex(randomBytes(random, 16));
  await writeFileDurably(path, canonicalJsonBytes({ $v: FORMAT, nodeId }), 0o600);
  return nodeId;
}

function readFormat<T>(
  file: string,
  bytes: Uint8Array,
  readMembers: (members: JsonMembers) => T,
): T {
  try {
    const members = new JsonMembers(parseCanonicalJson(bytes), () => damaged(file));
    const format = members.required('$v', COUNT);
    if (format > FORMAT)
      throw new KeysError(
        'KEYS_FORMAT_NEWER',
        `${file} has format ${format}; this version reads up to ${FORMAT}`,
      );
    const value = readMembers(members);
    members.end();
    return value;
  } catch (cause) {
    // The cause may quote a key.
    if (cause instanceof KeysError) throw cause;
    throw damaged(file);
  }
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return null;
    throw cause;
  }
}

function logKeysOf(core: Uint8Array, note: Uint8Array): LogKeys {
  return { core: keyPairOf(core), note: noteKeyOf(keyPairOf(note)) };
}

function noteKeyOf(pair: KeyPair): NoteKey {
  return { publicKey: pair.publicKey, sign: (message) => signDetached(pair, message) };
}

function vaultFile(handle: string, generation: number): string {
  return `tenant.${handle}.vault.${generation}.json`;
}

function damaged(file: string): KeysError {
  return new KeysError('KEYS_FILE_DAMAGED', `${file} of the key store is not what was written`);
}
