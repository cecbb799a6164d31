/**
 * What two nodes say to each other before anything else: which run of the node this is, and which of its connections. By
 * it both choose the same one where there are two (docs/formats/links.md).
 */
import type { Encoding } from 'protomux';
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { equalBytes } from '../../base/bytes.js';
import { BaseError } from '../../base/errors.js';
import { RAW } from './channel.js';
import type { LinkKey } from './link-settings.js';

export interface Hello {
  /** Of the sender's hello; what a later one says beyond it is not read. */
  readonly format: number;
  /** Drawn when the node started, 16 bytes. */
  readonly run: Uint8Array;
  /** Counts what the sender dialled in this run; of whoever was dialled, 0. */
  readonly dial: number;
}

export const HELLO_FORMAT = 1;
const RUN_BYTES = 16;
const NO_RUN = new Uint8Array(RUN_BYTES);

/** `u8 format ‖ run[16] ‖ u32 dial`. @throws BaseError. */
export const HELLO: Encoding<Hello> = {
  preencode: (state) => {
    state.end += 1 + RUN_BYTES + 4;
  },
  encode: (state, { format, run, dial }) => {
    const writer = new ByteWriter(32);
    writer.u8(format);
    writer.bytes(run);
    writer.u32(dial);
    RAW.encode(state, writer.finish());
  },
  decode: (state) => {
    const reader = new ByteReader(RAW.decode(state));
    const format = reader.u8();
    if (format > HELLO_FORMAT) return { format, run: NO_RUN, dial: 0 };
    // A copy: the message's memory is used again.
    const hello = { format, run: reader.bytes(RUN_BYTES).slice(), dial: reader.u32() };
    reader.end();
    if (format !== HELLO_FORMAT) throw new BaseError('BYTES_MALFORMED', 'no format of a hello');
    return hello;
  },
};

/** A connection by whom and when it was dialled. */
export interface Dialled {
  readonly dialler: LinkKey;
  /** Of the peer, whoever dialled. */
  readonly run: Uint8Array;
  readonly dial: number;
}

/** Whether the later of two connections to one peer takes the place of the one that stands; both ends say the same. */
export function isBetter(later: Dialled, standing: Dialled): boolean {
  // The peer has started anew: what stands is an echo of its last life.
  if (!equalBytes(later.run, standing.run)) return true;
  // It dials again only where it has given up the other.
  if (later.dialler === standing.dialler) return later.dial > standing.dial;
  return later.dialler < standing.dialler;
}
