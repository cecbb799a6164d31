/** Notes: text signed by one or more keys (C2SP signed-note). The text must not be used unverified. */
import { asBuffer, concat, fromBase64, toBase64, u32be, utf8 } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { ED25519_SIGNATURE_BYTES, ed25519Verifier, type SignMessage } from './ed25519.js';
import { isNoteText } from './internal/note-text.js';
import { ED25519_NOTE, isKeyName, type KeyId, type VerifierKey } from './note-key.js';
import { TlogError, refusedAs } from './tlog-error.js';

export interface SignedNote {
  /** What is signed; ends with a newline. */
  readonly text: string;
  /** At least one, in the note's order, verified or not. */
  readonly signatures: readonly NoteSignature[];
}

export interface NoteSignature {
  readonly name: string;
  readonly keyId: KeyId;
  /** What the key's type says; 64 bytes for plain Ed25519. */
  readonly signature: Uint8Array;
}

/** A known key. Its type says what is signed besides the text, and how. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: KeyId;
  verify(text: Uint8Array, signature: Uint8Array): boolean;
}

export interface NoteSigner {
  readonly name: string;
  readonly keyId: KeyId;
  readonly sign: SignMessage;
}

export const MAX_NOTE_BYTES = 1_000_000;
export const MAX_NOTE_SIGNATURES = 100;
const KEY_ID_BYTES = 4;

/** @param key of type 01. */
export function noteVerifier(key: VerifierKey): NoteVerifier {
  assert(key.type === ED25519_NOTE, 'a key of type 01 signs notes');
  return { name: key.name, keyId: key.keyId, verify: ed25519Verifier(key.publicKey) };
}

/** @param sign by the private key that belongs to `key`, wherever it lives. */
export function noteSigner(key: VerifierKey, sign: SignMessage): NoteSigner {
  assert(key.type === ED25519_NOTE, 'a key of type 01 signs notes');
  return { name: key.name, keyId: key.keyId, sign };
}

/**
 * The note as text, one signature line for each signer.
 *
 * @throws TlogError NOTE_MALFORMED for a text that is no note's: one without a newline at its end or
 * with control characters.
 */
export function signNote(text: string, ...signers: readonly NoteSigner[]): string {
  const bytes = utf8(text);
  const signatures = signers.map(({ name, keyId, sign }) => {
    const signature = sign(bytes);
    assert(signature.length === ED25519_SIGNATURE_BYTES, 'an Ed25519 signature has 64 bytes');
    return { name, keyId, signature };
  });
  return formatSignedNote({ text, signatures });
}

/** @throws TlogError NOTE_MALFORMED if the note could not be read again. */
export function formatSignedNote(note: SignedNote): string {
  const lines = note.signatures.map(
    ({ name, keyId, signature }) => `— ${name} ${toBase64(concat(u32be(keyId), signature))}\n`,
  );
  const formatted = `${note.text}\n${lines.join('')}`;
  // A text without its last newline could end in what then reads as a signature.
  if (parseSignedNote(formatted).text !== note.text)
    throw malformed('its text does not end with a newline');
  return formatted;
}

/**
 * Verifies nothing.
 *
 * @throws TlogError NOTE_MALFORMED for anything that `formatSignedNote` would not write, more than
 * 1,000,000 bytes or more than 100 signatures.
 */
export function parseSignedNote(note: string): SignedNote {
  if (note.length > MAX_NOTE_BYTES || utf8(note).length > MAX_NOTE_BYTES)
    throw malformed(`it is longer than ${MAX_NOTE_BYTES} bytes`);
  if (!isNoteText(note)) throw malformed('it has control characters or lone surrogates');
  const blank = note.lastIndexOf('\n\n');
  if (blank === -1 || !note.endsWith('\n'))
    throw malformed('no signature lines follow a blank line');
  const lines = note.slice(blank + 2).split('\n', MAX_NOTE_SIGNATURES + 2);
  // What follows the last newline.
  lines.pop();
  if (lines.length === 0 || lines.length > MAX_NOTE_SIGNATURES)
    throw malformed(`it has no signatures, or more than ${MAX_NOTE_SIGNATURES}`);
  return { text: note.slice(0, blank + 1), signatures: lines.map(parseSignature) };
}

/**
 * As `knownSignatures`, and at least one.
 *
 * @throws TlogError NOTE_UNVERIFIED also if no known key has signed.
 */
export function verifyNote(
  note: SignedNote,
  ...verifiers: readonly NoteVerifier[]
): NoteSignature[] {
  const verified = knownSignatures(note, ...verifiers);
  if (verified.length === 0)
    throw new TlogError('NOTE_UNVERIFIED', 'the note is not signed by any of the known keys');
  return verified;
}

/**
 * The signatures by known keys, each verified; those by others are ignored.
 *
 * @throws TlogError NOTE_UNVERIFIED if one by a known key is false.
 */
export function knownSignatures(
  note: SignedNote,
  ...verifiers: readonly NoteVerifier[]
): NoteSignature[] {
  const text = utf8(note.text);
  return note.signatures.filter((signature) => {
    const known = verifiers.filter(
      ({ name, keyId }) => name === signature.name && keyId === signature.keyId,
    );
    if (!known.every((verifier) => verifier.verify(text, signature.signature)))
      throw new TlogError('NOTE_UNVERIFIED', 'the note has a false signature by a known key');
    return known.length > 0;
  });
}

function parseSignature(line: string): NoteSignature {
  const [, name, encoded] = /^— ([^ ]+) ([^ ]+)$/u.exec(line) ?? [];
  if (name === undefined || encoded === undefined || !isKeyName(name))
    throw malformed('a signature line is not an em dash, a key name and base64');
  const bytes = refusedAs('NOTE_MALFORMED', 'a signature', () => fromBase64(encoded));
  if (bytes.length <= KEY_ID_BYTES) throw malformed('a signature is empty');
  return {
    name,
    keyId: asBuffer(bytes).readUInt32BE(0) as KeyId,
    signature: bytes.subarray(KEY_ID_BYTES),
  };
}

function malformed(reason: string): TlogError {
  return new TlogError('NOTE_MALFORMED', `not a signed note: ${reason}`);
}
