/** The keys of signed notes and their text form, the verifier key or vkey (C2SP signed-note). */
import type { Brand } from '../base/brand.js';
import { asBuffer, concat, fromBase64, toBase64, utf8 } from '../base/bytes.js';
import { ChirographError } from '../base/errors.js';
import { sha256 } from '../base/hash.js';
import { ED25519_KEY_BYTES } from './ed25519.js';
import { isNoteText } from './internal/note-text.js';
import { TlogError, refusedAs } from './tlog-error.js';

/** The first 4 bytes, big-endian, of SHA-256(name ‖ 0a ‖ type ‖ key): a hint which key, no more. */
export type KeyId = Brand<number, 'KeyId'>;

/** Ed25519 over the note text (C2SP signed-note). */
export const ED25519_NOTE = 0x01;
/** Ed25519 over a time and a checkpoint (C2SP tlog-cosignature). */
export const ED25519_COSIGNATURE = 0x04;

export type SignatureType = typeof ED25519_NOTE | typeof ED25519_COSIGNATURE;

export interface VerifierKey {
  readonly name: string;
  readonly keyId: KeyId;
  readonly type: SignatureType;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** @throws TlogError NOTE_KEY_MALFORMED for a name that a note cannot carry, or a key of other length. */
export function verifierKey(name: string, type: SignatureType, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name))
    throw malformed('a key name is not empty and has no spaces, control characters or "+"');
  if (publicKey.length !== ED25519_KEY_BYTES) throw malformed('an Ed25519 key has 32 bytes');
  return { name, keyId: keyIdOf(name, type, publicKey), type, publicKey };
}

/** Not empty, no white space, no `+` (C2SP signed-note, "Format"). */
export function isKeyName(name: string): boolean {
  return /^[^\p{White_Space}+]+$/u.test(name) && isNoteText(name);
}

/** `<name>+<key id, hex>+<base64(type ‖ key)>`. */
export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${formatKeyId(key.keyId)}+${toBase64(typedKey(key.type, key.publicKey))}`;
}

/**
 * @throws TlogError NOTE_KEY_MALFORMED for another form, an algorithm other than the two Ed25519 ones,
 * or a key id that is not the key's.
 */
export function parseVerifierKey(text: string): VerifierKey {
  // Base64 has plus signs too.
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/su.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined)
    throw malformed('the form is <name>+<8 hex digits>+<base64>');
  const typed = refusedAs('NOTE_KEY_MALFORMED', 'not a verifier key', () =>
    fromBase64(encoded, 1 + ED25519_KEY_BYTES),
  );
  const type = typed[0];
  if (type !== ED25519_NOTE && type !== ED25519_COSIGNATURE)
    throw malformed('only Ed25519 keys (01) and Ed25519 cosigner keys (04) are known');
  const key = verifierKey(name, type, typed.subarray(1));
  if (formatKeyId(key.keyId) !== id) throw malformed('the key id belongs to another name or key');
  return key;
}

/** Of a log, or a recovery key: of type 01. Null for what is none. */
export function ed25519KeyIn(text: string): VerifierKey | null {
  try {
    const key = parseVerifierKey(text);
    return key.type === ED25519_NOTE ? key : null;
  } catch (cause) {
    if (cause instanceof ChirographError) return null;
    throw cause;
  }
}

function keyIdOf(name: string, type: SignatureType, publicKey: Uint8Array): KeyId {
  const digest = sha256(utf8(`${name}\n`), typedKey(type, publicKey));
  return asBuffer(digest).readUInt32BE(0) as KeyId;
}

function typedKey(type: SignatureType, publicKey: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(type), publicKey);
}

function formatKeyId(keyId: KeyId): string {
  return keyId.toString(16).padStart(8, '0');
}

function malformed(reason: string): TlogError {
  return new TlogError('NOTE_KEY_MALFORMED', `not a usable verifier key: ${reason}`);
}
