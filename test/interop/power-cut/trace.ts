/**
 * What a recorded run comes down to: the changes that a program made to some directories, the syncs
 * it asked for and got, and the acknowledgements it sent, in one order. A position is an index into
 * `events`; a power cut at position p comes after the events before p and before all others.
 */

/** Files and directories go by number, since their names come and go. 0 is the directory `/`. */
export type Inode = number;

export const FILE_SYSTEM_ROOT: Inode = 0;

export interface InodeFacts {
  readonly type: 'file' | 'directory';
  /** Permission bits. A change of them counts as durable at once, and from the beginning. */
  mode: number;
}

/** What a name in a directory stands for from now on; null: there is no such name any more. */
export interface NameChange {
  readonly directory: Inode;
  readonly name: string;
  readonly inode: Inode | null;
}

export type FileChange =
  | {
      readonly kind: 'write';
      readonly inode: Inode;
      readonly offset: number;
      readonly data: Uint8Array;
    }
  | { readonly kind: 'truncate'; readonly inode: Inode; readonly size: number }
  | {
      readonly kind: 'zero';
      readonly inode: Inode;
      readonly offset: number;
      readonly length: number;
      readonly mayExtend: boolean;
    };

/** All of these at once or none: a rename takes a name away and gives another. */
export interface NamesChange {
  readonly kind: 'names';
  readonly changes: readonly NameChange[];
}

export interface SyncBegin {
  readonly kind: 'sync-begin';
  readonly sync: number;
  /** null: everything (sync, syncfs). */
  readonly inode: Inode | null;
  /** fdatasync rather than fsync. */
  readonly dataOnly: boolean;
}

/** The sync returned without error. One that failed has a beginning only. */
export interface SyncEnd {
  readonly kind: 'sync-end';
  readonly sync: number;
}

/** Bytes began to leave on a connection; the power may go as soon as their receiver has them. */
export interface Send {
  readonly kind: 'send';
  readonly connection: number;
  /** What these bytes completed the acknowledgement of. */
  acknowledged: readonly string[];
}

export type TraceEvent = FileChange | NamesChange | SyncBegin | SyncEnd | Send;

export interface Trace {
  /** The directories recorded: absolute paths. */
  readonly directories: readonly string[];
  readonly inodes: readonly InodeFacts[];
  /** What makes the directories what they were when the run began; all of it durable. */
  readonly initial: readonly (FileChange | NamesChange)[];
  readonly events: readonly TraceEvent[];
  /** Files that a call was still changing when the program was killed: their last bytes are unknown. */
  readonly uncertainInodes: ReadonlySet<Inode>;
  /** A name was still being changed when the program was killed. */
  readonly uncertainNames: boolean;
}

/** What this harness cannot say anything true about, so it refuses to say anything. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}
