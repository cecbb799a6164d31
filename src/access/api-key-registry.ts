/**
 * The API keys of a node: in memory for every request, on disk as one file that is replaced as a
 * whole before a change takes effect.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256Digest } from '../base/brand.js';
import type { RandomSource } from '../base/random.js';
import { systemErrorCode } from '../base/system-error.js';
import type { Clock } from '../base/time.js';
import { writeFileDurably } from '../keys/durable-file.js';
import { AccessError } from './access-error.js';
import type { ApiKey } from './api-key.js';
import type { Principal, Role } from './authorize.js';
import {
  type AccessContent,
  decodeAccessFile,
  encodeAccessFile,
  MAX_KEYS,
} from './internal/access-file.js';
import { isSameSecret, issueKey, type KeyId, parseChosenKey, parseKey } from './key-text.js';
import type { TenantName } from './tenant-name.js';

export interface NewKey {
  readonly tenant: TenantName;
  readonly role: Role;
  /** See KEY_TEXT_PATTERN, as for `author`. */
  readonly label?: string;
  readonly author?: string;
  readonly s3?: true;
}

export interface CreatedKey {
  readonly key: ApiKey;
  /** The whole key, for its holder: it cannot be had again. */
  readonly text: string;
}

export interface LogInAttempt {
  /** The key that it claims to be with, if there is such a key; proves nothing. */
  readonly claimed: KeyId | null;
  /** Of that key. */
  readonly tenant?: TenantName;
  readonly outcome: Principal | AccessError;
}

/** What a node remembers of its API keys outside their file: the key store does. */
export interface AccessMemory {
  readonly nodeId: string;
  accessChanges(): Promise<number>;
  putAccessChanges(changes: number): Promise<void>;
}

export interface RegistryOptions {
  readonly memory: AccessMemory;
  readonly clock: Clock;
  readonly random: RandomSource;
}

type Keys = ReadonlyMap<KeyId, ApiKey>;

export class ApiKeyRegistry {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #random: RandomSource;
  readonly #memory: AccessMemory;
  /** Compared with where there is no such key, so that both ways take as long. */
  readonly #nobody: Sha256Digest;
  #keys: Keys;
  #changes: number;
  /** The end of the last change; changes wait for each other. Never rejects. */
  #lastChange: Promise<void> = Promise.resolve();

  private constructor(path: string, options: RegistryOptions, { changes, keys }: AccessContent) {
    this.#path = path;
    this.#memory = options.memory;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#nobody = issueKey(options.random).secretHash;
    this.#keys = new Map(keys.map((key) => [key.id, key]));
    this.#changes = changes;
  }

  /**
   * Reads `access.json` in the data directory. In a node that never had keys there is none.
   * @throws AccessError ACCESS_FILE_DAMAGED, also where it is missing or older than the node
   * remembers, or ACCESS_FORMAT_NEWER.
   */
  static async open(directory: string, options: RegistryOptions): Promise<ApiKeyRegistry> {
    const path = join(directory, ACCESS_FILE);
    const content = await readAccess(path, options.memory.nodeId);
    const remembered = await options.memory.accessChanges();
    const refusal = compareWithMemory(content, remembered);
    if (refusal !== null) throw new AccessError('ACCESS_FILE_DAMAGED', refusal);
    const known = content ?? { changes: 0, keys: [] };
    if (known.changes > remembered) await options.memory.putAccessChanges(known.changes);
    return new ApiKeyRegistry(path, options, known);
  }

  /**
   * By an operator's order, after a loss: the file as it is, or its absence, is what the node goes on
   * with. @throws AccessError as `open`.
   */
  static async accept(directory: string, memory: AccessMemory): Promise<void> {
    const content = await readAccess(join(directory, ACCESS_FILE), memory.nodeId);
    await memory.putAccessChanges(content?.changes ?? 0);
  }

