import { utf8ToString } from '../../src/base/bytes.js';
import { ChirographError } from '../../src/base/errors.js';

/** Every text that differs from this one in one byte. */
export function singleByteChanges(text: string): Generator<string> {
  return changes(
    text,
    Array.from({ length: 255 }, (_, at) => at + 1),
  );
}

/** Every text that differs from this one in one bit: fewer, for what is slow to check. */
export function singleBitChanges(text: string): Generator<string> {
  return changes(text, [1, 2, 4, 8, 16, 32, 64, 128]);
}

/** Bytes that are not UTF-8 are left out, being refused before. */
function* changes(text: string, masks: readonly number[]): Generator<string> {
  const bytes = new Uint8Array(Buffer.from(text));
  for (let at = 0; at < bytes.length; at++)
    for (const change of masks) {
      const changed = bytes.slice();
      changed[at] = (bytes[at] ?? 0) ^ change;
      const decoded = decode(changed);
      if (decoded !== undefined) yield decoded;
    }
}

/** Every text with one byte left out, one doubled, or the end cut off. */
export function* cutsAndRepeats(text: string): Generator<string> {
  for (let at = 0; at < text.length; at++) {
    yield text.slice(0, at) + text.slice(at + 1);
    yield text.slice(0, at + 1) + text.slice(at);
    yield text.slice(0, at);
  }
}

/** The texts that are accepted; anything but a refusal of ours is a failure of its own. */
export function accepted(texts: Iterable<string>, read: (text: string) => unknown): string[] {
  const taken: string[] = [];
  for (const text of texts)
    try {
      read(text);
      taken.push(text);
    } catch (error) {
      if (!(error instanceof ChirographError)) throw error;
    }
  return taken;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8ToString(bytes);
  } catch (error) {
    if (error instanceof ChirographError) return undefined;
    throw error;
  }
}
