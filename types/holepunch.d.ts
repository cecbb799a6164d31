// The Holepunch packages ship no types. Only what we call is declared, as it is in the pinned versions.

declare module 'corestore' {
  import type Hypercore from 'hypercore';

  export interface Manifest {
    readonly version: 1;
    readonly hash: 'blake2b';
    readonly quorum: 1;
    readonly signers: readonly [
      {
        readonly signature: 'ed25519';
        readonly namespace: Uint8Array;
        readonly publicKey: Uint8Array;
      },
    ];
    readonly prologue?: { readonly hash: Uint8Array; readonly length: number };
  }

  export default class Corestore {
    constructor(directory: string, options?: { allowBackup?: boolean; readOnly?: boolean });
    readonly storage: {
      readonly db: {
        flush(): Promise<void>;
        iterator(range: object): AsyncIterable<{ readonly key: Buffer; readonly value: Buffer }>;
      };
      close(): Promise<void>;
    };
    ready(): Promise<void>;
    close(): Promise<void>;
    /** By its key alone only where others have its manifest. */
    get(options: {
      name?: string;
      manifest?: Manifest;
      key?: Uint8Array;
      allowFork?: boolean;
      active?: boolean;
      /** Neither asks for blocks nor for a longer tree, of any peer. */
      pushOnly?: boolean;
      /** Blocks asked for at a time, of one peer: the least, and the most. At the first opening only. */
      inflightRange?: readonly [number, number];
    }): Hypercore;
  }
}

declare module 'hypercore' {
  import type { EventEmitter } from 'node:events';

  export interface KeyPair {
    readonly publicKey: Uint8Array;
    readonly secretKey: Uint8Array;
  }

  export interface Proof {
    readonly fork: number;
    readonly block: null;
    readonly hash: null;
    readonly seek: null;
    readonly manifest: null;
    readonly upgrade: {
      readonly start: number;
      readonly length: number;
      readonly nodes: readonly { index: number; size: number; hash: Uint8Array }[];
      readonly additionalNodes: readonly never[];
      readonly signature: Uint8Array;
    };
  }

  /** A head of the Merkle tree as another Hypercore proves it: the roots at a length, and what leads to the signed head. */
  export interface HypercoreProof {
    readonly fork: number;
    readonly upgrade: {
      readonly start: number;
      readonly length: number;
      readonly nodes: readonly TreeNode[];
      readonly additionalNodes: readonly TreeNode[];
      readonly signature: Uint8Array;
    };
  }

  export interface TreeNode {
    readonly index: number;
    readonly size: number;
    readonly hash: Uint8Array;
  }

  export interface Peer {
    readonly remotePublicKey: Uint8Array | null;
    readonly remoteFork: number;
    readonly remoteLength: number;
    /** Blocks that it has said to have, from the first one on. */
    readonly remoteContiguousLength: number;
    /** Beyond those that are contiguous. @returns of `findFirst` -1 beyond the largest number of a block. */
    readonly remoteBitfield: { findFirst(value: boolean, from: number): number };
    readonly wireWant: { send(range: WantedRange): void };
    readonly wireUnwant: { send(range: WantedRange): void };
  }

  /** Of blocks: `length` is a power of two, `start` a multiple of it. */
  export interface WantedRange {
    readonly start: number;
    readonly length: number;
    readonly any: boolean;
  }

  export default class Hypercore extends EventEmitter {
    static key(manifest: object): Buffer;
    static discoveryKey(key: Uint8Array): Buffer;
    readonly key: Buffer;
    readonly discoveryKey: Buffer;
    readonly core: {
      /** The storage state that the Merkle tree's nodes are read from. */
      readonly state: { readonly signature: Uint8Array | null };
      /** Which blocks are there; set once they are written. */
      readonly bitfield: { findFirst(value: boolean, from: number): number };
      /** Takes what another Hypercore proves: a length with the roots of its tree, or a block. */
      verify(proof: Proof, from: null): Promise<boolean>;
    };
    readonly length: number;
    readonly fork: number;
    readonly closed: boolean;
    /** Of those that have opened this Hypercore too. */
    readonly peers: readonly Peer[];
    ready(): Promise<void>;
    close(): Promise<void>;
    /** Removes it from the store. */
    purge(): Promise<void>;
    /** @param stream a Noise stream, or the Protomux on one. */
    replicate(stream: object): unknown;
    proof(wanted: { upgrade: { start: number; length: number } }): Promise<HypercoreProof>;
    download(range: { start: number; end: number; linear: boolean }): {
      done(): Promise<unknown>;
      destroy(): void;
    };
    on(name: 'append' | 'peer-add', listener: () => void): this;
    on(
      name: 'conflict',
      listener: (length: number, fork: number, proof: HypercoreProof) => void,
    ): this;
    on(
      name: 'verification-error',
      listener: (error: Error, request: unknown, data: unknown, from: Peer) => void,
    ): this;
    treeHash(length?: number): Promise<Buffer>;
    truncate(length: number, options: { fork: number; keyPair: KeyPair }): Promise<void>;
    append(
      blocks: readonly Uint8Array[],
      options: { keyPair: KeyPair } | { writable: true },
    ): Promise<{ length: number; byteLength: number }>;
    get(index: number, options: { wait: false }): Promise<Buffer | null>;
  }
}

declare module 'hypercore/lib/merkle-tree.js' {
  export const MerkleTree: {
    getRoots(
      state: unknown,
      length: number,
    ): Promise<{ index: number; size: number; hash: Uint8Array }[]>;
  };
}

declare module 'rocksdb-native' {
  export interface WriteBatch {
    tryPut(key: Uint8Array, value: Uint8Array): void;
    tryDelete(key: Uint8Array): void;
    tryDeleteRange(from: Uint8Array, to: Uint8Array): void;
    flush(): Promise<void>;
    destroy(): void;
  }
  export interface ReadBatch {
    get(key: Uint8Array): Promise<Buffer | null>;
    tryFlush(): void;
    destroy(): void;
  }
  export interface Range {
    readonly gte?: Uint8Array;
    readonly gt?: Uint8Array;
    readonly lt?: Uint8Array;
    readonly lte?: Uint8Array;
  }
  export interface Options {
    readonly readOnly?: boolean;
    readonly writeBufferSize?: number;
    readonly blockCache?: boolean;
    readonly tableCacheIndexAndFilterBlocks?: boolean;
    readonly maxBackgroundJobs?: number;
  }
  export default class RocksDB {
    constructor(directory: string, options?: Options);
    ready(): Promise<void>;
    close(): Promise<void>;
    flush(): Promise<void>;
    get(key: Uint8Array): Promise<Buffer | null>;
    read(options?: { capacity?: number }): ReadBatch;
    write(options?: { capacity?: number }): WriteBatch;
    iterator(
      range: Range,
      options?: { limit?: number; reverse?: boolean; capacity?: number },
    ): AsyncIterable<{ readonly key: Buffer; readonly value: Buffer }>;
  }
}

declare module 'hyperblobs' {
  import type { EventEmitter } from 'node:events';
  import type Hypercore from 'hypercore';

  export interface BlobId {
    readonly byteLength: number;
  }
  export interface BlobWriteStream extends EventEmitter {
    readonly id: BlobId;
    write(bytes: Uint8Array): boolean;
    end(): void;
  }
  export default class Hyperblobs {
    constructor(core: Hypercore);
    ready(): Promise<void>;
    createWriteStream(): BlobWriteStream;
    createReadStream(id: BlobId): AsyncIterable<Uint8Array>;
  }
}
