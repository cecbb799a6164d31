/** Collects the events of a trace while the calls of the recorded program go by. */
import type { AcknowledgementScanner } from './acknowledgements.js';
import { LiveTree } from './live-tree.js';
import {
  type FileChange,
  type Inode,
  type InodeFacts,
  type NameChange,
  type NamesChange,
  type Send,
  type Trace,
  type TraceEvent,
} from './trace.js';

export class TraceBuilder {
  readonly tree: LiveTree;
  readonly #directories: readonly string[];
  readonly #newScanner: () => AcknowledgementScanner;
  readonly #scanners = new Map<number, AcknowledgementScanner>();
  readonly #initial: (FileChange | NamesChange)[] = [];
  readonly #events: TraceEvent[] = [];
  readonly #uncertainInodes = new Set<Inode>();
  #uncertainNames = false;
  #running = false;
  #syncs = 0;

  constructor(directories: readonly string[], newScanner: () => AcknowledgementScanner) {
    this.tree = new LiveTree(directories);
    this.#directories = directories;
    this.#newScanner = newScanner;
  }

  /** What has been told until now was there before the program ran. */
  begin(): void {
    this.#running = true;
  }

  create(path: string, type: InodeFacts['type'], mode: number): Inode {
    const inode = this.tree.add(type, mode);
    this.names([this.tree.naming(path, inode)]);
    return inode;
  }

  names(changes: readonly NameChange[]): void {
    this.tree.apply(changes);
    this.#change({ kind: 'names', changes });
  }

  write(inode: Inode, offset: number, data: Uint8Array): void {
    if (data.length === 0) return;
    this.tree.resize(inode, Math.max(this.tree.size(inode), offset + data.length));
    this.#change({ kind: 'write', inode, offset, data });
  }

  truncate(inode: Inode, size: number): void {
    if (this.tree.size(inode) === size) return;
    this.tree.resize(inode, size);
    this.#change({ kind: 'truncate', inode, size });
  }

  zero(inode: Inode, offset: number, length: number, mayExtend: boolean): void {
    if (mayExtend) this.tree.resize(inode, Math.max(this.tree.size(inode), offset + length));
    this.#change({ kind: 'zero', inode, offset, length, mayExtend });
  }

  /** Returns what to call once the sync has returned without error. */
  sync(inode: Inode | null, dataOnly: boolean): () => void {
    const sync = this.#syncs++;
    this.#events.push({ kind: 'sync-begin', sync, inode, dataOnly });
    return () => this.#events.push({ kind: 'sync-end', sync });
  }

  /** Returns what to call with the bytes that were taken, once that is known. */
  send(connection: number): (data: Uint8Array) => void {
    const send: Send = { kind: 'send', connection, acknowledged: [] };
    this.#events.push(send);
    const scan = this.#scanners.get(connection) ?? this.#newScanner();
    this.#scanners.set(connection, scan);
    return (data) => {
      send.acknowledged = scan(data, connection);
    };
  }

  /** The program was killed while it was changing this file. */
  isUncertain(inode: Inode): void {
    this.#uncertainInodes.add(inode);
  }

  namesAreUncertain(): void {
    this.#uncertainNames = true;
  }

  finish(): Trace {
    return {
      directories: this.#directories,
      inodes: this.tree.inodes,
      initial: this.#initial,
      events: this.#events,
      uncertainInodes: this.#uncertainInodes,
      uncertainNames: this.#uncertainNames,
    };
  }

  #change(change: FileChange | NamesChange): void {
    if (this.#running) this.#events.push(change);
    else this.#initial.push(change);
  }
}
