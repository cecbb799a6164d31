/**
 * Turns strace's lines into the beginnings and ends of system calls. A call that other threads' calls
 * came in between of stands on two lines, `… <unfinished ...>` and `<... name resumed>…`.
 *
 * The order is what matters here, and it can be relied on: a thread stands still from before a call
 * begins, and again after it ended, until strace has written so. What one thread does because of
 * another's call therefore comes after that call's end.
 */
import { asBuffer } from '../../../src/base/bytes.js';
import { type Argument, scanArguments } from './strace-arguments.js';
import { RecordingError } from './trace.js';

export interface CallStep {
  readonly step: 'begin' | 'end';
  readonly thread: number;
  readonly name: string;
  /** At the beginning, those that the caller passes in; at the end all. */
  readonly arguments: readonly Argument[];
  /** −1 for an error; null at the beginning, and at the end of a call that the thread did not survive. */
  readonly result: number | null;
}

const UNFINISHED = Buffer.from('<unfinished ...>');
const RESUMED = Buffer.from(' resumed>');
const LINE_END = 0x0a;
const OPENING_PARENTHESIS = 0x28;

interface Unfinished {
  readonly name: string;
  readonly text: Buffer;
}

/** Reads a log made by `strace -f -xx -o`. */
export async function* readCalls(log: AsyncIterable<Uint8Array>): AsyncGenerator<CallStep> {
  const unfinished = new Map<number, Unfinished>();
  for await (const line of lines(log)) yield* readLine(line, unfinished);
}

function* readLine(line: Buffer, unfinished: Map<number, Unfinished>): Generator<CallStep> {
  const space = line.indexOf(' ');
  const thread = Number(line.toString('latin1', 0, space));
  if (space < 1 || !Number.isInteger(thread)) throw new RecordingError('not a line of strace -f');
  let at = space;
  while (line[at] === 0x20) at++;
  const mark = line.toString('latin1', at, at + 3);
  // A signal's arrival, a thread's end.
  if (mark === '---' || mark === '+++') return;
  let begun: Unfinished | undefined;
  if (mark === '<..') {
    begun = unfinished.get(thread);
    if (begun === undefined) throw new RecordingError('a call ends that has not begun');
    unfinished.delete(thread);
    at = line.indexOf(RESUMED, at) + RESUMED.length;
  } else {
    const parenthesis = line.indexOf(OPENING_PARENTHESIS, at);
    begun = { name: line.toString('latin1', at, parenthesis), text: Buffer.alloc(0) };
    at = parenthesis + 1;
  }
  const { name } = begun;
  const cut = line.lastIndexOf(UNFINISHED);
  const rest = line.subarray(at, cut < at ? undefined : cut);
  const text = begun.text.length === 0 ? rest : Buffer.concat([begun.text, rest]);
  const scanned = scanArguments(text, 0);
  if (mark !== '<..')
    yield { step: 'begin', thread, name, arguments: scanned.arguments, result: null };
  if (cut >= at && !line.toString('latin1', cut + UNFINISHED.length).includes('= ?')) {
    unfinished.set(thread, { name, text: Buffer.from(text) });
    return;
  }
  const tail = scanned.end === null ? '' : text.toString('latin1', scanned.end);
  yield { step: 'end', thread, name, arguments: scanned.arguments, result: readResult(tail) };
}

/** `= 5`, `= -1 ENOENT (…)`, `= 0x402 (flags …)`, `= ?`; null for the last. */
function readResult(tail: string): number | null {
  // Interrupted before it did anything; the kernel begins it anew, and strace says so.
  if (tail.includes('= ? ERESTART')) return -1;
  const [, value] = /^\s*= (-?\d+|0x[0-9a-f]+)/.exec(tail) ?? [];
  return value === undefined ? null : Number(value);
}

async function* lines(log: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let pieces: Uint8Array[] = [];
  for await (const chunk of log) {
    const bytes = asBuffer(chunk);
    let start = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, start)) {
      const last = bytes.subarray(start, end);
      yield pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
      pieces = [];
      start = end + 1;
    }
    if (start < bytes.length) pieces.push(Buffer.from(bytes.subarray(start)));
  }
  if (pieces.length > 0) yield Buffer.concat(pieces);
}
