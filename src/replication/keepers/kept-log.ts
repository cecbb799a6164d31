/**
 * One log that this node keeps for another, blindly: followed and checked as by any replica, and answered for with a signed
 * receipt, and as a witness with a cosignature. Neither is given before what it is for is checked, on disk and remembered.
 */
import type { UnixMillis } from '../../base/brand.js';
import { fromHex } from '../../base/bytes.js';
import type { Logger } from '../../base/logger.js';
import type { Clock } from '../../base/time.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import type { ReplicaLogs } from '../../ledger/replica-logs.js';
import type { Ed25519Key } from '../../tlog/ed25519.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import type { Link } from '../links/link.js';
import type { NodeId } from '../protocol/term.js';
import { signReceipt } from '../receipt.js';
import type { ReplicaAlarm } from '../replica/alarm.js';
import { FollowedLog } from '../replica/followed-log.js';
import type { SignedHead } from '../replica/known-log.js';
import { ReplicaError } from '../replica/replica-error.js';
import type { ReplicaMemory } from '../replica/replica-memory.js';
import { isBearable } from '../shared/open-tail.js';
import type { KeeperPeer } from './keeper-channels.js';
import type { KeepMessage, KeeperMessage, Refusal, WitnessWish } from './keeper-message.js';
import type { KeptRecord } from './kept-book.js';
import type { Witnessing } from './witnessing.js';

export interface KeptLogParts {
  /** Those of the peer against whose limits it counts. */
  readonly logs: ReplicaLogs;
  readonly memory: ReplicaMemory;
  /** Signs receipts, and names this node. */
  readonly receipt: Ed25519Key;
  /** Null of a node that is no witness. */
  readonly witness: Witnessing | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly send: (to: NodeId, message: KeeperMessage) => void;
  /** A peer sent what is not of the log. @param peer by which links know it. */
  readonly onOffender: (peer: Uint8Array | null) => void;
  /** Nothing is known any more of what is on disk: the process should end. */
  readonly onFailure: (cause: unknown) => void;
}

/** Who has said on the link that stands what the log has come to. */
interface Source {
  readonly link: Link;
  /** Head of the receipt that it was given last. */
  answered: string | null;
  /** What is to be cosigned once it is on disk. */
  wish: (WitnessWish & { readonly note: string }) | null;
}

export class KeptLog {
  readonly record: KeptRecord;
  readonly #parts: KeptLogParts;
  readonly #sources = new Map<NodeId, Source>();
  readonly #log: FollowedLog;
  #heardAt: UnixMillis | null = null;
  #isFull = false;

  private constructor(parts: KeptLogParts, record: KeptRecord, log: FollowedLog) {
    this.#parts = parts;
    this.record = record;
    this.#log = log;
  }

  /** @throws as `FollowedLog.open`; TlogError for a recovery key that is none. */
  static async open(parts: KeptLogParts, record: KeptRecord): Promise<KeptLog> {
    const { clock, logger, logs, memory } = parts;
    const { firstKey, origin, recoveryKey } = record;
    let kept: KeptLog | null = null;
    const log = await FollowedLog.open({
      pinned: {
        origin,
        firstKey: parseVerifierKey(firstKey),
        recoveryKey: parseVerifierKey(recoveryKey),
      },
      ...{ blockKey: null, logs, memory, clock },
      observer: {
        onStored: (head) => {
          if (kept !== null) kept.#stored(head);
        },
        onAlarm: ({ code, detail }, proof) => {
          logger.error('a log that is kept for a peer told two histories', {
            ...{ origin, code, detail, proof },
          });
          if (kept !== null) kept.#tellAll('stopped');
        },
        onInvalidData: (peer) => {
          logger.warn('a peer sent what is not of the log', { origin });
          parts.onOffender(peer);
        },
        onRefused: () => {
          logger.warn('keys were announced that the log was never given', { origin });
        },
        onFailure: (cause) => {
          if (isNoRoom(cause) && kept !== null) kept.#full();
          else if (isBearable(cause))
            logger.warn('a log cannot be kept for now', { origin, error: cause });
          else parts.onFailure(cause);
        },
      },
    });
    kept = new KeptLog(parts, record, log);
    return kept;
  }

  /** The largest head that is checked, on disk and remembered. */
  get stored(): SignedHead | null {
    return this.#log.stored;
  }

  get alarm(): ReplicaAlarm | null {
    return this.#log.alarm;
  }

