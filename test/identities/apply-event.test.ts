import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { toBase64, toHex } from '../../src/base/bytes.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { sha256 } from '../../src/base/hash.js';
import { formatInstant } from '../../src/base/time.js';
import { applyEvent } from '../../src/identities/apply-event.js';
import { parseEvent } from '../../src/identities/identity-event.js';
import { keyNamed, keysInUse, statusOf } from '../../src/identities/identity-state.js';
import { parseSignedEvent } from '../../src/identities/signed-event.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../../src/signing/algorithms.js';
import { issueTo, newKey } from '../signing/support/test-pki.js';
import { failure } from '../support/errors.js';
import { AT, History, signedBy, tenantAct, testKey } from './support/identity-kit.js';

const master = testKey('ES256');
const daily = testKey();
const other = testKey('ES256K');
const officers = [testKey(), testKey('ES256'), testKey('ES256K')];
const RECOVERY = { keys: officers.map(({ did }) => did), threshold: 2 };
const REGISTRATION = {
  action: 'register',
  name: 'Ada',
  keys: [
    { key: master.did, purposes: ['update'], id: 'master' },
    { key: daily.did, purposes: ['sign'], id: 'daily' },
  ],
};

function registered(more: JsonObject = {}): History {
  const history = new History();
  history.add({ ...REGISTRATION, ...more }, [master, daily]);
  return history;
}

describe('an identity', () => {
  it('is named by its registration', () => {
    const history = new History();
    const { event } = history.add(REGISTRATION, [master, daily]) as { event: JsonObject };
    expect(history.id).toBe(`identity:${parseEvent(event).digest}`);
    expect(history.now).toMatchObject({ name: 'Ada', sequence: 0, at: AT, recovery: null });
  });

  it('calls its keys as it likes, and a rotated one takes the name over', () => {
    const history = registered();
    history.add({ action: 'rotate-key', old: daily.did, key: other.did }, [master, other]);
    expect(keyNamed(history.now, 'daily')).toMatchObject({ key: other.did, purposes: ['sign'] });
    expect(keysInUse(history.now, 'sign').map(({ key }) => key)).toEqual([other.did]);
  });

  it('is recovered by a quorum, which ends whatever a thief has added', () => {
    const history = registered({ recovery: RECOVERY });
    history.add({ action: 'add-key', key: { key: other.did, purposes: ['sign'] } }, [
      master,
      other,
    ]);
    history.at = (AT + 1_000) as UnixMillis;
    const fresh = testKey();
    const since = formatInstant(AT);
    const keys = [{ key: fresh.did, purposes: ['sign', 'update'] }];
    history.add({ action: 'recover', keys, since }, [...officers.slice(1), fresh]);
    expect(keysInUse(history.now).map(({ key }) => key)).toEqual([fresh.did]);
    for (const key of [master, daily, other])
      expect(keyNamed(history.now, key.did)).toMatchObject({
        reason: 'recovered',
        notTrustedSince: AT,
      });
    expect(history.now.recovery).toEqual(RECOVERY);
  });

  it('is introduced, suspended and resumed by its tenant, and revoked for good by itself', () => {
    const history = registered();
    history.add(tenantAct('introduce'));
    history.add(tenantAct('suspend'));
    expect(statusOf(history.now)).toBe('suspended');
    history.add(tenantAct('resume'));
    history.add({ action: 'revoke', reason: 'compromised', since: formatInstant(AT) }, [master]);
    expect(history.now).toMatchObject({ introductions: [{ by: 'key:0a1b2c3d4e5f' }] });
    expect(statusOf(history.now)).toBe('revoked');
    expect(failure(() => history.add(tenantAct('resume'))).code).toBe('IDENTITY_REVOKED');
  });
});

