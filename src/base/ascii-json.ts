/**
 * JSON text in which every character that is not ASCII is escaped (RFC 8259 §7). Its UTF-8 is one
 * byte a character, which is known without looking at it: large answers are encoded by copying.
 */
import type { Brand } from './brand.js';

export type AsciiJson = Brand<string, 'AsciiJson'>;

/** @param value what `JSON.stringify` writes, and not undefined. */
export function asciiJson(value: object | string | number | boolean | null): AsciiJson {
  return JSON.stringify(value).replace(NOT_ASCII, escaped) as AsciiJson;
}

/** One to a line. */
export function asciiJsonLines(texts: readonly AsciiJson[]): Uint8Array {
  return Buffer.from(`${texts.join('\n')}\n`, 'latin1');
}

const NOT_ASCII = /[\u0080-\uffff]/g;

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