  /** When it was announced last; null where it has not since the start. */
  get heardAt(): UnixMillis | null {
    return this.#heardAt;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** @throws what `onFailure` is for. */
  async keep(from: KeeperPeer, { announcement, witness }: KeepMessage): Promise<void> {
    this.#heardAt = this.#parts.clock.now();
    const refusal = await this.#refusalOf(() => this.#log.announce(announcement), from);
    if (refusal !== null) {
      this.#tell(from.node, refusal);
      return;
    }
    this.#isFull = false;
    const source = this.#sourceOf(from);
    source.wish = witness && { ...witness, note: announcement.checkpoint };
    if (witness !== null && this.#parts.witness === null) this.#tell(from.node, 'no-witness');
    const { stored } = this.#log;
    if (stored === null) return;
    // Where there is more to come, once: it says where the log has come to.
    if (stored.note === announcement.checkpoint || source.answered !== stored.note)
      this.#answer(from.node, source, stored);
  }

  /** Peers that say that they have cut the log, though no honest one has. */
  look(): void {
    for (const { peer } of this.#log.peerForks()) this.#parts.onOffender(peer);
  }

  /** The link is gone. */
  forget(link: Link): void {
    this.#log.forget(link.mux);
    for (const [node, source] of this.#sources)
      if (source.link === link) this.#sources.delete(node);
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #sourceOf({ link, node }: KeeperPeer): Source {
    const known = this.#sources.get(node);
    if (known?.link === link) return known;
    // Whoever announces it knows its Hypercores: what is here may be given as well as taken.
    this.#log.replicateWith(link.mux);
    const source = { link, answered: null, wish: null };
    this.#sources.set(node, source);
    return source;
  }

  async #refusalOf(announce: () => Promise<void>, { link }: KeeperPeer): Promise<Refusal | null> {
    try {
      await announce();
      // It may have been the very word that contradicts what is here.
      return this.#log.alarm === null ? null : 'stopped';
    } catch (cause) {
      if (isNoRoom(cause)) {
        this.#isFull = true;
        return 'full';
      }
      if (!(cause instanceof ReplicaError)) throw cause;
      switch (cause.code) {
        case 'REPLICA_STOPPED':
          return 'stopped';
        case 'REPLICA_BUSY':
          return null;
        case 'REPLICA_KEYS_UNVERIFIED':
        case 'REPLICA_DIVERGED':
          return 'keys';
        default:
          // No key of the log has signed it: whoever says so knows better.
          link.drop('garbage');
          return 'keys';
      }
    }
  }

  /** Called when it is checked, on disk and remembered. */
  #stored(head: SignedHead): void {
    for (const [node, source] of this.#sources) this.#answer(node, source, head);
  }

  #answer(node: NodeId, source: Source, head: SignedHead): void {
    const { clock, receipt: key, send } = this.#parts;
    const { length, treeHash } = head.binding;
    const receipt = {
      origin: this.record.origin,
      // Of nobody's term: no group counts it.
      term: { number: 0, node: fromHex(node) },
      by: key.publicKey,
      ...{ length, treeHash, size: head.size, rootHash: head.rootHash, at: clock.now() },
    };
    source.answered = head.note;
    send(node, { kind: 'receipt', receipt, signed: signReceipt(receipt, key) });
    const { wish } = source;
    if (wish?.note !== head.note) return;
    source.wish = null;
    void this.#cosign(node, head, wish);
  }

  async #cosign(node: NodeId, head: SignedHead, wish: WitnessWish): Promise<void> {
    const { onFailure, send, witness } = this.#parts;
    if (witness === null) return;
    const { origin } = this.record;
    try {
      const answer = await witness.cosign(head, wish);
      if (answer.kind === 'refused') this.#tell(node, answer.why);
      else send(node, { kind: 'cosigned', origin, size: answer.size, line: answer.line });
    } catch (cause) {
      onFailure(cause);
    }
  }

  #full(): void {
    this.#isFull = true;
    this.#tellAll('full');
    // What was announced is given up, so that it is tried again when it is said again.
    void this.#log.pause();
  }

  #tellAll(why: Refusal): void {
    for (const node of this.#sources.keys()) this.#tell(node, why);
  }

  #tell(node: NodeId, why: Refusal): void {
    this.#parts.send(node, { kind: 'refuse', origin: this.record.origin, why });
  }
}

function isNoRoom(cause: unknown): boolean {
  return cause instanceof LedgerError && cause.code === 'LEDGER_REPLICA_LIMIT';
}
