/**
 * The names and sizes in the recorded directories as the running program sees them: what a path
 * means at this moment. Outside of these directories it knows nothing and wants to know nothing.
 */
import { basename, dirname } from 'node:path/posix';
import {
  FILE_SYSTEM_ROOT,
  type Inode,
  type InodeFacts,
  type NameChange,
  RecordingError,
} from './trace.js';

export type Directories = Map<Inode, Map<string, Inode>>;

export function applyNames(directories: Directories, changes: readonly NameChange[]): void {
  for (const { directory, name, inode } of changes) {
    const names = directories.get(directory) ?? new Map<string, Inode>();
    directories.set(directory, names);
    if (inode === null) names.delete(name);
    else names.set(name, inode);
  }
}

export class LiveTree {
  readonly #roots: readonly string[];
  readonly #directories: Directories = new Map();
  readonly #inodes: InodeFacts[] = [{ type: 'directory', mode: 0o755 }];
  readonly #sizes: number[] = [0];

  constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  get inodes(): InodeFacts[] {
    return this.#inodes;
  }

  /** Recorded are what lies in the directories, they themselves, and the way to them. */
  isRecorded(path: string): boolean {
    return this.#roots.some(
      (root) => path === root || path.startsWith(`${root}/`) || root.startsWith(`${path}/`),
    );
  }

  find(path: string): Inode | null {
    let inode: Inode = FILE_SYSTEM_ROOT;
    for (const name of path.split('/')) {
      if (name === '') continue;
      const next = this.#directories.get(inode)?.get(name);
      if (next === undefined) return null;
      inode = next;
    }
    return inode;
  }

  /** @throws RecordingError if something else than the recorded program has been at work. */
  get(path: string): Inode {
    const inode = this.find(path);
    if (inode === null) throw new RecordingError(`${path} came to be unseen`);
    return inode;
  }

  /** What it takes to have the name `path` mean `inode`, or nothing. */
  naming(path: string, inode: Inode | null): NameChange {
    return { directory: this.get(dirname(path)), name: basename(path), inode };
  }

  add(type: InodeFacts['type'], mode: number): Inode {
    this.#sizes.push(0);
    return this.#inodes.push({ type, mode }) - 1;
  }

  apply(changes: readonly NameChange[]): void {
    applyNames(this.#directories, changes);
  }

  facts(inode: Inode): InodeFacts {
    const facts = this.#inodes[inode];
    if (facts === undefined) throw new RangeError('no such inode');
    return facts;
  }

  size(inode: Inode): number {
    return this.#sizes[inode] ?? 0;
  }

  resize(inode: Inode, size: number): void {
    this.#sizes[inode] = size;
  }
}
