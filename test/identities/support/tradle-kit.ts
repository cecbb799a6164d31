/** Identities as Tradle's apps sign them, to have versions of one that no fixture holds. */
import { createHash, sign } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../../../src/base/canonical-json.js';
import { type TestKey, testKey } from './identity-kit.js';

export class TradleAuthor {
  readonly sign: TestKey;
  readonly update: TestKey;
  readonly curve: 'p256' | 'secp256k1';

  constructor(curve: 'p256' | 'secp256k1') {
    this.curve = curve;
    const alg = curve === 'p256' ? 'ES256' : 'ES256K';
    this.sign = testKey(alg);
    this.update = testKey(alg);
  }
}

export function tradleBody(authors: readonly TradleAuthor[]): JsonObject {
  const pubkeys = authors.flatMap((author) =>
    (['sign', 'update'] as const).map((purpose) => ({
      purpose,
      type: 'ec',
      curve: author.curve,
      pub: pointOf(author[purpose]).toString('hex'),
    })),
  );
  return { _t: 'tradle.Identity', _time: 1_700_000_000_000, pubkeys };
}

export function nextTradleVersion(
  first: JsonObject,
  authors: readonly TradleAuthor[],
  signer: TradleAuthor,
  other: JsonObject = {},
): JsonObject {
  const link = sha256(canonicalJson({ _s: first['_s'] ?? null })).toString('hex');
  const versioned = { _r: link, _p: link, _ph: link, _v: 1, _time: 1_700_000_000_001 };
  return signedTradle({ ...tradleBody(authors), ...versioned, ...other }, signer);
}

export function signedTradle(body: JsonObject, { curve, update }: TradleAuthor): JsonObject {
  const value = sign('sha256', rootOf(body), update.privateKey);
  const key = Buffer.concat([field(1, Buffer.from(curve)), field(2, pointOf(update))]);
  const encoded = Buffer.concat([field(1, key), field(2, value)]);
  return { ...body, _s: encoded.toString('base64') };
}

function rootOf(body: JsonObject): Buffer {
  const keys = Object.keys(body).sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const up = (nodes: Buffer[]): Buffer => {
    const [left] = nodes;
    if (left === undefined) throw new Error('nothing to sign');
    if (nodes.length === 1) return left;
    const next: Buffer[] = [];
    for (let at = 0; at < nodes.length; at += 2) {
      const pair = nodes.slice(at, at + 2);
      next.push(sha256(Buffer.concat(pair.length === 2 ? pair : [...pair, ...pair])));
    }
    return up(next);
  };
  return up(
    keys.flatMap((key) => [sha256(canonicalJson(key)), sha256(canonicalJson(body[key] ?? null))]),
  );
}

function pointOf({ privateKey }: TestKey): Buffer {
  const { x = '', y = '' } = privateKey.export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}

function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(number * 8 + 2, content.length), content]);
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