describe('a change', () => {
  const fresh = testKey();
  const add = { action: 'add-key', key: { key: fresh.did, purposes: ['sign'] } };
  it.each<[string, JsonObject, readonly (typeof daily)[], string]>([
    [
      'a key rotated by the wrong key',
      { action: 'rotate-key', old: daily.did, key: fresh.did },
      [daily, fresh],
      'IDENTITY_KEY_WRONG',
    ],
    ['a key added by a stranger', add, [other, fresh], 'IDENTITY_KEY_WRONG'],
    ['a key that does not sign itself', add, [master], 'IDENTITY_SIGNATURE_MISSING'],
    ['a key that nobody else adds', add, [fresh], 'IDENTITY_SIGNATURE_MISSING'],
    [
      'a key that is there',
      { action: 'add-key', key: { key: daily.did, purposes: ['sign'] } },
      [master, daily],
      'IDENTITY_KEY_EXISTS',
    ],
    [
      'two keys of one id',
      { action: 'add-key', key: { key: fresh.did, purposes: ['sign'], id: 'daily' } },
      [master, fresh],
      'IDENTITY_MALFORMED',
    ],
    [
      'a key revoked that is not there',
      { action: 'revoke-key', key: other.did, reason: 'superseded' },
      [master],
      'IDENTITY_KEY_UNKNOWN',
    ],
    [
      'the last key revoked',
      { action: 'revoke-key', key: master.did, reason: 'superseded' },
      [master],
      'IDENTITY_LAST_KEY',
    ],
    [
      'a theft that is still to come',
      {
        action: 'revoke-key',
        key: daily.did,
        reason: 'compromised',
        since: formatInstant((AT + 1) as UnixMillis),
      },
      [master],
      'IDENTITY_MALFORMED',
    ],
    [
      'a recovery without a quorum named',
      { action: 'recover', keys: [{ key: fresh.did, purposes: ['update'] }] },
      [fresh],
      'IDENTITY_SIGNATURE_MISSING',
    ],
    [
      'a signature under an act of the tenant',
      tenantAct('suspend'),
      [master],
      'IDENTITY_KEY_WRONG',
    ],
    [
      'an identity resumed that was not suspended',
      tenantAct('resume'),
      [],
      'IDENTITY_ACTION_REFUSED',
    ],
    ['a Tradle object', { action: 'import-tradle', object: {} }, [], 'IDENTITY_ACTION_REFUSED'],
  ])('is refused: %s', (_, change, signers, code) => {
    const history = registered();
    const before = history.now;
    expect(failure(() => history.add(change, signers)).code).toBe(code);
    expect(history.now).toBe(before);
  });

  it('is refused when signed by a key that was revoked before', () => {
    const history = registered();
    const next = testKey();
    history.add({ action: 'rotate-key', old: master.did, key: next.did }, [master, next]);
    expect(failure(() => history.add(add, [master, fresh])).code).toBe('IDENTITY_KEY_REVOKED');
    history.add(add, [next, fresh]);
  });

  it('takes as many recovery keys as the quorum, and only the quorum names another', () => {
    const history = registered({ recovery: RECOVERY });
    const [first, second] = officers as [typeof master, typeof master];
    const recover = { action: 'recover', keys: [{ key: fresh.did, purposes: ['update'] }] };
    expect(failure(() => history.add(recover, [first, fresh])).code).toBe('IDENTITY_QUORUM_MISSED');
    expect(failure(() => history.add(recover, [master, fresh])).code).toBe('IDENTITY_KEY_WRONG');
    const others = { action: 'set-recovery', recovery: { keys: [other.did], threshold: 1 } };
    expect(failure(() => history.add(others, [master])).code).toBe('IDENTITY_KEY_WRONG');
    history.add(others, [first, second]);
    expect(failure(() => history.add(recover, [first, second, fresh])).code).toBe(
      'IDENTITY_KEY_WRONG',
    );
    history.add(recover, [other, fresh]);
  });

  it('follows the last one, and no other', () => {
    const history = registered();
    const { event } = signedBy({ ...history.place, ...add }, [master, fresh]) as {
      event: JsonObject;
    };
    for (const wrong of [
      { sequence: 2 },
      { previous: '1'.repeat(64) },
      { identity: `identity:${'1'.repeat(64)}` },
    ])
      expect(failure(() => history.add({ ...add, ...wrong }, [master, fresh])).code).toBe(
        'IDENTITY_NOT_NEXT',
      );
    expect(
      failure(() => history.add({ ...REGISTRATION, sequence: 0, identity: null }, [])).code,
    ).toBe('IDENTITY_MALFORMED');
    const again = signedBy({ $v: 1, sequence: 0, ...REGISTRATION }, [master, daily]);
    expect(failure(() => applyEvent(history.now, parseSignedEvent(again), AT)).code).toBe(
      'IDENTITY_EXISTS',
    );
    const orphan = parseSignedEvent({ event });
    expect(failure(() => applyEvent(null, orphan, AT)).code).toBe('IDENTITY_UNKNOWN');
  });

  it('is refused when it was altered, and when its signature is another’s', () => {
    const history = registered();
    const signed = signedBy({ ...history.place, ...add }, [master, fresh]) as unknown as {
      event: JsonObject;
      signatures: [JsonObject, JsonObject];
    };
    const [one, two] = signed.signatures;
    const altered = {
      ...signed,
      event: { ...signed.event, key: { key: fresh.did, purposes: ['update'] } },
    };
    const swapped = { ...signed, signatures: [{ ...one, value: two['value'] ?? null }, two] };
    const renamed = { ...signed, signatures: [{ ...one, alg: 'Ed25519' }, two] };
    for (const wrong of [altered, swapped, renamed])
      expect(failure(() => applyEvent(history.now, parseSignedEvent(wrong), AT)).code).toBe(
        'IDENTITY_SIGNATURE_INVALID',
      );
    const twice = { ...signed, signatures: [one, one, two] };
    expect(failure(() => parseSignedEvent(twice)).code).toBe('IDENTITY_MALFORMED');
  });

  it('is not made while the identity is suspended, but for taking away', () => {
    const history = registered();
    history.add(tenantAct('suspend'));
    expect(failure(() => history.add(add, [master, fresh])).code).toBe('IDENTITY_SUSPENDED');
    history.add({ action: 'revoke-key', key: daily.did, reason: 'compromised' }, [master]);
  });
});

