/** Texts that headers carry: bytes of UTF-8, which Node shows as one character each. */

/** Bytes that are no UTF-8 count as Latin-1. */
export function fromHeader(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return value;
  }
}

/** What a header cannot carry, and other ports take, is a blank. */
export function toHeader(text: string): string {
  return Buffer.from(text).toString('latin1').replace(CONTROLS, ' ');
}

// eslint-disable-next-line no-control-regex -- these are what it is for
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f]/g;
