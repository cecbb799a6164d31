/** Histories of which only the order is known. */
import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { toBase64, toHex } from '../../src/base/bytes.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { sha256 } from '../../src/base/hash.js';
import { formatInstant } from '../../src/base/time.js';
import { parseEvent } from '../../src/identities/identity-event.js';
import type { IdentityState } from '../../src/identities/identity-state.js';
import { replayEvent } from '../../src/identities/replay-events.js';
import { parseSignedEvent, signedEventToJson } from '../../src/identities/signed-event.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../../src/signing/algorithms.js';
import { issueTo } from '../signing/support/test-pki.js';
import { AT, History, signature, tenantAct, testKey } from './support/identity-kit.js';

const DAY = 86_400_000;
const at = (days: number): UnixMillis => (AT + days * DAY) as UnixMillis;

describe('a history of which only the order is known', () => {
  it('makes the same keys, and takes each event as early as can be', () => {
    const [master, phone, tablet] = [testKey('ES256'), testKey(), testKey('ES256K')];
    const history = new History();
    const all: JsonObject[] = [];
    const states: IdentityState[] = [];
    const add = (change: JsonObject, signers = [master]): void => {
      all.push(history.add(change, signers));
      states.push(history.now);
    };
    const keys = [
      { key: master.did, purposes: ['update'] },
      { key: phone.did, purposes: ['sign'] },
    ];
    add({ action: 'register', keys }, [master, phone]);
    history.at = at(1);
    add(tenantAct('suspend'), []);
    add(tenantAct('resume'), []);
    add({ action: 'rotate-key', old: phone.did, key: tablet.did }, [master, tablet]);
    history.at = at(9);
    const since = formatInstant(at(5));
    add({ action: 'revoke-key', key: tablet.did, reason: 'compromised', since });
    let state: IdentityState | null = null;
    const earliest: number[] = [];
    for (const [number, signed] of all.entries()) {
      state = replayEvent(state, parseSignedEvent(signed));
      earliest.push(state.at);
      expect({ ...timeless(state) }).toEqual(timeless(states[number]));
    }
    expect(earliest).toEqual([0, 0, 0, 0, at(5)]);
  });

  it('has no certificate before that was valid, and none after', () => {
    const master = testKey();
    const history = new History();
    const first = history.add(
      { action: 'register', keys: [{ key: master.did, purposes: ['update'] }] },
      [master],
    );
    const { certificate, privateKey } = issueTo({ name: 'Ada', notBefore: at(2), notAfter: at(3) });
    const bind = (certificateIn: Uint8Array): JsonObject => {
      const event = {
        ...history.place,
        action: 'bind-certificate',
        certificate: toBase64(certificateIn),
      };
      const { signedBytes } = parseEvent(event);
      const value = createSignature(SIGNATURE_ALGORITHMS['ecdsa-sha256'], privateKey, signedBytes);
      const keyId = `x509:${toHex(sha256(certificateIn))}`;
      return signedEventToJson(event, [
        signature(master, signedBytes),
        { keyId, alg: 'ES256', value },
      ]);
    };
    const state = replayEvent(
      replayEvent(null, parseSignedEvent(first)),
      parseSignedEvent(bind(certificate.der)),
    );
    expect(state.at).toBe(at(2));
    const later = { ...replayEvent(null, parseSignedEvent(first)), at: at(4) };
    expect(() => replayEvent(later, parseSignedEvent(bind(certificate.der)))).toThrow(
      'it is not valid now',
    );
  });
});

/** Keys and what became of them, without the instants. */
function timeless(state: IdentityState | undefined): object {
  return {
    head: state?.head,
    keys: state?.keys.map(({ key, purposes, from, to, reason }) => ({
      ...{ key, purposes, reason, from: from.sequence, to: to?.sequence },
    })),
    standings: state?.standings.map(({ status, from }) => [status, from.sequence]),
  };
}
