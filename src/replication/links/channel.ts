/**
 * Small typed messages between two nodes, on a channel of their link's mux: framed, bounded and counted here, so that what
 * uses one gets messages and no bytes. For control: what is large goes by Hypercore's replication beside it.
 */
import type { Channel as MuxChannel, Encoding } from 'protomux';
import { assert, BaseError } from '../../base/errors.js';
import type { GuardedMux } from './guarded-mux.js';
import { partsOf, PartsTaken } from './parts.js';
import { type Rate, RateBudget } from './rate-budget.js';
import type { Timers } from './timers.js';

export interface MessageCodec<T> {
  encode(message: T): Uint8Array;
  /**
   * @param bytes live no longer than the call: what is kept of them is copied.
   * @throws BaseError for bytes that `encode` would not have written.
   */
  decode(bytes: Uint8Array): T;
}

export interface ChannelOptions<T> {
  /** On the wire `chirograph/<name>`; 1–32 of a-z, 0-9, - and /. */
  readonly name: string;
  readonly codec: MessageCodec<T>;
  /** Of one encoded message, both ways; at most 1 MiB, or 32 MiB where they may come in parts. */
  readonly maxBytes: number;
  /** What is larger than 1 MiB goes in parts: the first byte of every message is above 1. */
  readonly inParts?: boolean;
  /** Messages that the peer may send, and parts. */
  readonly budget: Rate;
  /** Returns before the next one is read. What it throws ends the link. */
  readonly onMessage: (message: T) => void;
  /** The peer has opened it as well: what is sent before is kept for it. */
  readonly onOpen?: () => void;
  /** Called once: by either side, or with the link. */
  readonly onClose?: () => void;
}

export interface Channel<T> {
  /** False where it is closed, or the link was dropped because the peer does not read. */
  send(message: T): boolean;
  /** The link stays. */
  close(): void;
}

/** Why a peer is dropped for what it sent or did not read. */
export type Offence = 'garbage' | 'too-large' | 'too-many' | 'unread';

/** What a channel needs of its link. */
export interface ChannelHost {
  readonly mux: GuardedMux;
  readonly timers: Timers;
  /** False, and the link dropped, where too much waits for the peer. */
  queue(bytes: number): boolean;
  drop(offence: Offence): void;
  /** A user of the link failed: it cannot go on, and the peer is not to blame. */
  fail(cause: unknown): void;
}

const NAME = /^[a-z0-9][a-z0-9/-]{0,31}$/;
const MAX_BYTES = 1024 * 1024;
const MAX_IN_PARTS = 32 * MAX_BYTES;

/** To be called on both sides within `onLink`: a channel that one of them does not know is closed again. */
export function openChannel<T>(host: ChannelHost, options: ChannelOptions<T>): Channel<T> {
  const { name, codec, maxBytes, onMessage, onOpen, onClose } = options;
  const parts = options.inParts === true ? new PartsTaken(maxBytes) : null;
  const most = parts === null ? MAX_BYTES : MAX_IN_PARTS;
  assert(NAME.test(name) && maxBytes <= most, 'a channel within the limits of channels');
  const budget = new RateBudget(options.budget, host.timers.now());
  const receive = (bytes: Uint8Array): void => {
    const offence = offenceOf(bytes);
    const read = offence === null ? decoded(codec, parts, bytes) : null;
    if (read === null) host.drop(offence ?? 'garbage');
    else if (read !== MORE) handle(read.value);
  };
  const offenceOf = ({ length }: Uint8Array): Offence | null => {
    if (length > Math.min(maxBytes, MAX_BYTES)) return 'too-large';
    return budget.take(1, host.timers.now()) ? null : 'too-many';
  };
  const handle = (message: T): void => {
    try {
      onMessage(message);
    } catch (cause) {
      host.fail(cause);
    }
  };
  const channel: MuxChannel<never, Uint8Array> | null = host.mux.createChannel({
    protocol: `chirograph/${name}`,
    messages: [{ encoding: RAW, onmessage: receive }],
    onopen: () => onOpen?.(),
    onclose: () => onClose?.(),
  });
  assert(channel !== null, 'a link that stands, and has no such channel yet');
  channel.open();
  return {
    send: (message) => {
      const bytes = codec.encode(message);
      assert(bytes.length <= maxBytes, 'a message within the size of its channel');
      if (channel.closed || !host.queue(bytes.length)) return false;
      for (const part of parts === null ? [bytes] : partsOf(bytes, MAX_BYTES))
        channel.messages[0]?.send(part);
      return true;
    },
    close: () => {
      channel.close();
    },
  };
}

/** Of a message whose other parts are to come. */
const MORE = Symbol('more');

function decoded<T>(
  codec: MessageCodec<T>,
  parts: PartsTaken | null,
  bytes: Uint8Array,
): { readonly value: T } | typeof MORE | null {
  try {
    const whole = parts === null ? bytes : parts.take(bytes);
    return whole === null ? MORE : { value: codec.decode(whole) };
  } catch (cause) {
    if (cause instanceof BaseError) return null;
    throw cause;
  }
}

/** The rest of the message, as it is. */
export const RAW: Encoding<Uint8Array> = {
  preencode: (state, bytes) => {
    state.end += bytes.length;
  },
  encode: (state, bytes) => {
    state.buffer.set(bytes, state.start);
    state.start += bytes.length;
  },
  decode: (state) => {
    const bytes = state.buffer.subarray(state.start, state.end);
    state.start = state.end;
    return bytes;
  },
};
