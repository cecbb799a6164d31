/**
 * The key store (docs/formats/vault.md): every secret that must outlive, or not survive, the data
 * directory. Kept beside it and never in it, so that no backup of data takes a key along.
 */
import type { WriterTerm } from '../tlog/election.js';
import type { KeyPair } from './key-pair.js';
import type { Mark } from './mark.js';

export interface LogKeys {
  /** Signs the Hypercore. */
  readonly core: KeyPair;
  /** Signs the checkpoints. */
  readonly note: NoteKey;
  /** They were lost with a key store, or handed over: only the public halves are left, and whoever asks for more gets KEYS_MISSING. */
  readonly isLost: boolean;
}

/** Of a log of which the keys are lost. */
export interface LogPublicKeys {
  readonly handle: string;
  /** Ed25519, 32 bytes each. */
  readonly core: Uint8Array;
  readonly note: Uint8Array;
}

/** By which a node's peers know it (docs/formats/links.md). */
export interface ReplicationKeys {
  /** Static key of the Noise handshake of links. */
  readonly link: KeyPair;
  /** Signs receipts and votes. */
  readonly receipt: NoteKey;
}

export interface NoteKey {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** Who may speak for a tenant when a log key is lost. */
export interface TenantRecoveryKey {
  readonly publicKey: Uint8Array;
  /** Null where officers have it, and nobody here. */
  readonly development: NoteKey | null;
}

/** What escrow keeps of a tenant. 32 bytes each. */
export interface RestoredTenant {
  readonly handle: string;
  readonly root: Uint8Array;
  readonly recoveryKey: Uint8Array;
  readonly generation: number;
  readonly vaultKey: Uint8Array;
}

/** What the embedded authority made, or an operator put there. DER throughout. */
export interface SealKeys {
  readonly certificate: Uint8Array;
  /** Issuers, nearest first, the root included. */
  readonly chain: readonly Uint8Array[];
  /** PKCS#8. */
  readonly privateKey: Uint8Array;
  readonly isDevelopment: boolean;
}

export interface AnchorKey {
  /** secp256k1, 32 bytes. */
  readonly secret: Uint8Array;
  readonly isDevelopment: boolean;
}

/** What a node that keeps a log together with others must not forget of it (docs/formats/replication.md, "Rules"). */
export interface GroupPromise {
  /** The highest term that it has promised; null before the first. */
  readonly promised: WriterTerm | null;
  /** `behind`: what it had and promised before is unknown, and it takes no part. */
  readonly memory: 'whole' | 'behind';
  /** Of the node, as `Mark.run` counts, when this was written. */
  readonly run: number;
}

/** What the embedded authority needs to go on: its own key, and that of its time-stamps. DER, PKCS#8. */
export interface DevelopmentAuthorityKeys {
  readonly caCertificate: Uint8Array;
  readonly caPrivateKey: Uint8Array;
  readonly timeStampCertificate: Uint8Array;
  readonly timeStampPrivateKey: Uint8Array;
}

/**
 * Whatever holds the keys: a directory now, a token or a service later. What is created is durable
 * when the call returns; asking for what is not there is KEYS_MISSING, making what is there KEYS_EXISTS.
 */
export interface KeyStore {
  /** Hex, 16 bytes; random, made with the store. */
  readonly nodeId: string;

  createLogKeys(handle: string): Promise<LogKeys>;
  logKeys(handle: string): Promise<LogKeys>;
  /**
   * Overwritten and removed when it returns, but for the public halves; nothing where there is none. Asked again, it finishes
   * what a crash cut short.
   */
  destroyLogKeys(handle: string): Promise<void>;

  /**
   * Root key and first vault key.
   * @param recoveryKey Ed25519, 32 bytes, of which the secret key is elsewhere; null makes a development one.
   */
  createTenant(handle: string, recoveryKey: Uint8Array | null): Promise<void>;
  /**
   * A tenant that another node made: its root key, and a first vault key of this node's own. Asked again, it finishes what a
   * crash cut short.
   * @param root 32 bytes. @param recoveryKey Ed25519, 32 bytes.
   * @throws KeysError KEYS_EXISTS for a handle that goes with another root or recovery key here.
   */
  adoptTenant(handle: string, root: Uint8Array, recoveryKey: Uint8Array): Promise<void>;
  tenantRoot(handle: string): Promise<Uint8Array>;
  recoveryKey(handle: string): Promise<TenantRecoveryKey>;

  /** Generations that there are keys for, ascending. */
  vaultGenerations(handle: string): Promise<number[]>;
  vaultKey(handle: string, generation: number): Promise<Uint8Array>;
  createVaultKey(handle: string, generation: number): Promise<Uint8Array>;
  /** Overwritten and removed when it returns; what it wrapped is gone for ever. */
  destroyVaultKey(handle: string, generation: number): Promise<void>;

  sealKeys(): Promise<SealKeys | null>;
  putSealKeys(keys: SealKeys): Promise<void>;
  /** Null also in the stores of versions that threw the authority's key away once the seal was made. */
  developmentAuthority(): Promise<DevelopmentAuthorityKeys | null>;
  putDevelopmentAuthority(keys: DevelopmentAuthorityKeys): Promise<void>;
  anchorKey(): Promise<AnchorKey | null>;
  putAnchorKey(key: AnchorKey): Promise<void>;
  /** Keeps the one that is there, if it is there, under another name. @returns that name. */
  replaceAnchorKey(key: AnchorKey): Promise<string | null>;

  /** Null of a node that has never had a peer. */
  replicationKeys(): Promise<ReplicationKeys | null>;
  /** Those that are there; fresh ones only where there never were any. Asked again, it finishes what a crash cut short. */
  beginReplicationKeys(): Promise<ReplicationKeys>;

  /** Null where this node has never promised anything about the log of that origin. */
  groupPromise(origin: string): Promise<GroupPromise | null>;
  putGroupPromise(origin: string, promise: GroupPromise): Promise<void>;
  /** From now on this node is `behind` in every log of which it has promised anything. */
  doubtGroupPromises(): Promise<void>;

  mark(): Promise<Mark | null>;
  putMark(mark: Mark): Promise<void>;

  /** How often the API keys of the node have been changed, as it remembers outside their file. */
  accessChanges(): Promise<number>;
  putAccessChanges(changes: number): Promise<void>;

  /**
   * Whatever is wrong with what is kept, one line each, without changing it. Vault keys are left
   * out: a crash may leave one half destroyed, and a vault is opened to see that its key is sound.
   */
  problems(): Promise<readonly string[]>;
}
