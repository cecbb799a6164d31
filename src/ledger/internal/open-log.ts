/** One log while the node runs: its keys, its Hypercore, and where it stands. */
import type { KeyPair } from 'hypercore';
import { assert } from '../../base/errors.js';
import { formatCheckpoint } from '../../tlog/checkpoint.js';
import { formatLogBinding } from '../../tlog/log-binding.js';
import { type NoteSigner, signNote } from '../../tlog/signed-note.js';
import type { TreeEdge } from '../../tlog/tile-tree.js';
import type { LogDescriptor } from '../catalog.js';
import type { AppendedUntil, EntryDraft, Outcome } from '../entry-draft.js';
import type { LogHead } from '../log-head.js';
import type { HypercoreLog } from './hypercore-log.js';
import type { TreeRoots } from './hypercore-tree.js';

export type LogSecrets = SigningKeys & {
  /** Tenant's block key, 32 bytes. */
  readonly block: Uint8Array;
};

/** The keys that sign a log now, and whose they are. */
export type SigningKeys =
  /** Of lost ones only the public halves are left: nothing can be signed any more. */
  | { readonly keys: 'own' | 'lost'; readonly core: KeyPair; readonly checkpoint: NoteSigner }
  /** Of a shared log that another node writes: here it grows by what was signed there. */
  | { readonly keys: 'elsewhere'; readonly core: null; readonly checkpoint: null };

/** What a commit moves on. Replaced as a whole, once the commit is durable and applied. */
export interface LogPosition {
  readonly head: LogHead;
  /** Of the Hypercore's BLAKE2b tree. */
  readonly roots: TreeRoots;
  /** Of the RFC 6962 tree. */
  readonly edge: TreeEdge;
  /** The checkpoint of the head of a shared log, where it is kept; null of any other log. */
  readonly note: string | null;
}

/** Of a shared log that this node writes: takes what is to be appended. See `Sequencer.submit` for what it gives and throws. */
export type SharedWriter = (
  drafts: readonly EntryDraft[],
  until: AppendedUntil,
) => Promise<readonly Outcome[]>;

/** What a handover changes, all at once. */
export interface LogWithKeys {
  readonly descriptor: LogDescriptor;
  readonly hypercore: HypercoreLog;
  readonly secrets: LogSecrets;
}

type CheckpointHead = Pick<LogHead, 'length' | 'treeHash' | 'size' | 'rootHash'>;

export class OpenLog {
  /** Handle of the tenant whose log it is. */
  readonly tenant: string;
  #keys: LogWithKeys;
  #position: LogPosition;
  /** Null while another node writes the log, or nobody; of a log that is not shared always. */
  writer: SharedWriter | null = null;
  /** Who waits for the next commit. */
  #waiting: (() => void)[] = [];

  constructor(tenant: string, keys: LogWithKeys, position: LogPosition) {
    this.tenant = tenant;
    this.#keys = keys;
    this.#position = position;
  }

  get descriptor(): LogDescriptor {
    return this.#keys.descriptor;
  }

  get hypercore(): HypercoreLog {
    return this.#keys.hypercore;
  }

  get secrets(): LogSecrets {
    return this.#keys.secrets;
  }

  /** Verifier key of whoever speaks for the head: until the handover is an entry, that is the old one. */
  get verifierKey(): string {
    const last = this.descriptor.before?.at(-1);
    return last !== undefined && this.head.size <= last.size
      ? last.verifierKey
      : this.descriptor.verifierKey;
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

  /** From here on by other keys. To be called when no commit is under way. */
  handOver(keys: LogWithKeys): void {
    this.#keys = keys;
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
  checkpointBody(head: CheckpointHead): string {
    const binding = formatLogBinding({
      discoveryKey: this.hypercore.discoveryKeyAt(head.length),
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

  /**
   * Ed25519 is deterministic: signing a head again makes the same checkpoint, until a handover; then the new key
   * signs the same text (docs/formats/checkpoint.md).
   */
  signCheckpoint(body: string): string {
    const { checkpoint } = this.secrets;
    assert(checkpoint !== null, 'what another node writes is signed there');
    return signNote(body, checkpoint);
  }

  /** The checkpoint of the head; null where none can be had. */
  headCheckpoint(): string | null {
    const { head, note } = this.#position;
    return head.size === 0 ? null : (note ?? this.checkpoint(head));
  }

  /** The checkpoint of a head; where a key ended, the one that it signed itself. Null where there is no key to sign it. */
  checkpoint(head: CheckpointHead): string | null {
    if (this.secrets.keys === 'lost') return null;
    const kept = this.descriptor.before?.find(({ size }) => size === head.size)?.checkpoint ?? '';
    if (kept !== '') return kept;
    return this.secrets.keys === 'own' ? this.signCheckpoint(this.checkpointBody(head)) : null;
  }
}
