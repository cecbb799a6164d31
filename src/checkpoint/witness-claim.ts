/**
 * What a witness's claim to know more of a log than its owner does rests on: the newest head that it cosigned, signed
 * with the log's own key. A witness cannot make one; without it the claim is a word, true or not. C2SP tlog-witness
 * has it under a prefix for monitors; ours has the same one for both (docs/formats/witness.md, "Reading").
 */
import type { TreeSize } from '../base/brand.js';
import { equalBytes, utf8, utf8ToString } from '../base/bytes.js';
import { ChirographError } from '../base/errors.js';
import { sha256Hex } from '../base/hash.js';
import type { SendOutbound } from '../keys/outbound-message.js';
import { type Checkpoint, verifyCheckpoint } from '../tlog/checkpoint.js';
import type { VerifierKey } from '../tlog/note-key.js';
import { noteVerifier } from '../tlog/signed-note.js';

/** The log as its owner has it. */
export interface OwnLog {
  readonly key: VerifierKey;
  /** As of now: it may have grown since the witness was asked. */
  readonly size: () => TreeSize;
  /** @param size up to `size()`. */
  readonly rootAt: (size: TreeSize) => Promise<Uint8Array>;
}

export type ProvenClaim =
  { readonly kind: 'ahead'; readonly size: TreeSize } | { readonly kind: 'contradicts' };

const MAX_NOTE_BYTES = 128 * 1024;

/** @returns null where it shows nothing that the log signed, or nothing that the log does not have. */
export async function provenClaim(
  url: string,
  log: OwnLog,
  send: SendOutbound,
  signal?: AbortSignal,
): Promise<ProvenClaim | null> {
  const shown = await signedHead(url, log.key, send, signal);
  if (shown === null) return null;
  const { size, rootHash } = shown;
  if (size > log.size()) return { kind: 'ahead', size };
  return equalBytes(await log.rootAt(size), rootHash) ? null : { kind: 'contradicts' };
}

async function signedHead(
  url: string,
  key: VerifierKey,
  send: SendOutbound,
  signal: AbortSignal | undefined,
): Promise<Checkpoint | null> {
  try {
    const { body } = await send({
      url: `${url.replace(/\/+$/, '')}/${sha256Hex(utf8(key.name))}/checkpoint`,
      method: 'GET',
      headers: { accept: 'text/plain' },
      accepts: ['text/plain', 'application/octet-stream'],
      maxBytes: MAX_NOTE_BYTES,
      ...(signal !== undefined && { signal }),
    });
    return verifyCheckpoint(utf8ToString(body), noteVerifier(key));
  } catch (cause) {
    // Not there, not to be read, or not signed: whatever it is, it proves nothing.
    if (cause instanceof ChirographError) return null;
    throw cause;
  }
}
