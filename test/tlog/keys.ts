import { ed25519Key } from '../../src/tlog/ed25519.js';
import type { SignMessage } from '../../src/tlog/ed25519.js';
import {
  ED25519_COSIGNATURE,
  ED25519_NOTE,
  verifierKey,
  type SignatureType,
  type VerifierKey,
} from '../../src/tlog/note-key.js';
import { noteSigner, noteVerifier } from '../../src/tlog/signed-note.js';
import type { NoteSigner, NoteVerifier } from '../../src/tlog/signed-note.js';

/** A key made of one repeated byte: the same in every run, and of no use elsewhere. */
function testKey(
  name: string,
  byte: number,
  type: SignatureType,
): { key: VerifierKey; sign: SignMessage } {
  const { publicKey, sign } = ed25519Key(new Uint8Array(32).fill(byte));
  return { key: verifierKey(name, type, publicKey), sign };
}

export function logKey(
  name: string,
  byte = 1,
): { key: VerifierKey; signer: NoteSigner; verifier: NoteVerifier } {
  const { key, sign } = testKey(name, byte, ED25519_NOTE);
  return { key, signer: noteSigner(key, sign), verifier: noteVerifier(key) };
}

export function witnessKey(name: string, byte = 2): { key: VerifierKey; sign: SignMessage } {
  return testKey(name, byte, ED25519_COSIGNATURE);
}
