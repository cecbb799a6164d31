/** Bytes as they come, cut into lines. */
import { CliError } from './cli-error.js';

/** The largest line that any node can be set to take. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

const LINE_FEED = 0x0a;
const EMPTY = /^[\t\r ]*$/;

export interface InputLine {
  /** From 1, blank ones counted. */
  readonly number: number;
  /** Without its line feed. */
  readonly bytes: Uint8Array;
}

/**
 * The lines that are not blank.
 *
 * @throws CliError CLI_INPUT for a line of more than 64 MiB.
 */
export async function* inputLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<InputLine> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let number = 1;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const bytes = Buffer.concat([...parts, chunk.subarray(start, end)]);
      if (!isBlank(bytes)) yield { number, bytes };
      number++;
      parts = [];
      length = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > MAX_LINE_BYTES)
      throw new CliError('CLI_INPUT', `a line of the input is longer than ${MAX_LINE_BYTES} bytes`);
  }
  const bytes = Buffer.concat(parts);
  if (!isBlank(bytes)) yield { number, bytes };
}

function isBlank(line: Buffer): boolean {
  return line.length < 256 && EMPTY.test(line.toString('latin1'));
}
