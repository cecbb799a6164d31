/**
 * Which open file a descriptor number means, in which process: numbers are handed out again as soon
 * as they are closed, shared by threads, copied by a fork, and doubled by dup. What stands behind one
 * (POSIX: the open file description) is one object, however many numbers lead to it.
 */
import { resolve } from 'node:path/posix';
import { type Inode, RecordingError } from './trace.js';

export interface OpenedFile {
  readonly kind: 'file';
  readonly inode: Inode;
  readonly readable: boolean;
  /** O_SYNC, O_DSYNC: every write is a sync too. */
  readonly synchronous: boolean;
  append: boolean;
  position: number;
}

export interface OpenedDirectory {
  readonly kind: 'directory';
  readonly inode: Inode;
  readonly path: string;
}

/** A socket, or what the program was given as standard output or error. */
export interface Stream {
  readonly kind: 'stream';
  readonly connection: number;
}

export type Opened = OpenedFile | OpenedDirectory | Stream;

export interface Process {
  files: Map<number, Opened>;
  directory: string;
  umask: number;
}

/** A clone that is under way: its child may run, and be seen to run, before it returns. */
interface Clone {
  readonly parent: Process;
  readonly sharesFiles: boolean;
}

export class ProcessTable {
  readonly #byThread = new Map<number, Process>();
  readonly #cloning = new Map<number, Clone>();
  #first: Process | null;

  constructor(first: Process) {
    this.#first = first;
  }

  /** @throws RecordingError for a thread of which it is not known whose it is. */
  of(thread: number): Process {
    const known = this.#byThread.get(thread);
    if (known !== undefined) return known;
    const process = this.#first ?? this.#adopt();
    this.#first = null;
    this.#byThread.set(thread, process);
    return process;
  }

  beginClone(thread: number, sharesFiles: boolean): void {
    this.#cloning.set(thread, { parent: this.of(thread), sharesFiles });
  }

  /** @param child null if the clone failed. */
  endClone(thread: number, child: number | null): void {
    const clone = this.#cloning.get(thread);
    this.#cloning.delete(thread);
    if (clone !== undefined && child !== null && !this.#byThread.has(child))
      this.#byThread.set(child, childOf(clone));
  }

  #adopt(): Process {
    const clones = [...this.#cloning.values()];
    const [clone] = clones;
    if (clone === undefined) throw new RecordingError('a thread runs that nobody began');
    const sameProcess = clones.every(
      ({ parent, sharesFiles }) => sharesFiles && parent === clone.parent,
    );
    if (clones.length > 1 && !sameProcess)
      throw new RecordingError('two processes fork at once: which child is whose is not known');
    return childOf(clone);
  }
}

/** Absolute, without `.` and `..`; paths with symbolic links in them are not followed. */
export function absolutePath(process: Process, base: string | null, path: string): string {
  return resolve(base ?? process.directory, path);
}

function childOf({ parent, sharesFiles }: Clone): Process {
  return sharesFiles ? parent : { ...parent, files: new Map(parent.files) };
}