  /** True until the first key has been made. */
  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  /** The tenant's keys, revoked ones too, oldest first. */
  list(tenant: TenantName): readonly ApiKey[] {
    return [...this.#keys.values()].filter((key) => key.tenant === tenant);
  }

  /** Revoked ones too. */
  find(id: KeyId): ApiKey | null {
    return this.#keys.get(id) ?? null;
  }

  /** @throws AccessError ACCESS_KEY_LIMIT. */
  create(key: NewKey): Promise<CreatedKey> {
    return this.#changing(() => this.#issue(key));
  }

  /**
   * Gives a tenant that has no key its first one, an admin key.
   * @throws AccessError ACCESS_DENIED where the tenant has a key already: ask its admins.
   */
  found(key: Omit<NewKey, 'role'>): Promise<CreatedKey> {
    return this.#changing(() => {
      if (this.list(key.tenant).length > 0)
        throw new AccessError('ACCESS_DENIED', 'that tenant has keys; its own admins make others');
      return this.#issue({ ...key, role: 'admin' });
    });
  }

  /**
   * The node's very first key: `chosen` by the operator, else made here. Null, and nothing done, if
   * there are keys already, whatever `chosen` says.
   * @throws AccessError ACCESS_ADMIN_KEY_WEAK, also where `chosen` is not needed any more.
   */
  async createFirst(tenant: TenantName, chosen?: string): Promise<CreatedKey | null> {
    const given = chosen === undefined ? null : { ...parseChosenKey(chosen), text: chosen };
    return this.#changing(async () => {
      if (!this.isEmpty) return null;
      const issued = given ?? issueKey(this.#random);
      return this.#add({ tenant, role: 'admin', label: 'first key' }, issued);
    });
  }

  /**
   * A second time it changes nothing.
   * @throws AccessError ACCESS_KEY_NOT_FOUND, ACCESS_LAST_ADMIN.
   */
  revoke(tenant: TenantName, id: KeyId): Promise<ApiKey> {
    return this.#changing(async () => {
      const key = this.#keys.get(id);
      if (key?.tenant !== tenant)
        throw new AccessError('ACCESS_KEY_NOT_FOUND', 'the tenant has no key with this id');
      if (key.revokedAt !== undefined) return key;
      if (this.#isLastAdmin(key))
        throw new AccessError(
          'ACCESS_LAST_ADMIN',
          'create another admin key before revoking this one',
        );
      const revoked = { ...key, revokedAt: this.#clock.now() };
      await this.#replace(new Map([...this.#keys, [id, revoked]]));
      return revoked;
    });
  }

  /**
   * Whose key this is.
   * @param authorization the value of the Authorization header (RFC 6750 §2.1).
   * @throws AccessError ACCESS_KEY_MISSING, ACCESS_KEY_UNKNOWN, ACCESS_KEY_REVOKED.
   */
  authenticate(authorization: string | undefined): Principal {
    const { outcome } = this.attempt(authorization);
    if (outcome instanceof AccessError) throw outcome;
    return outcome;
  }

  /** As `authenticate`, for a caller who counts failures before it tells of them. */
  attempt(authorization: string | undefined): LogInAttempt {
    const [, text] = BEARER_HEADER.exec(authorization ?? '') ?? [];
    if (text === undefined) return { claimed: null, outcome: missingKey() };
    const presented = parseKey(text);
    const key = presented === null ? undefined : this.#keys.get(presented.id);
    // Compared even if there is no such key: how long this takes must not tell which ids exist.
    const isSame = presented !== null && isSameSecret(presented, key?.secretHash ?? this.#nobody);
    if (key === undefined) return { claimed: null, outcome: unknownKey() };
    const { id: claimed, tenant } = key;
    return { claimed, tenant, outcome: isSame ? principalOf(key) : unknownKey() };
  }

  #issue(key: NewKey): Promise<CreatedKey> {
    return this.#add(key, issueKey(this.#random));
  }

  async #add(
    wanted: NewKey,
    issued: { readonly id: KeyId; readonly secretHash: Sha256Digest; readonly text: string },
  ): Promise<CreatedKey> {
    if (this.#keys.size >= MAX_KEYS)
      throw new AccessError('ACCESS_KEY_LIMIT', `a node holds at most ${MAX_KEYS} keys`);
    // 48 random bits among 10,000 keys: not seen in practice, but it would hand over someone's key.
    if (this.#keys.has(issued.id)) return this.#issue(wanted);
    const { id, secretHash, text } = issued;
    const key: ApiKey = { ...wanted, id, secretHash, createdAt: this.#clock.now() };
    await this.#replace(new Map([...this.#keys, [id, key]]));
    return { key, text };
  }

  #isLastAdmin(key: ApiKey): boolean {
    const isActiveAdmin = ({ role, revokedAt }: ApiKey): boolean =>
      role === 'admin' && revokedAt === undefined;
    return isActiveAdmin(key) && this.list(key.tenant).filter(isActiveAdmin).length === 1;
  }

  /**
   * Disk first. If the write fails nothing changes here; the file may then hold the change or not: a
   * key of which nobody was told the secret, or a revocation that the caller has to ask for again.
   */
  async #replace(keys: Keys): Promise<void> {
    const changes = this.#changes + 1;
    const content = { changes, keys: [...keys.values()] };
    await writeFileDurably(this.#path, encodeAccessFile(this.#memory.nodeId, content), 0o600);
    [this.#keys, this.#changes] = [keys, changes];
    // A crash before this leaves a memory that is one change behind: it says less, but nothing false.
    await this.#memory.putAccessChanges(changes);
  }

  /** One change at a time: each is made to what the one before it left. */
  #changing<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#lastChange.then(change);
    const settled = (): void => undefined;
    this.#lastChange = done.then(settled, settled);
    return done;
  }
}

/** Longer than any key: not looked at further. */
const BEARER_HEADER = /^Bearer +(\S{1,260})$/i;

/** @returns ACCESS_KEY_REVOKED where it is. */
export function principalOf(key: ApiKey): Principal | AccessError {
  if (key.revokedAt !== undefined)
    return new AccessError('ACCESS_KEY_REVOKED', 'this key has been revoked: ask for another');
  return {
    keyId: key.id,
    tenant: key.tenant,
    role: key.role,
    author: key.author ?? `key:${key.id}`,
  };
}

function missingKey(): AccessError {
  return new AccessError('ACCESS_KEY_MISSING', 'send a key as "Authorization: Bearer <key>"');
}

function unknownKey(): AccessError {
  return new AccessError('ACCESS_KEY_UNKNOWN', 'no such key: check it, or ask for another');
}

const ACCESS_FILE = 'access.json';

async function readAccess(path: string, nodeId: string): Promise<AccessContent | null> {
  try {
    return decodeAccessFile(nodeId, await readFile(path));
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return null;
    throw cause;
  }
}

/** Why the file is not the newest that there was, or null if it may be. */
function compareWithMemory(content: AccessContent | null, remembered: number): string | null {
  if ((content?.changes ?? 0) >= remembered) return null;
  const found =
    content === null
      ? 'access.json is missing'
      : `access.json is of change ${content.changes}, and the key store remembers ${remembered}`;
  return `${found}: put the newest copy back, or accept what is there with \`chirograph restore --successor\``;
}
