/** The stand-ins know the calls that the verifier makes. Anything else is an error, and never an answer. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Buffer as StandIn } from '../../web/verify/node/buffer.js';
import * as crypto from '../../web/verify/node/crypto.js';

const REFUSED = /^not supported in a browser: /;
const bytes = Uint8Array.of(1, 2, 3);

function keyOf(modulusLength: number): ReturnType<typeof crypto.createPublicKey> {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const key = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  return crypto.createPublicKey({ key, format: 'der', type: 'spki' });
}

describe('the stand-in for node:crypto', () => {
  const rsa = keyOf(1024);
  const padding = crypto.constants.RSA_PKCS1_PADDING;
  const pss = crypto.constants.RSA_PKCS1_PSS_PADDING;

  it.each<readonly [what: string, call: () => unknown]>([
    ['SHA-1', () => crypto.hash('sha1', bytes, 'hex')],
    ['an HMAC with SHA-1', () => crypto.createHmac('sha1', bytes)],
    ['MD5', () => crypto.createHash('md5')],
    ['an HMAC with MD5', () => crypto.createHmac('md5', bytes)],
    ['a name that every object has', () => crypto.createHash('constructor')],
    ['a digest as base64url', () => crypto.hash('sha256', bytes, 'base64url')],
    ['a signature', () => crypto.sign()],
    ['a private key', () => crypto.createPrivateKey()],
    ['PEM', () => crypto.createPublicKey({ key: '-----BEGIN', format: 'pem', type: 'spki' })],
    [
      'a key that is none',
      () => crypto.createPublicKey({ key: bytes, format: 'der', type: 'spki' }),
    ],
    ['RSA without a padding', () => crypto.verify('sha256', bytes, rsa, bytes)],
    [
      'RSA with another padding',
      () => crypto.verify('sha256', bytes, { key: rsa, padding: 4 }, bytes),
    ],
    ['RSA without a digest', () => crypto.verify(null, bytes, { key: rsa, padding }, bytes)],
    ['RSA with SHA-1', () => crypto.verify('sha1', bytes, { key: rsa, padding }, bytes)],
    [
      'PSS without the length of its salt',
      () => crypto.verify('sha256', bytes, { key: rsa, padding: pss }, bytes),
    ],
  ])('refuses %s', (_what, call) => {
    expect(call).toThrow(REFUSED);
  });

  it('compares nothing of two lengths', () => {
    expect(() => crypto.timingSafeEqual(bytes, bytes.subarray(1))).toThrow(RangeError);
    expect(crypto.timingSafeEqual(bytes, Uint8Array.of(1, 2, 4))).toBe(false);
    expect(crypto.timingSafeEqual(bytes, Uint8Array.from(bytes))).toBe(true);
  });
});

describe('the stand-in for Buffer', () => {
  const buffer = StandIn.from(bytes);

  it.each<readonly [what: string, call: () => unknown]>([
    ['an array', () => StandIn.from([1, 2])],
    ['an encoding that is not used', () => StandIn.from('abc', 'base64url')],
    ['hex of half a byte', () => StandIn.from('abc', 'hex')],
    ['to be a text without an encoding', () => buffer.toString()],
    ['slice, which means two things', () => buffer.slice()],
    ['to write a part', () => buffer.write('abcd', 0, 1, 'hex')],
  ])('refuses %s', (_what, call) => {
    expect(call).toThrow(REFUSED);
  });

  it('refuses what does not fit', () => {
    expect(() => buffer.write('01020304', 0, 'hex')).toThrow(/bounds|not a u|half/);
    expect(() => buffer.readUInt32BE(0)).toThrow(/bounds|not a u|half/);
    expect(() => {
      StandIn.alloc(4).writeUInt32BE(2 ** 32);
    }).toThrow(/bounds|not a u|half/);
    expect(() => {
      StandIn.alloc(8).writeBigUInt64BE(-1n);
    }).toThrow(/bounds|not a u|half/);
    expect(() => buffer.swap16()).toThrow(/bounds|not a u|half/);
  });
});