const ALGORITHM = {
  'RSA-2048': 'rsa-pkcs1-sha256',
  'P-256': 'ecdsa-sha256',
  'P-384': 'ecdsa-sha384',
} as const;
const JOSE_NAME = { 'RSA-2048': 'RS256', 'P-256': 'ES256', 'P-384': 'ES384' } as const;

describe('a certificate', () => {
  it.each(['RSA-2048', 'P-256', 'P-384'] as const)(
    'is bound by its key and by the identity: %s',
    (kind) => {
      const { certificate, privateKey } = issueTo({ name: 'Ada', privateKey: newKey(kind) });
      const { der } = certificate;
      const history = registered();
      const event = { ...history.place, action: 'bind-certificate', certificate: toBase64(der) };
      const { signedBytes } = parseEvent(event);
      const name = ALGORITHM[kind];
      const alg = JOSE_NAME[kind];
      const value = toBase64(createSignature(SIGNATURE_ALGORITHMS[name], privateKey, signedBytes));
      const keyId = `x509:${toHex(sha256(der))}`;
      const byIdentity = (signedBy(event, [master]) as { signatures: JsonObject[] }).signatures;
      const take = (signatures: JsonObject[], at = AT) =>
        applyEvent(history.now, parseSignedEvent({ event, signatures }), at);
      const bound = take([...byIdentity, { keyId, alg, value }]);
      expect(bound.certificates.map(({ sha256: digest }) => `x509:${digest}`)).toEqual([keyId]);
      expect(failure(() => take(byIdentity)).code).toBe('IDENTITY_SIGNATURE_MISSING');
      expect(failure(() => take([{ keyId, alg, value }])).code).toBe('IDENTITY_SIGNATURE_MISSING');
      const flipped = toBase64(createSignature(SIGNATURE_ALGORITHMS[name], privateKey, der));
      expect(failure(() => take([...byIdentity, { keyId, alg, value: flipped }])).code).toBe(
        'IDENTITY_SIGNATURE_INVALID',
      );
      const later = (AT + 500 * 86_400_000) as UnixMillis;
      expect(failure(() => take([...byIdentity, { keyId, alg, value }], later)).code).toBe(
        'IDENTITY_CERTIFICATE_REFUSED',
      );
    },
  );

  it('that cannot be read is refused', () => {
    const history = registered();
    const change = { action: 'bind-certificate', certificate: toBase64(Uint8Array.of(0x30, 0)) };
    const signed = signedBy({ ...history.place, ...change }, [master]) as {
      event: JsonObject;
      signatures: JsonObject[];
    };
    const byIt = { keyId: `x509:${'1'.repeat(64)}`, alg: 'ES256', value: 'AAAA' };
    const take = (): unknown =>
      applyEvent(
        history.now,
        parseSignedEvent({ ...signed, signatures: [...signed.signatures, byIt] }),
        AT,
      );
    expect(failure(take).code).toBe('IDENTITY_CERTIFICATE_REFUSED');
  });
});

describe('parseEvent', () => {
  const event = { $v: 1, sequence: 0, ...REGISTRATION };
  it.each<[string, JsonObject, string]>([
    ['an unknown member', { ...event, more: 1 }, 'IDENTITY_MALFORMED'],
    ['an unknown action', { ...event, action: 'rename' }, 'IDENTITY_MALFORMED'],
    [
      'no key for update',
      { ...event, keys: [{ key: daily.did, purposes: ['sign'] }] },
      'IDENTITY_MALFORMED',
    ],
    [
      'a key twice',
      { ...event, keys: [...REGISTRATION.keys, { key: daily.did, purposes: ['sign'] }] },
      'IDENTITY_MALFORMED',
    ],
    [
      'a purpose twice',
      { ...event, keys: [{ key: master.did, purposes: ['update', 'update'] }] },
      'IDENTITY_MALFORMED',
    ],
    [
      'a threshold that nobody reaches',
      { ...event, recovery: { ...RECOVERY, threshold: 4 } },
      'IDENTITY_MALFORMED',
    ],
    [
      'a threshold of none',
      { ...event, recovery: { ...RECOVERY, threshold: 0 } },
      'IDENTITY_MALFORMED',
    ],
    [
      'a first event that follows one',
      { ...event, previous: '1'.repeat(64) },
      'IDENTITY_MALFORMED',
    ],
    ['another beginning', { $v: 1, sequence: 0, ...tenantAct('introduce') }, 'IDENTITY_MALFORMED'],
    ['a newer format', { ...event, $v: 2 }, 'IDENTITY_FORMAT_NEWER'],
    [
      'more than it may be',
      {
        ...event,
        keys: Array.from({ length: 33 }, () => ({ key: testKey().did, purposes: ['update'] })),
      },
      'IDENTITY_MALFORMED',
    ],
  ])('refuses %s', (_, value, code) => {
    expect(failure(() => parseEvent(value)).code).toBe(code);
  });
});
