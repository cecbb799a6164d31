/** One log while the node runs: its keys, its Hypercore, and where it stands. */
import type { KeyPair } from 'hypercore';
import { formatCheckpoint } from '../../tlog/checkpoint.js';
import { formatLogBinding } from '../../tlog/log-binding.js';
import { type NoteSigner, signNote } from '../../tlog/signed-note.js';
import type { TreeEdge } from '../../tlog/tile-tree.js';
import type { LogDescriptor } from '../catalog.js';
import type { LogHead } from '../log-head.js';
import type { HypercoreLog } from './hypercore-log.js';
import type { TreeRoots } from './hypercore-tree.js';

export interface LogSecrets {
  readonly core: KeyPair;
  readonly checkpoint: NoteSigner;
  /** Tenant's block key, 32 bytes. */
  readonly block: Uint8Array;
  /** The first two are lost: nothing can be signed any more. */
  readonly isLost: boolean;
}

/** What a commit moves on. Replaced as a whole, once the commit is durable and applied. */
export interface LogPosition {
  readonly head: LogHead;
  /** Of the Hypercore's BLAKE2b tree. */
  readonly roots: TreeRoots;
  /** Of the RFC 6962 tree. */
  readonly edge: TreeEdge;
}

export class OpenLog {
  readonly descriptor: LogDescriptor;
  /** Handle of the tenant whose log it is. */
  readonly tenant: string;
  readonly hypercore: HypercoreLog;
  readonly secrets: LogSecrets;
  #position: LogPosition;
  /** Who waits for the next commit. */
  #waiting: (() => void)[] = [];

  constructor(
    descriptor: LogDescriptor,
    tenant: string,
    hypercore: HypercoreLog,
    secrets: LogSecrets,
    position: LogPosition,
  ) {
    this.descriptor = descriptor;
    this.tenant = tenant;
    this.hypercore = hypercore;
    this.secrets = secrets;
    this.#position = position;
  }

  get number(): number {
    return this.descriptor.number;
  }

  get head(): LogHead {
    return this.#position.head;
  }

  get position(): LogPosition {
    return this.#position;
  }

  moveTo(position: LogPosition): void {
    this.#position = position;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Calls back once the log has moved on. @returns what takes that back. */
  onMove(wake: () => void): () => void {
    this.#waiting.push(wake);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== wake);
    };
  }

  /** The C2SP checkpoint body that binds both trees at a head (docs/formats/checkpoint.md). */
  checkpointBody(head: Pick<LogHead, 'length' | 'treeHash' | 'size' | 'rootHash'>): string {
    const binding = formatLogBinding({
      discoveryKey: this.hypercore.discoveryKey,
      fork: 0,
      length: head.length,
      treeHash: head.treeHash,
    });
    return formatCheckpoint({
      origin: this.descriptor.origin,
      size: head.size,
      rootHash: head.rootHash,
      extensions: [binding],
    });
  }

  /** Ed25519 is deterministic: signing a head again makes the same checkpoint. */
  signCheckpoint(body: string): string {
    return signNote(body, this.secrets.checkpoint);
  }
}
