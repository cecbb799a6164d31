/** What is said of chunks on `chirograph/chunks/1` (docs/formats/files.md, "Between nodes"). Pure. */
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { utf8, utf8ToString } from '../../base/bytes.js';
import { BaseError } from '../../base/errors.js';
import type { MessageCodec } from '../links/channel.js';

/** What a member says that was asked to hold content. */
export const HOLD_ANSWERS = ['held', 'sparse', 'later'] as const;
/**
 * `held`: all of it is on its disk. `sparse`: it keeps what it was asked for to read, and is not counted on. `later`: not now,
 * ask again.
 */
export type HoldAnswer = (typeof HOLD_ANSWERS)[number];

export type ChunkMessage =
  /** Answered with a `chunk` or a `none` for each of 1–64 addresses, in any order. */
  | {
      readonly kind: 'want';
      readonly origin: string;
      readonly addresses: readonly Uint8Array[];
    }
  | { readonly kind: 'chunk'; readonly address: Uint8Array; readonly block: Uint8Array }
  /** It is not here, or not for the one who asks. */
  | { readonly kind: 'none'; readonly address: Uint8Array }
  /** The one who is asked is to get all that `content` leads to, and to say when it is on disk. */
  | {
      readonly kind: 'hold';
      readonly id: number;
      readonly origin: string;
      /** References, one after the other. */
      readonly content: Uint8Array;
    }
  | { readonly kind: 'held'; readonly id: number; readonly answer: HoldAnswer };

export const ADDRESS_LENGTH = 32;
export const MAX_WANTED = 64;
/** A piece of 64 KiB, and what a chunk has around it; with room. */
export const MAX_BLOCK_BYTES = 66_000;
const MAX_CONTENT_BYTES = 256 * 72;
const MAX_ORIGIN_BYTES = 512;
export const MAX_CHUNK_MESSAGE_BYTES = 1 + ADDRESS_LENGTH + MAX_BLOCK_BYTES;

const [WANT, CHUNK, NONE, HOLD, HELD] = [1, 2, 3, 4, 5];

export const CHUNK_CODEC: MessageCodec<ChunkMessage> = {
  encode: (message) => {
    const writer = new ByteWriter(
      message.kind === 'chunk' ? 1 + ADDRESS_LENGTH + message.block.length : 256,
    );
    switch (message.kind) {
      case 'want':
        writer.u8(WANT);
        writer.bytes16(utf8(message.origin));
        for (const address of message.addresses) writer.bytes(address);
        break;
      case 'chunk':
        writer.u8(CHUNK);
        writer.bytes(message.address);
        writer.bytes(message.block);
        break;
      case 'none':
        writer.u8(NONE);
        writer.bytes(message.address);
        break;
      case 'hold':
        writer.u8(HOLD);
        writer.u32(message.id);
        writer.bytes16(utf8(message.origin));
        writer.bytes(message.content);
        break;
      case 'held':
        writer.u8(HELD);
        writer.u32(message.id);
        writer.u8(HOLD_ANSWERS.indexOf(message.answer) + 1);
    }
    return writer.finish();
  },
  decode: (bytes) => {
    const reader = new ByteReader(bytes);
    const kind = reader.u8();
    const message = readRest(kind, reader);
    reader.end();
    return message;
  },
};

/** What is kept of the bytes is copied: they live no longer than the call. */
function readRest(kind: number, reader: ByteReader): ChunkMessage {
  switch (kind) {
    case WANT: {
      const origin = readOrigin(reader);
      const count = reader.remaining / ADDRESS_LENGTH;
      if (!Number.isInteger(count) || count < 1 || count > MAX_WANTED)
        throw malformed('it wants 1 to 64 chunks');
      const addresses = Array.from({ length: count }, () => reader.bytes(ADDRESS_LENGTH).slice());
      return { kind: 'want', origin, addresses };
    }
    case CHUNK: {
      const address = reader.bytes(ADDRESS_LENGTH).slice();
      if (reader.remaining < 1 || reader.remaining > MAX_BLOCK_BYTES)
        throw malformed('a chunk of no such size');
      return { kind: 'chunk', address, block: reader.bytes(reader.remaining).slice() };
    }
    case NONE:
      return { kind: 'none', address: reader.bytes(ADDRESS_LENGTH).slice() };
    case HOLD: {
      const id = reader.u32();
      const origin = readOrigin(reader);
      if (reader.remaining < 1 || reader.remaining > MAX_CONTENT_BYTES)
        throw malformed('content of no such size');
      return { kind: 'hold', id, origin, content: reader.bytes(reader.remaining).slice() };
    }
    case HELD: {
      const id = reader.u32();
      const answer = HOLD_ANSWERS[reader.u8() - 1];
      if (answer === undefined) throw malformed('an answer that there is not');
      return { kind: 'held', id, answer };
    }
    default:
      throw malformed('its kind is not known');
  }
}

function readOrigin(reader: ByteReader): string {
  const bytes = reader.bytes16(MAX_ORIGIN_BYTES);
  const text = utf8ToString(bytes);
  if (text === '') throw malformed('it names no log');
  return text;
}

function malformed(why: string): BaseError {
  return new BaseError('BYTES_MALFORMED', `a message about chunks: ${why}`);
}
