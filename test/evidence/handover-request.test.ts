import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { canonicalJsonBytes, type JsonObject } from '../../src/base/canonical-json.js';
import {
  formatHandoverRequest,
  formatSignedHandover,
  parseHandoverRequest,
  parseSignedHandover,
  signedHandoverToJson,
} from '../../src/evidence/handover-request.js';
import { parseTrust } from '../../src/evidence/trust.js';
import { signHandover } from '../../src/tlog/handover.js';
import { logKeys } from './support/synthetic-keys.js';

const keys = logKeys('bank', 'bank', 'kyc');
const REQUEST = {
  origin: keys.origin,
  old: keys.first.text,
  new: keys.second.text,
  size: 12,
  rootHash: 'ab'.repeat(32),
} as Parameters<typeof formatHandoverRequest>[0];
const { recovery } = keys;
const SIGNED = {
  ...REQUEST,
  signature: signHandover(keys.origin, REQUEST, recovery.text, recovery.sign),
};
const json = signedHandoverToJson(SIGNED);
const read = (value: JsonObject) => parseSignedHandover(canonicalJsonBytes(value));

describe('a handover that waits for its signature', () => {
  it('is RFC 8785 JSON, and read as it was written', () => {
    const bytes = formatHandoverRequest(REQUEST);
    expect(Buffer.from(bytes).toString()).toMatch(
      /^\{"\$v":1,"kind":"chirograph\/handover-request","new":/,
    );
    expect(parseHandoverRequest(bytes)).toEqual(REQUEST);
    expect(parseSignedHandover(formatSignedHandover(SIGNED))).toEqual(SIGNED);
  });

  it.each<[string, JsonObject]>([
    ['another size than was signed', { size: 13 }],
    ['another tree', { rootHash: 'cd'.repeat(32) }],
    ['another key', { new: logKeys('other', 'bank', 'kyc').second.text }],
    ['keys of another log', { origin: `${keys.origin}/2` }],
    ['the same key twice', { new: keys.first.text }],
    ['a newer format', { $v: 2 }],
    ['another kind', { kind: 'chirograph/handover' }],
    ['an unknown member', { more: 1 }],
    [
      'a signature by another key',
      { signature: { ...(json['signature'] as JsonObject), by: keys.first.text } },
    ],
    ['no signature', { signature: {} }],
  ])('is refused with %s', (_, change) => {
    expect(() => read({ ...json, ...change })).toThrow(
      expect.objectContaining({ code: 'HANDOVER_MALFORMED' }),
    );
  });

  it('is refused where it is no JSON, or too large', () => {
    for (const bytes of [utf8('{'), new Uint8Array(65 * 1024)])
      expect(() => parseHandoverRequest(bytes)).toThrow(
        expect.objectContaining({ code: 'HANDOVER_MALFORMED' }),
      );
  });

  it('is refused in a trust file by its name', () => {
    const trust = (handover: JsonObject) =>
      parseTrust(canonicalJsonBytes({ $v: 1, name: 'a regulator', handovers: [handover] }));
    expect(trust(json).handovers).toEqual([SIGNED]);
    expect(() => trust({ ...json, size: 13 })).toThrow(
      expect.objectContaining({ code: 'TRUST_MALFORMED' }),
    );
  });
});
