/** Recovery requests: what is carried to recovery keys in several hands, and what makes a quorum of what comes back. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../src/base/brand.js';
import { utf8ToString } from '../../src/base/bytes.js';
import {
  canonicalJsonBytes,
  type JsonObject,
  parseCanonicalJson,
} from '../../src/base/canonical-json.js';
import { formatInstant } from '../../src/base/time.js';
import { applyEvent } from '../../src/identities/apply-event.js';
import { keysInUse } from '../../src/identities/identity-state.js';
import {
  formatRecoveryRequest,
  MAX_RECOVERY_REQUEST_BYTES,
  parseRecoveryRequest,
} from '../../src/identities/recovery-request.js';
import { parseSignedEvent } from '../../src/identities/signed-event.js';
import {
  assembleRecovery,
  checkCurrent,
  parseSignedRecovery,
  type SignedRecovery,
  signRecovery,
} from '../../src/identities/signed-recovery.js';
import { failure } from '../support/errors.js';
import {
  AT,
  History,
  signature,
  signedBy,
  tenantAct,
  testKey,
  type TestKey,
} from './support/identity-kit.js';

const master = testKey('ES256');
const fresh = testKey('ES256K');
const officers = [testKey(), testKey('ES256'), testKey('ES256K')] as const;
const RECOVERY = { keys: officers.map(({ did }) => did), threshold: 2 };
const KEYS = [{ key: fresh.did, purposes: ['sign', 'update'] }];

interface Made {
  readonly history: History;
  readonly payloads: readonly JsonObject[];
}

function identity(recovery: JsonObject = RECOVERY): Made {
  const history = new History();
  const keys = [{ key: master.did, purposes: ['sign', 'update'] }];
  const payloads = [
    history.add({ action: 'register', name: 'Ada', keys, recovery }, [master]),
    history.add(tenantAct('introduce')),
  ];
  return { history, payloads };
}

function requestOf({ history, payloads }: Made, more: JsonObject = {}): Uint8Array {
  const event = { ...history.place, action: 'recover', keys: KEYS, ...more };
  return formatRecoveryRequest(payloads, signedBy(event, [fresh]));
}

function signedOf(request: Uint8Array, by: TestKey): SignedRecovery {
  return parseSignedRecovery(signedBytesOf(request, by));
}

function signedBytesOf(request: Uint8Array, by: TestKey): Uint8Array {
  const key = { did: by.did, sign: (message: Uint8Array) => signature(by, message) };
  return signRecovery(parseRecoveryRequest(request), key);
}

/** As one would alter it who writes the format well. */
function altered(file: Uint8Array, change: (json: JsonObject) => JsonObject): Uint8Array {
  return canonicalJsonBytes(change(parseCanonicalJson(file.subarray(0, -1)) as JsonObject));
}

const made = identity();
const request = requestOf(made);
const [one, two, three] = officers;

