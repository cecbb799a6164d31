/**
 * The disk under a recorded run, moved on event by event: what is surely on it, and what a power cut
 * at this moment may leave. Pure: it reads no disk, and all that is left to chance is asked of
 * `Chances`. Memory: the recorded directories once, and the data that is not synced yet.
 */
import { FileVersions, type Survival, type UnsyncedFile } from './file-versions.js';
import { applyNames, type Directories } from './live-tree.js';
import {
  FILE_SYSTEM_ROOT,
  type Inode,
  type InodeFacts,
  type NamesChange,
  type Trace,
  type TraceEvent,
} from './trace.js';

/**
 * When a name is durable.
 * `posix`: when its directory has been synced; until then any of the changes may survive without the
 * others, a file's later data without its name, a rename without the making of what it renames.
 * `journaled` (ext4, XFS): the changes survive in their order, over all directories, up to some point;
 * any fsync makes all before it durable, and fdatasync does when it has a new size to write down.
 */
export type FileSystem = 'posix' | 'journaled';

/** Decides what survives. */
export interface Chances {
  /** Which of the unsynced changes of names survive; `inOrder`: a first part of them. */
  names(unsynced: readonly NamesChange[], inOrder: boolean): (at: number) => boolean;
  file(inode: Inode, unsynced: UnsyncedFile): Survival;
}

export interface FileImage {
  readonly type: 'file';
  readonly mode: number;
  readonly bytes: Uint8Array;
  /** null: read from a real disk. */
  readonly inode: Inode | null;
}

export interface DirectoryImage {
  readonly type: 'directory';
  readonly mode: number;
}

/** Directories come before what lies in them. Paths are absolute. */
export type DiskImage = ReadonlyMap<string, FileImage | DirectoryImage>;

interface PendingNames {
  /** Position among all changes of names ever made. */
  readonly number: number;
  readonly change: NamesChange;
}

interface RunningSync {
  readonly inode: Inode | null;
  readonly dataOnly: boolean;
  /** What had been changed when it began: later changes are not in it. */
  readonly files: ReadonlyMap<Inode, number>;
  readonly names: number;
}

export class DiskModel {
  readonly #fileSystem: FileSystem;
  readonly #inodes: readonly InodeFacts[];
  readonly #files = new Map<Inode, FileVersions>();
  readonly #durableNames: Directories = new Map();
  readonly #syncs = new Map<number, RunningSync>();
  #pendingNames: PendingNames[] = [];
  #namesMade = 0;

  constructor(trace: Pick<Trace, 'inodes' | 'initial'>, fileSystem: FileSystem) {
    this.#inodes = trace.inodes;
    this.#fileSystem = fileSystem;
    for (const change of trace.initial) this.apply(change);
    for (const file of this.#files.values()) file.settle(file.changes);
    this.#settleNames(() => true);
  }

  apply(event: TraceEvent): void {
    switch (event.kind) {
      case 'write':
        this.#file(event.inode).write(event.offset, event.data);
        break;
      case 'truncate':
        this.#file(event.inode).truncate(event.size);
        break;
      case 'zero':
        this.#file(event.inode).zero(event.offset, event.length, event.mayExtend);
        break;
      case 'names':
        this.#pendingNames.push({ number: this.#namesMade++, change: event });
        break;
      case 'sync-begin':
        this.#syncs.set(event.sync, this.#beginSync(event.inode, event.dataOnly));
        break;
      case 'sync-end':
        this.#endSync(event.sync);
        break;
      case 'send':
        break;
    }
  }

  /** What may be found after a power cut now. */
  cut(chances: Chances): DiskImage {
    const survives = chances.names(
      this.#pendingNames.map(({ change }) => change),
      this.#fileSystem === 'journaled',
    );
    const names: Directories = new Map();
    for (const [inode, entries] of this.#durableNames) names.set(inode, new Map(entries));
    for (const [at, { change }] of this.#pendingNames.entries())
      if (survives(at)) applyNames(names, change.changes);
    return this.#image(names, (inode, file) =>
      file.isSettled ? file.current() : file.after(chances.file(inode, file.unsynced)),
    );
  }

  /** What the running program sees: everything survived. */
  current(): DiskImage {
    return this.cut({
      names: () => () => true,
      file: (_, { changes, sizes }) => ({
        size: sizes.at(-1) ?? 0,
        sectorBytes: 512,
        changesSeen: changes,
      }),
    });
  }

  #beginSync(inode: Inode | null, dataOnly: boolean): RunningSync {
    const files = new Map<Inode, number>();
    for (const [other, file] of inode === null ? this.#files : this.#only(inode))
      files.set(other, file.changes);
    return { inode, dataOnly, files, names: this.#namesMade };
  }

  #only(inode: Inode): [Inode, FileVersions][] {
    const file = this.#files.get(inode);
    return file === undefined ? [] : [[inode, file]];
  }

  #endSync(number: number): void {
    const sync = this.#syncs.get(number);
    if (sync === undefined) throw new RangeError('a sync ends that has not begun');
    this.#syncs.delete(number);
    let resized = false;
    for (const [inode, changes] of sync.files)
      if (this.#files.get(inode)?.settle(changes) === true) resized = true;
    this.#settleNames(
      (pending) => pending.number < sync.names && this.#covers(sync, resized, pending),
    );
  }

  #covers(sync: RunningSync, resized: boolean, { number, change }: PendingNames): boolean {
    const { inode } = sync;
    if (inode === null) return true;
    if (this.#fileSystem === 'posix')
      return change.changes.some(({ directory }) => directory === inode);
    if (!sync.dataOnly || resized) return true;
    // The journal is written up to where the file itself was last named, and with it all before that.
    const last = this.#pendingNames.findLast((pending) =>
      pending.change.changes.some((one) => one.inode === inode || one.directory === inode),
    );
    return last !== undefined && number <= last.number;
  }

  #settleNames(isDurable: (pending: PendingNames) => boolean): void {
    const durable: PendingNames[] = [];
    const left: PendingNames[] = [];
    const settledNames = new Set<string>();
    for (const pending of this.#pendingNames.toReversed()) {
      const keys = pending.change.changes.map(({ directory, name }) => `${directory}/${name}`);
      // A rename that is durable in one directory is so in the other, and no older change of the same
      // name can then come to light again.
      if (isDurable(pending) || keys.some((key) => settledNames.has(key))) {
        durable.unshift(pending);
        for (const key of keys) settledNames.add(key);
      } else {
        left.unshift(pending);
      }
    }
    for (const { change } of durable) applyNames(this.#durableNames, change.changes);
    this.#pendingNames = left;
  }

  #image(names: Directories, read: (inode: Inode, file: FileVersions) => Uint8Array): DiskImage {
    const image = new Map<string, FileImage | DirectoryImage>();
    const walk = (directory: Inode, path: string): void => {
      for (const [name, inode] of names.get(directory) ?? []) {
        const facts = this.#inodes[inode];
        if (facts === undefined) throw new RangeError('no such inode');
        const { type, mode } = facts;
        const here = `${path}/${name}`;
        if (type === 'file') {
          image.set(here, { type, mode, bytes: read(inode, this.#file(inode)), inode });
        } else {
          image.set(here, { type, mode });
          walk(inode, here);
        }
      }
    };
    walk(FILE_SYSTEM_ROOT, '');
    return image;
  }

  #file(inode: Inode): FileVersions {
    const known = this.#files.get(inode);
    if (known !== undefined) return known;
    const file = new FileVersions();
    this.#files.set(inode, file);
    return file;
  }
}
