/**
 * Noise IK over a socket (docs/formats/links.md): whoever dials knows the key of whom it wants, and proves its own in its
 * first message. So whoever answers can look at the list before it sends a single byte, and a stranger gets none. What a
 * first message proves can be played again by who saw it: the answering side takes nobody for proved before the first
 * message under the new keys has opened, and until then keeps less than a KiB for it.
 */
import type { Socket } from 'node:net';
import SecretStream from '@hyperswarm/secret-stream';
import curve from 'noise-curve-ed';
import NoiseState from 'noise-handshake';
import { concat, utf8 } from '../../base/bytes.js';
import type { KeyPair } from '../../keys/key-pair.js';
import { type LinkKey, linkKeyOf } from './link-settings.js';

export type Refusal =
  /** Bytes that are no handshake with our key. */
  | 'malformed'
  /** Proved a key that is not on the list, or is banned. */
  | 'stranger'
  /** Closed, or ran into the deadline, before it was through. */
  | 'unfinished';

const PROLOGUE = utf8('chirograph/link');
/** `e`, `s` sealed, an empty payload sealed. */
const FIRST_BYTES = 32 + 48 + 16;
/** `e`, an empty payload sealed. */
const SECOND_BYTES = 32 + 16;
const LENGTH_BYTES = 3;
/** What a SecretStream begins with: id of the stream, header of its cipher. */
const HEADER_FRAME_BYTES = LENGTH_BYTES + 32 + 24;
/** The frame in which the other introduces itself is less. */
const MAX_FIRST_FRAME_BYTES = 256;
const NOTHING = new Uint8Array();

/** @throws Error if the other does not have this key, or the socket ends before that is known. */
export async function dialHandshake(
  socket: Socket,
  own: KeyPair,
  remotePublicKey: Uint8Array,
): Promise<SecretStream> {
  const noise = begin(true, own, remotePublicKey);
  socket.write(framed(noise.send()));
  noise.recv(unframed(await readExactly(socket, LENGTH_BYTES + SECOND_BYTES), SECOND_BYTES));
  return secured(true, socket, noise, own, NOTHING);
}

/** @param isListed asked before anything is answered. */
export async function answerHandshake(
  socket: Socket,
  own: KeyPair,
  isListed: (key: LinkKey) => boolean,
): Promise<SecretStream | Refusal> {
  const first = await readExactly(socket, LENGTH_BYTES + FIRST_BYTES).catch(() => null);
  if (first === null) return 'unfinished';
  const noise = begin(false, own, null);
  try {
    noise.recv(unframed(first, FIRST_BYTES));
  } catch {
    // Whatever it threw: the bytes are a stranger's, and the libraries' errors are of many kinds.
    return 'malformed';
  }
  if (noise.rs === null || !isListed(linkKeyOf(noise.rs))) return 'stranger';
  socket.write(framed(noise.send()));
  const begun = await firstFrames(socket).catch(() => 'unfinished' as const);
  return typeof begun === 'string' ? begun : secured(false, socket, noise, own, begun);
}

/** Header and first message, unopened. */
async function firstFrames(socket: Socket): Promise<Uint8Array | Refusal> {
  const header = await readExactly(socket, HEADER_FRAME_BYTES + LENGTH_BYTES);
  const length = readLength(header, HEADER_FRAME_BYTES);
  if (length > MAX_FIRST_FRAME_BYTES) return 'malformed';
  return concat(header, await readExactly(socket, length));
}

function begin(isInitiator: boolean, own: KeyPair, remote: Uint8Array | null): NoiseState {
  const noise = new NoiseState('IK', isInitiator, own, { curve });
  noise.initialise(PROLOGUE, remote);
  return noise;
}

function secured(
  isInitiator: boolean,
  socket: Socket,
  { tx, rx, hash, rs }: NoiseState,
  { publicKey }: KeyPair,
  data: Uint8Array,
): SecretStream {
  const remotePublicKey = rs ?? NOTHING;
  const stream = new SecretStream(isInitiator, socket, {
    handshake: { tx, rx, hash, publicKey, remotePublicKey },
    ...(data.length > 0 && { data }),
  });
  // What it was begun with may have ended it already; that is told by its end.
  stream.on('error', () => undefined);
  return stream;
}

/** `u24 length ‖ message`, little-endian, as SecretStream frames everything. */
function framed(message: Uint8Array): Uint8Array {
  const { length } = message;
  return concat(Uint8Array.of(length, length >>> 8, length >>> 16), message);
}

function unframed(frame: Uint8Array, length: number): Uint8Array {
  if (readLength(frame, 0) !== length) throw new Error('no message of this handshake');
  return frame.subarray(LENGTH_BYTES);
}

function readLength(bytes: Uint8Array, at: number): number {
  const [low = 0, middle = 0, high = 0] = bytes.subarray(at, at + LENGTH_BYTES);
  return low + middle * 0x100 + high * 0x1_0000;
}

/** Leaves what follows in the socket. @throws Error when the socket ends before that. */
function readExactly(socket: Socket, length: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      for (const event of ['end', 'error', 'close']) socket.off(event, onEnd);
      socket.off('readable', onReadable);
    };
    const onReadable = (): void => {
      const bytes = socket.read(length) as Buffer | null;
      if (bytes === null) return;
      done();
      // At its end a socket gives what is left.
      if (bytes.length === length) resolve(bytes);
      else reject(new Error('the connection ended'));
    };
    const onEnd = (): void => {
      done();
      reject(new Error('the connection ended'));
    };
    for (const event of ['end', 'error', 'close']) socket.on(event, onEnd);
    socket.on('readable', onReadable);
    onReadable();
  });
}
