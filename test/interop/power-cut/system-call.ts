/** What the meanings of system calls are written in. */
import { type Opened, type Process, type ProcessTable, absolutePath } from './process-table.js';
import type { Argument } from './strace-arguments.js';
import type { TraceBuilder } from './trace-builder.js';
import { RecordingError } from './trace.js';

export interface Call {
  readonly thread: number;
  readonly process: Process;
  readonly processes: ProcessTable;
  readonly builder: TraceBuilder;
  readonly arguments: readonly Argument[];
  /** A number for a connection that is new. */
  newConnection(): number;
}

export interface Ending {
  /**
   * The call has done what it should. Effects are dated here, since nothing can rely on them earlier.
   * @param result ≥ 0
   */
  ended?(result: number, all: readonly Argument[]): void;
  failed?(): void;
  /** The thread was killed in the call, which may have had its effect or a part of it, or none. */
  lost?(): void;
}

/** Called when a call begins. Calls of no interest give undefined. */
export type Handler = (call: Call) => Ending | undefined;

export function argument(all: readonly Argument[], at: number): Argument {
  const found = all[at];
  if (found === undefined) throw new RecordingError('strace printed fewer arguments than expected');
  return found;
}

export function numberAt(all: readonly Argument[], at: number): number {
  const value = Number(argument(all, at).text);
  if (!Number.isSafeInteger(value)) throw new RecordingError('strace printed no number');
  return value;
}

export function modeAt(all: readonly Argument[], at: number): number {
  return Number.parseInt(argument(all, at).text, 8) & 0o7777;
}

export function hasFlag({ text }: Argument, ...flags: readonly string[]): boolean {
  return text.split('|').some((flag) => flags.includes(flag));
}

export function openedAt(call: Call, at: number): Opened | undefined {
  return call.process.files.get(Number(argument(call.arguments, at).text));
}

/**
 * The absolute path that argument `at` names, or null if it lies outside of what is recorded.
 * @param base which argument is the directory that a relative path starts from; null: there is none.
 */
export function pathAt(call: Call, base: number | null, at: number): string | null {
  const [bytes] = argument(call.arguments, at).strings;
  if (bytes === undefined) return null;
  const path = Buffer.from(bytes).toString('utf8');
  const directory = base === null ? null : baseDirectory(call, base, path);
  if (directory === undefined) return null;
  const absolute = absolutePath(call.process, directory, path);
  return call.builder.tree.isRecorded(absolute) ? absolute : null;
}

/** null: the working directory; undefined: a directory outside of what is recorded. */
function baseDirectory(call: Call, at: number, path: string): string | null | undefined {
  if (path.startsWith('/') || argument(call.arguments, at).text === 'AT_FDCWD') return null;
  const opened = openedAt(call, at);
  return opened?.kind === 'directory' ? opened.path : undefined;
}
