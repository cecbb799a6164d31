/** What `append` reads: one JSON document, over however many lines, or NDJSON. */
import { utf8ToString } from '../base/bytes.js';
import { type JsonObject, parseStrictJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { isJsonObject } from '../base/json-members.js';
import { CliError } from './cli-error.js';
import { type InputLine, inputLines, MAX_LINE_BYTES } from './input-lines.js';

export type AppendInput =
  | { readonly kind: 'record'; readonly record: JsonObject }
  | { readonly kind: 'lines'; readonly lines: AsyncIterable<InputLine> };

/**
 * NDJSON if the first line is a whole object and others follow, or if that was said. Lines are not
 * looked into: each has an answer of its own.
 *
 * @throws CliError CLI_INPUT for what is neither.
 */
export async function readAppendInput(
  chunks: AsyncIterable<Uint8Array>,
  isNdjson: boolean,
): Promise<AppendInput> {
  const lines = inputLines(chunks);
  if (isNdjson) return { kind: 'lines', lines };
  const first = await lines.next();
  if (first.done === true) throw new CliError('CLI_INPUT', 'the input is empty');
  const record = objectOf(first.value.bytes);
  const second = await lines.next();
  if (record !== null && second.done !== true)
    return { kind: 'lines', lines: chained([first.value, second.value], lines) };
  if (record !== null) return { kind: 'record', record };
  const begun = second.done === true ? [first.value] : [first.value, second.value];
  const document = objectOf(await joined(begun, lines));
  if (document === null)
    throw new CliError(
      'CLI_INPUT',
      'the input is neither one JSON object nor NDJSON (--ndjson lets each line stand alone)',
    );
  return { kind: 'record', record: document };
}

async function* chained(
  first: readonly InputLine[],
  rest: AsyncIterable<InputLine>,
): AsyncGenerator<InputLine> {
  yield* first;
  yield* rest;
}

async function joined(
  first: readonly InputLine[],
  rest: AsyncIterable<InputLine>,
): Promise<Uint8Array> {
  const lines: Uint8Array[] = [];
  let length = 0;
  for await (const { bytes } of chained(first, rest)) {
    lines.push(bytes, Buffer.from('\n'));
    length += bytes.length + 1;
    if (length > MAX_LINE_BYTES)
      throw new CliError('CLI_INPUT', `the input is longer than ${MAX_LINE_BYTES} bytes`);
  }
  return Buffer.concat(lines, length);
}

function objectOf(bytes: Uint8Array): JsonObject | null {
  try {
    const value = parseStrictJson(utf8ToString(bytes));
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof BaseError) return null;
    throw error;
  }
}
