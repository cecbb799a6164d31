import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { utf8ToString } from '../../src/base/bytes.js';
import { type JsonObject, parseStrictJson } from '../../src/base/canonical-json.js';
import { BaseError } from '../../src/base/errors.js';
import { IdentityError } from '../../src/identities/identity-error.js';
import { statusOf } from '../../src/identities/identity-state.js';
import { tradleIdOf } from '../../src/identities/tradle-import.js';
import { verifyTradleObject } from '../../src/identities/tradle-object.js';
import { failure } from '../support/errors.js';
import { isLong, timeLimit } from '../support/suite.js';
import { AT, History, tenantAct } from './support/identity-kit.js';
import { nextTradleVersion, signedTradle, tradleBody, TradleAuthor } from './support/tradle-kit.js';

const NAMES = ['operator', 'alice', 'bob'] as const;

describe('signed identities of Tradle', () => {
  it.each(NAMES)('verify: %s', (name) => {
    const history = new History();
    history.add({ action: 'import-tradle', object: objectOf(bytesOf(name)) });
    const { keys, tradle } = history.now;
    expect(history.id).toBe(tradleIdOf(objectOf(bytesOf(name))));
    expect(tradle?.version).toBe(0);
    expect(keys.map(({ purposes }) => purposes)).toEqual([['sign'], ['update']]);
    for (const { key } of keys) expect(key).toMatch(/^did:key:zDn/);
  });

  it.each(NAMES)(
    'are refused when altered by one bit, any of them: %s',
    (name) => {
      const bytes = bytesOf(name);
      const verified: number[] = [];
      // Every bit with `SUITE=long`; else one of every five bytes, another one each time.
      for (let bit = 0; bit < bytes.length * 8; bit += isLong ? 1 : 41) {
        const altered = Uint8Array.from(bytes);
        const at = bit >> 3;
        altered[at] = (altered[at] ?? 0) ^ (1 << (bit & 7));
        if (isTaken(altered)) verified.push(bit);
      }
      expect(bytes.length).toBeGreaterThan(1_000);
      expect(verified).toEqual([]);
    },
    timeLimit,
  );

  it('are refused with what no signature covers', () => {
    const object = objectOf(bytesOf('alice'));
    for (const name of ['_w', '_orgsig'])
      expect(failure(() => verifyTradleObject({ ...object, [name]: [] })).code).toBe(
        'IDENTITY_MALFORMED',
      );
    expect(failure(() => verifyTradleObject({ ...object, extra: 1 })).code).toBe(
      'IDENTITY_SIGNATURE_INVALID',
    );
  });
});

describe('versions of a Tradle identity', () => {
  const author = new TradleAuthor('secp256k1');
  const successor = new TradleAuthor('p256');
  const first = signedTradle(tradleBody([author]), author);

  it('replace its keys, signed by the update key of the version before', () => {
    const history = new History();
    history.add({ action: 'import-tradle', object: first });
    history.at = (AT + 5_000) as UnixMillis;
    history.add({ action: 'import-tradle', object: nextTradleVersion(first, [successor], author) });
    const [old, , taken] = history.now.keys;
    expect(old).toMatchObject({
      key: author.sign.did,
      reason: 'superseded',
      to: { at: AT + 5_000 },
    });
    expect(taken).toMatchObject({ key: successor.sign.did, from: { at: AT + 5_000 } });
    expect(history.now.tradle?.version).toBe(1);
  });

  it.each<[string, JsonObject, string]>([
    [
      'signed by a key of its own',
      nextTradleVersion(first, [successor], successor),
      'IDENTITY_KEY_WRONG',
    ],
    ['that skips one', nextTradleVersion(first, [author], author, { _v: 2 }), 'IDENTITY_NOT_NEXT'],
    ['not later', nextTradleVersion(first, [author], author, { _time: 1 }), 'IDENTITY_NOT_NEXT'],
    [
      'of another',
      nextTradleVersion(first, [author], author, { _r: '1'.repeat(64) }),
      'IDENTITY_NOT_NEXT',
    ],
    [
      'of another version',
      nextTradleVersion(first, [author], author, { _p: '1'.repeat(64) }),
      'IDENTITY_NOT_NEXT',
    ],
  ])('refuse one %s', (_, object, code) => {
    const history = new History();
    history.add({ action: 'import-tradle', object: first });
    expect(failure(() => history.add({ action: 'import-tradle', object })).code).toBe(code);
  });

  it('begin with the first, signed by an update key of its own', () => {
    const next = nextTradleVersion(first, [author], author);
    const stolen = signedTradle(tradleBody([author]), successor);
    for (const [object, code] of [
      [next, 'IDENTITY_MALFORMED'],
      [stolen, 'IDENTITY_KEY_WRONG'],
    ] as const)
      expect(failure(() => new History().add({ action: 'import-tradle', object })).code).toBe(code);
  });

  it('change nothing in any other way, but what the tenant says of it', () => {
    const history = new History();
    history.add({ action: 'import-tradle', object: first });
    const key = { key: successor.sign.did, purposes: ['sign'] };
    const refused = failure(() =>
      history.add({ action: 'add-key', key }, [author.update, successor.sign]),
    );
    expect(refused.code).toBe('IDENTITY_ACTION_REFUSED');
    history.add(tenantAct('suspend'));
    expect(statusOf(history.now)).toBe('suspended');
  });

  it('take a high S, which their signers do not choose', () => {
    const objects = Array.from({ length: 16 }, (_, at) =>
      signedTradle({ ...tradleBody([author]), _time: at }, author),
    );
    for (const object of objects) expect(verifyTradleObject(object).signer).toBe(author.update.did);
  });
});

function bytesOf(name: string): Uint8Array {
  return readFileSync(new URL(`../fixtures/tradle-identities/${name}.json`, import.meta.url));
}

function objectOf(bytes: Uint8Array): JsonObject {
  return parseStrictJson(utf8ToString(bytes)) as JsonObject;
}

function isTaken(bytes: Uint8Array): boolean {
  try {
    new History().add({ action: 'import-tradle', object: objectOf(bytes) });
    return true;
  } catch (error) {
    if (error instanceof IdentityError || error instanceof BaseError) return false;
    throw error;
  }
}
