/**
 * Asks one witness for its cosignature (C2SP tlog-witness). What comes back is believed in nothing: a
 * cosignature counts once it has been verified, and a size only says from where to prove.
 */
import type { Sha256Digest, TreeSize, UnixMillis } from '../base/brand.js';
import { utf8, utf8ToString } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import type { OutboundResponse, SendOutbound } from '../keys/outbound-message.js';
import {
  formatAddCheckpoint,
  parseSignatureLines,
  parseSizeAnswer,
} from '../tlog/add-checkpoint.js';
import { parseCheckpoint } from '../tlog/checkpoint.js';
import type { VerifierKey } from '../tlog/note-key.js';
import { type NoteSignature, parseSignedNote } from '../tlog/signed-note.js';
import { TlogError } from '../tlog/tlog-error.js';
import { cosignatureTime } from '../tlog/witnessed.js';
import { WitnessClientError } from './witness-client-error.js';

/** What a witness is to put its name to. */
export interface HeadToWitness {
  /** A checkpoint, signed by its log. */
  readonly note: string;
  /** That the head goes on from a smaller, not empty one. */
  readonly proofFrom: (size: TreeSize) => Promise<readonly Sha256Digest[]>;
}

export interface WitnessAddress {
  readonly key: VerifierKey;
  /** The submission prefix. */
  readonly url: string;
}

export interface AskOptions {
  readonly send: SendOutbound;
  readonly clock: Clock;
  /** What the witness is believed to have; 0 if nothing is known. */
  readonly oldSize: TreeSize;
  /** Told what it says that it has. */
  readonly onSize: (size: TreeSize) => void;
  readonly signal?: AbortSignal;
}

const MAX_ANSWER_BYTES = 16 * 1024;

/**
 * The one true cosignature of the answer.
 *
 * @throws WitnessClientError WITNESS_KNOWS_NOT, WITNESS_AHEAD, WITNESS_CONTRADICTS, WITNESS_ANSWER_UNUSABLE;
 * OutboundError; whatever `proofFrom` throws.
 */
export async function askWitness(
  { key, url }: WitnessAddress,
  { note, proofFrom }: HeadToWitness,
  { send, clock, oldSize, onSize, signal }: AskOptions,
): Promise<NoteSignature> {
  const { text } = parseSignedNote(note);
  const { size } = parseCheckpoint(text);
  const ask = async (from: TreeSize): Promise<OutboundResponse> => {
    // From the empty tree there is nothing to prove, and to the same size neither.
    const proof = from === 0 || from === size ? [] : await proofFrom(from);
    return send({
      url: `${url.replace(/\/+$/, '')}/add-checkpoint`,
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: utf8(formatAddCheckpoint({ oldSize: from, proof, note })),
      accepts: ['text/plain', 'application/octet-stream'],
      maxBytes: MAX_ANSWER_BYTES,
      passes: [403, 404, 409, 422],
      ...(signal !== undefined && { signal }),
    });
  };
  const first = oldSize > size ? (0 as TreeSize) : oldSize;
  let answer = await ask(first);
  if (answer.status === 409) {
    const told = sizeOf(answer);
    if (told === first) throw unusable('it names the size that it was asked from');
    onSize(told);
    if (told > size) throw ahead();
    // Once: whoever names another size each time would be asked for ever.
    answer = await ask(told);
  }
  refuse(answer.status);
  const signature = cosignatureOf(text, answer, key, clock.now());
  onSize(size);
  return signature;
}

function refuse(status: number): void {
  switch (status) {
    case 403:
    case 404:
      throw new WitnessClientError(
        'WITNESS_KNOWS_NOT',
        `the witness does not know the log or its key (HTTP status ${status}): ask its operator to add it`,
      );
    case 422:
      throw new WitnessClientError(
        'WITNESS_CONTRADICTS',
        'the witness says that the log has not grown from what it cosigned: compare its checkpoint',
      );
    case 409:
      throw unusable('it names another size each time');
  }
}

function sizeOf({ body }: OutboundResponse): TreeSize {
  return parsing(() => parseSizeAnswer(utf8ToString(body)));
}

function cosignatureOf(
  text: string,
  { body }: OutboundResponse,
  key: VerifierKey,
  now: UnixMillis,
): NoteSignature {
  const signatures = parsing(() => parseSignatureLines(text, utf8ToString(body)));
  const found = signatures.find(
    (one) => cosignatureTime({ text, signatures: [one] }, key, now) !== null,
  );
  if (found !== undefined) return found;
  throw unusable('it has no true cosignature by the key of the policy, of a time up to now');
}

function parsing<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof TlogError || cause instanceof BaseError)
      throw unusable('it is not of the protocol', cause);
    throw cause;
  }
}

function ahead(): WitnessClientError {
  return new WitnessClientError(
    'WITNESS_AHEAD',
    'the witness has cosigned a larger head than this one: ask it again with the newest',
  );
}

function unusable(reason: string, cause?: unknown): WitnessClientError {
  return new WitnessClientError(
    'WITNESS_ANSWER_UNUSABLE',
    `the answer of the witness cannot be used: ${reason}`,
    { cause },
  );
}
