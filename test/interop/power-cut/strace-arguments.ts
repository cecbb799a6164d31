/**
 * The arguments of one call as `strace -xx` prints them: every string is all `\xNN`, so that neither
 * quotes, commas nor line ends of the traced program's data can be taken for strace's own.
 */
import { RecordingError } from './trace.js';

export interface Argument {
  /** As printed, each string in it reduced to `""`. */
  readonly text: string;
  /** The strings in it, decoded. */
  readonly strings: readonly Uint8Array[];
}

export interface ScannedArguments {
  readonly arguments: readonly Argument[];
  /** Where the text goes on behind the closing parenthesis; null if it is not there yet. */
  readonly end: number | null;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const DOT = 0x2e;
const OPENING: ReadonlySet<number> = new Set(Buffer.from('([{'));
const CLOSING: ReadonlySet<number> = new Set(Buffer.from(')]}'));
const DIGIT_VALUE = digitValues();

/** Reads from behind the opening parenthesis. @throws RecordingError for a string that strace cut short. */
export function scanArguments(line: Buffer, start: number): ScannedArguments {
  const found: Argument[] = [];
  let text = '';
  let strings: Uint8Array[] = [];
  let depth = 0;
  const finish = (): void => {
    if (text.trim() !== '') found.push({ text: text.trim(), strings });
    text = '';
    strings = [];
  };
  for (let at = start; at < line.length; at++) {
    const byte = line[at] ?? 0;
    if (byte === QUOTE) {
      const end = line.indexOf(QUOTE, at + 1);
      strings.push(decodeHexString(line, at + 1, end));
      text += '""';
      if (line[end + 1] === DOT) throw new RecordingError('strace cut a string short: raise -s');
      at = end;
    } else if (byte === COMMA && depth === 0) {
      finish();
    } else if (CLOSING.has(byte) && depth === 0) {
      finish();
      return { arguments: found, end: at + 1 };
    } else {
      if (OPENING.has(byte)) depth++;
      if (CLOSING.has(byte)) depth--;
      text += String.fromCharCode(byte);
    }
  }
  finish();
  return { arguments: found, end: null };
}

function decodeHexString(line: Buffer, start: number, end: number): Uint8Array {
  const length = (end - start) / 4;
  if (end < 0 || !Number.isInteger(length)) throw new RecordingError('not a string of strace -xx');
  // Slow: strings outlive the chunk they were read from, and a pool's slice would keep the pool.
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let at = 0, from = start + 2; at < length; at++, from += 4)
    bytes[at] =
      ((DIGIT_VALUE[line[from] ?? 0] ?? 0) << 4) | (DIGIT_VALUE[line[from + 1] ?? 0] ?? 0);
  return bytes;
}

function digitValues(): Uint8Array {
  const values = new Uint8Array(256);
  for (let value = 0; value < 16; value++) values[value.toString(16).charCodeAt(0)] = value;
  return values;
}
