/**
 * Base64 (RFC 4648 §4) in both directions. Decoding never fails: for a text that the encoder would not
 * have written it gives bytes of another text, and `fromBase64` of base/bytes, which compares, refuses it.
 */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const CHARACTERS = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const PADDING = '='.charCodeAt(0);
const CHUNK = 0x2000;

const VALUES = new Uint8Array(128);
CHARACTERS.forEach((character, value) => {
  VALUES[character] = value;
});

export function toBase64Text(bytes: Uint8Array): string {
  const text = new Uint8Array(4 * Math.ceil(bytes.length / 3)).fill(PADDING);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const left = Math.min(3, bytes.length - at);
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let digit = 0; digit <= left; digit++)
      text[to + digit] = CHARACTERS[(group >> (18 - 6 * digit)) & 63] ?? 0;
    to += 4;
  }
  const chunks: string[] = [];
  for (let at = 0; at < text.length; at += CHUNK)
    chunks.push(String.fromCharCode(...text.subarray(at, at + CHUNK)));
  return chunks.join('');
}

export function fromBase64Text(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return new Uint8Array(0);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let to = 0;
  for (let at = 0; at < text.length; at += 4) {
    const group =
      (valueAt(text, at) << 18) |
      (valueAt(text, at + 1) << 12) |
      (valueAt(text, at + 2) << 6) |
      valueAt(text, at + 3);
    for (let byte = 0; byte < 3 && to < bytes.length; byte++)
      bytes[to++] = (group >> (16 - 8 * byte)) & 0xff;
  }
  return bytes;
}

/** 0 for padding. */
function valueAt(text: string, at: number): number {
  return VALUES[text.charCodeAt(at)] ?? 0;
}
