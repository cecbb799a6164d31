/**
 * A holder's signed word that it has destroyed what the erasures of a log name, up to one of them (docs/formats/statement.md,
 * `erased`).
 */
import type { UnixMillis } from '../base/brand.js';
import { fromBase64, fromHex, toBase64, utf8 } from '../base/bytes.js';
import type { HexDigest } from '../base/hex-digest.js';
import { formatInstant } from '../base/time.js';
import { ed25519Verifier, type SignMessage } from './ed25519.js';

/** Whoever keeps, or has kept, one log. */
export const MAX_HOLDERS = 200;

/** The entry up to which all that erasures name is destroyed. */
export interface ErasedUpTo {
  readonly origin: string;
  /** Index of an `erasure` entry. */
  readonly erasure: number;
  readonly leafHash: HexDigest;
}

export interface SaidWord {
  /** By the holder's own clock. */
  readonly at: UnixMillis;
  /** Of its vault and its keys, in backups and escrow, that have not been confirmed to be destroyed. */
  readonly copies: number;
  /** Receipt key (Ed25519, 32 bytes in hex). */
  readonly node: HexDigest;
  /** Base64 of 64 bytes. */
  readonly signature: string;
}

/** @param sign by the private half of `node`. */
export function signErased(
  upTo: ErasedUpTo,
  word: Omit<SaidWord, 'signature'>,
  sign: SignMessage,
): SaidWord {
  return { ...word, signature: toBase64(sign(messageOf(upTo, word))) };
}

export function isErasedSigned(upTo: ErasedUpTo, word: SaidWord): boolean {
  const verify = ed25519Verifier(fromHex(word.node));
  return verify(messageOf(upTo, word), fromBase64(word.signature));
}

function messageOf(
  { origin, erasure, leafHash }: ErasedUpTo,
  { at, copies }: Pick<SaidWord, 'at' | 'copies'>,
): Uint8Array {
  const said = [origin, erasure, leafHash, formatInstant(at), copies].join('\n');
  return utf8(`chirograph/erased/1\n${said}\n`);
}