describe('a recovery request', () => {
  it('shows what follows from the history, and is what a quorum makes an event of', () => {
    const read = parseRecoveryRequest(request);
    expect(read.state).toMatchObject({
      id: made.history.id,
      name: 'Ada',
      head: made.history.now.head,
    });
    expect(read.recovery).toEqual(RECOVERY);
    const payload = assembleRecovery([signedOf(request, three), signedOf(request, one)]);
    const after = applyEvent(made.history.now, parseSignedEvent(payload), AT);
    expect(keysInUse(after).map(({ key }) => key)).toEqual([fresh.did]);
  });

  it('is the same without its line feed', () => {
    expect(request.at(-1)).toBe(0x0a);
    expect(parseRecoveryRequest(request.subarray(0, -1))).toEqual(parseRecoveryRequest(request));
  });

  it('is not made where the identity would refuse it', () => {
    const none = new History();
    const keys = [{ key: master.did, purposes: ['update'] }];
    const first = none.add({ action: 'register', keys }, [master]);
    expect(failure(() => requestOf({ history: none, payloads: [first] })).code).toBe(
      'IDENTITY_REQUEST_MALFORMED',
    );
    const suspended = identity();
    const payloads = [...suspended.payloads, suspended.history.add(tenantAct('suspend'))];
    expect(failure(() => requestOf({ ...suspended, payloads })).code).toBe('IDENTITY_SUSPENDED');
    const again = [{ key: master.did, purposes: ['update'] }];
    const event = { ...made.history.place, action: 'recover', keys: again };
    expect(
      failure(() => formatRecoveryRequest(made.payloads, signedBy(event, [master]))).code,
    ).toBe('IDENTITY_KEY_EXISTS');
    const unsigned = signedBy({ ...made.history.place, action: 'recover', keys: KEYS }, [one]);
    expect(failure(() => formatRecoveryRequest(made.payloads, unsigned)).code).toBe(
      'IDENTITY_SIGNATURE_MISSING',
    );
  });

  it.each<[string, string, (json: JsonObject) => JsonObject]>([
    ['another kind', 'IDENTITY_REQUEST_MALFORMED', (json) => ({ ...json, kind: 'chirograph/x' })],
    ['a newer format', 'IDENTITY_FORMAT_NEWER', (json) => ({ ...json, $v: 2 })],
    ['an older format', 'IDENTITY_REQUEST_MALFORMED', (json) => ({ ...json, $v: 0 })],
    ['a member too many', 'IDENTITY_REQUEST_MALFORMED', (json) => ({ ...json, note: 'hurry' })],
    ['no history', 'IDENTITY_REQUEST_MALFORMED', (json) => ({ ...json, history: [] })],
    [
      'a history without its last event',
      'IDENTITY_NOT_NEXT',
      (json) => ({ ...json, history: made.payloads.slice(0, 1) }),
    ],
    [
      'the history of another identity',
      'IDENTITY_NOT_NEXT',
      (json) => {
        const other = identity({ keys: [one.did], threshold: 1 });
        return { ...json, history: other.payloads };
      },
    ],
    [
      'another action',
      'IDENTITY_REQUEST_MALFORMED',
      (json) => {
        const event = { ...made.history.place, action: 'revoke', reason: 'unspecified' };
        return { ...json, ...signedBy(event, [fresh]) };
      },
    ],
    [
      'a signature of a recovery key among those of the new keys',
      'IDENTITY_REQUEST_MALFORMED',
      (json) => ({ ...json, ...signedBy(json['event'] as JsonObject, [fresh, one]) }),
    ],
    [
      'new keys that others signed for',
      'IDENTITY_SIGNATURE_INVALID',
      (json) => ({
        ...json,
        event: { ...(json['event'] as JsonObject), since: formatInstant(AT) },
      }),
    ],
  ])('is refused with %s', (_, code, change) => {
    expect(failure(() => parseRecoveryRequest(altered(request, change))).code).toBe(code);
  });

  it('is refused where it is not in RFC 8785 form, or larger than anybody makes one', () => {
    const spaced = new TextEncoder().encode(
      JSON.stringify(JSON.parse(utf8ToString(request)), null, 1),
    );
    expect(failure(() => parseRecoveryRequest(spaced)).code).toBe('IDENTITY_REQUEST_MALFORMED');
    const large = new Uint8Array(MAX_RECOVERY_REQUEST_BYTES + 1).fill(0x20);
    expect(failure(() => parseRecoveryRequest(large)).message).toMatch(/larger than 16 MiB/);
    expect(failure(() => parseRecoveryRequest(canonicalJsonBytes([]))).code).toBe(
      'IDENTITY_REQUEST_MALFORMED',
    );
  });

  it('altered by a byte anywhere is refused, signed or not', () => {
    const signed = signedBytesOf(request, one);
    for (const [file, parse] of [
      [request, parseRecoveryRequest],
      [signed, parseSignedRecovery],
    ] as const) {
      // The line feed at the end is no part of it.
      const place = fc.integer({ min: 0, max: file.length - 2 });
      fc.assert(
        fc.property(place, fc.integer({ min: 1, max: 255 }), (at, flip) => {
          const copy = file.slice();
          copy[at] = (copy[at] ?? 0) ^ flip;
          expect(failure(() => parse(copy)).code).toMatch(/^IDENTITY_/);
        }),
        { numRuns: 150 },
      );
    }
  });
});

