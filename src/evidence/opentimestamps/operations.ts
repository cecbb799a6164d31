/** The operations that lead from one message to the next: their bytes, their results, their order. */
import { concat, toHex, utf8 } from '../../base/bytes.js';
import { compareBytes } from './byte-order.js';
import { OTS_DIGEST_BYTES, otsDigest, type OtsDigestName } from './digests.js';
import { malformed } from './errors.js';
import { MAX_MESSAGE_BYTES } from './limits.js';
import { type OtsReader, varbytes } from './ots-bytes.js';

export type OtsOperation =
  | { readonly kind: OtsDigestName | 'reverse' | 'hexlify' }
  | {
      readonly kind: 'append' | 'prepend';
      /** 1–4,096 bytes. */
      readonly argument: Uint8Array;
    };

/** @throws OpenTimestampsError OTS_MALFORMED. */
export function readOperation(code: number, reader: OtsReader): OtsOperation {
  const kind = KINDS.get(code);
  if (kind === undefined) throw malformed('it has an operation that nobody knows');
  if (kind === 'append' || kind === 'prepend')
    return { kind, argument: reader.varbytes(1, MAX_MESSAGE_BYTES) };
  return { kind };
}

export function encodeOperation(operation: OtsOperation): Uint8Array {
  const code = Uint8Array.of(CODES[operation.kind]);
  return 'argument' in operation ? concat(code, varbytes(operation.argument)) : code;
}

/** By code, then by argument. */
export function compareOperations(a: OtsOperation, b: OtsOperation): number {
  return CODES[a.kind] - CODES[b.kind] || compareBytes(argumentOf(a), argumentOf(b));
}

/** Null if a message of this length cannot be taken, or the result would be too long. */
export function resultBytes(operation: OtsOperation, messageBytes: number): number | null {
  const bytes = unboundedResult(operation, messageBytes);
  return bytes <= MAX_MESSAGE_BYTES ? bytes : null;
}

/** @param message one that `resultBytes` has an answer for. */
export function applyOperation(operation: OtsOperation, message: Uint8Array): Uint8Array {
  switch (operation.kind) {
    case 'append':
      return concat(message, operation.argument);
    case 'prepend':
      return concat(operation.argument, message);
    case 'reverse':
      return message.toReversed();
    case 'hexlify':
      return utf8(toHex(message));
    default:
      return otsDigest(operation.kind, message);
  }
}

/** The operation that makes a file's digest out of the file. Null if the code is of none. */
export function digestNameOf(code: number): OtsDigestName | null {
  const kind = KINDS.get(code);
  return kind !== undefined && kind in OTS_DIGEST_BYTES ? (kind as OtsDigestName) : null;
}

export function digestCode(name: OtsDigestName): number {
  return CODES[name];
}

const CODES: Readonly<Record<OtsOperation['kind'], number>> = {
  sha1: 0x02,
  ripemd160: 0x03,
  sha256: 0x08,
  keccak256: 0x67,
  append: 0xf0,
  prepend: 0xf1,
  reverse: 0xf2,
  hexlify: 0xf3,
};

const KINDS: ReadonlyMap<number, OtsOperation['kind']> = new Map(
  Object.entries(CODES).map(([kind, code]) => [code, kind as OtsOperation['kind']]),
);

const NO_ARGUMENT = new Uint8Array();

function argumentOf(operation: OtsOperation): Uint8Array {
  return 'argument' in operation ? operation.argument : NO_ARGUMENT;
}

function unboundedResult(operation: OtsOperation, messageBytes: number): number {
  switch (operation.kind) {
    case 'append':
    case 'prepend':
      return messageBytes + operation.argument.length;
    case 'reverse':
      return messageBytes;
    case 'hexlify':
      return messageBytes * 2;
    default:
      return OTS_DIGEST_BYTES[operation.kind];
  }
}
