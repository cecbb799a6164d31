/**
 * Round trips on a link: whether the peer still reads and answers, how long that takes, and how far its wall clock is from
 * ours. As in NTP, of the last samples the one with the shortest way says most of the clock.
 */
import type { UnixMillis } from '../../base/brand.js';
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { BaseError } from '../../base/errors.js';
import type { MessageCodec } from './channel.js';

export type PingMessage =
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'pong'; readonly id: number; readonly at: UnixMillis };

const PING = 1;
const PONG = 2;

/** `u8 1 ‖ u32 id`, or `u8 2 ‖ u32 id ‖ u64 wall clock`. */
export const PING_CODEC: MessageCodec<PingMessage> = {
  encode: (message) => {
    const writer = new ByteWriter(16);
    writer.u8(message.kind === 'ping' ? PING : PONG);
    writer.u32(message.id);
    if (message.kind === 'pong') writer.u64(message.at);
    return writer.finish();
  },
  decode: (bytes) => {
    const reader = new ByteReader(bytes);
    const kind = reader.u8();
    const id = reader.u32();
    if (kind !== PING && kind !== PONG)
      throw new BaseError('BYTES_MALFORMED', 'neither a ping nor a pong');
    const message: PingMessage =
      kind === PING ? { kind: 'ping', id } : { kind: 'pong', id, at: reader.u64() as UnixMillis };
    reader.end();
    return message;
  },
};

export interface RoundTrip {
  /** Milliseconds, there and back. */
  readonly rttMillis: number;
  /** The peer's wall clock less ours, give or take half a round trip. */
  readonly offsetMillis: number;
}

interface Outstanding {
  readonly id: number;
  /** Monotonic. */
  readonly at: number;
  readonly wall: UnixMillis;
}

const SAMPLES = 8;

/** One ping is under way at a time. */
export class RoundTrips {
  #lastId = 0;
  #outstanding: Outstanding | null = null;
  readonly #samples: RoundTrip[] = [];

  /** Of the ping that waits for its answer: since when. Null where none does. */
  get waitingSince(): number | null {
    return this.#outstanding?.at ?? null;
  }

  /** The last round trip, with the best guess of the clock; null before the first. */
  get newest(): RoundTrip | null {
    const last = this.#samples.at(-1);
    if (last === undefined) return null;
    const best = this.#samples.reduce((a, b) => (b.rttMillis < a.rttMillis ? b : a));
    return { rttMillis: last.rttMillis, offsetMillis: best.offsetMillis };
  }

  begin(at: number, wall: UnixMillis): PingMessage {
    this.#lastId = (this.#lastId + 1) >>> 0;
    this.#outstanding = { id: this.#lastId, at, wall };
    return { kind: 'ping', id: this.#lastId };
  }

  /** @returns false for an answer to what was not asked. */
  answered(id: number, peerWall: UnixMillis, at: number): boolean {
    const asked = this.#outstanding;
    if (asked?.id !== id) return false;
    this.#outstanding = null;
    const rttMillis = at - asked.at;
    this.#samples.push({ rttMillis, offsetMillis: peerWall - (asked.wall + rttMillis / 2) });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
    return true;
  }
}