describe('what comes back signed', () => {
  it('is signed by a recovery key, and by no other', () => {
    for (const key of [master, fresh, testKey()])
      expect(failure(() => signedBytesOf(request, key))).toMatchObject({
        code: 'IDENTITY_KEY_WRONG',
        message: expect.stringContaining(one.did),
      });
    const foreign = altered(signedBytesOf(request, one), (json) => ({
      ...json,
      signature:
        (signedBy(json['event'] as JsonObject, [master])['signatures'] as JsonObject[])[0] ?? {},
    }));
    expect(failure(() => parseSignedRecovery(foreign)).code).toBe('IDENTITY_KEY_WRONG');
  });

  it('is signed over this request, and over nothing else', () => {
    const later = requestOf(made, { since: formatInstant((AT - 1) as UnixMillis) });
    const { signature: other } = JSON.parse(utf8ToString(signedBytesOf(later, one))) as {
      signature: JsonObject;
    };
    const swapped = altered(signedBytesOf(request, one), (json) => ({ ...json, signature: other }));
    expect(failure(() => parseSignedRecovery(swapped)).code).toBe('IDENTITY_SIGNATURE_INVALID');
    expect(failure(() => parseSignedRecovery(request)).message).toMatch(
      /no recovery key has signed/,
    );
    expect(failure(() => parseRecoveryRequest(signedBytesOf(request, one))).message).toMatch(
      /signed already/,
    );
  });

  it('makes no quorum of one key that signed twice', () => {
    const twice = [signedOf(request, one), signedOf(request, one)] as const;
    expect(failure(() => assembleRecovery(twice))).toMatchObject({
      code: 'IDENTITY_SIGNED_TWICE',
      message: expect.stringContaining(one.did),
    });
  });

  it('makes no quorum of too few, and says who has not signed', () => {
    expect(failure(() => assembleRecovery([signedOf(request, two)]))).toMatchObject({
      code: 'IDENTITY_QUORUM_MISSED',
      message: expect.stringContaining(`not yet: ${one.did}, ${three.did}`),
    });
  });

  it('makes no quorum over different requests', () => {
    const other = requestOf(made, { since: formatInstant(AT) });
    const both = [signedOf(request, one), signedOf(other, two)] as const;
    expect(failure(() => assembleRecovery(both))).toMatchObject({
      code: 'IDENTITY_REQUEST_DIFFERS',
      message: expect.stringContaining(two.did),
    });
  });

  it('counts a recovery key that is a new key, too', () => {
    const keys = [{ key: one.did, purposes: ['update'] }];
    const event = { ...made.history.place, action: 'recover', keys };
    const own = formatRecoveryRequest(made.payloads, signedBy(event, [one]));
    const payload = assembleRecovery([signedOf(own, one), signedOf(own, two)]);
    expect(applyEvent(made.history.now, parseSignedEvent(payload), AT).keys).toHaveLength(2);
  });

  it('is outdated by any other event', () => {
    const read = signedOf(request, one);
    const { id, head } = made.history.now;
    expect(() => {
      checkCurrent(read, { id, head });
    }).not.toThrow();
    for (const [now, words] of [
      [{ id, head: '0'.repeat(64) }, /outdated/],
      [{ id, head: read.event.digest }, /recorded already/],
      [{ id: `identity:${'0'.repeat(64)}`, head }, /another/],
    ] as const)
      expect(
        failure(() => {
          checkCurrent(read, now);
        }),
      ).toMatchObject({ code: 'IDENTITY_NOT_NEXT', message: expect.stringMatching(words) });
  });
});
