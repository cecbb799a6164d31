/** Keys as their owners hold them, and histories as they sign them. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { UnixMillis } from '../../../src/base/brand.js';
import type { JsonObject } from '../../../src/base/canonical-json.js';
import { parseInstant } from '../../../src/base/time.js';
import { applyEvent } from '../../../src/identities/apply-event.js';
import { type DidKey, formatDidKey, type KeyAlgorithm } from '../../../src/identities/did-key.js';
import { parseEvent } from '../../../src/identities/identity-event.js';
import type { IdentityState } from '../../../src/identities/identity-state.js';
import { lowerForm } from '../../../src/identities/key-signature.js';
import {
  type EventSignature,
  parseSignedEvent,
  signedEventToJson,
} from '../../../src/identities/signed-event.js';

export const AT = parseInstant('2026-03-01T00:00:00.000Z');

export interface TestKey {
  readonly did: DidKey;
  readonly alg: KeyAlgorithm;
  readonly privateKey: KeyObject;
  /** 64 bytes, as the project takes them. */
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export function testKey(alg: KeyAlgorithm = 'Ed25519'): TestKey {
  const { publicKey, privateKey } =
    alg === 'Ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: alg === 'ES256' ? 'P-256' : 'secp256k1' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const isOdd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1;
  const point = Buffer.from(x, 'base64url');
  const bytes = alg === 'Ed25519' ? Uint8Array.from(point) : Uint8Array.of(2 + isOdd, ...point);
  const digest = alg === 'Ed25519' ? null : 'sha256';
  return {
    did: formatDidKey({ alg, bytes }),
    alg,
    privateKey,
    sign: (message) =>
      lowerForm(
        alg,
        new Uint8Array(sign(digest, message, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
      ),
  };
}

export function signature(key: TestKey, message: Uint8Array): EventSignature {
  return { keyId: key.did, alg: key.alg, value: key.sign(message) };
}

/** @param keys that sign. @returns as clients send it. */
export function signedBy(event: JsonObject, keys: readonly TestKey[]): JsonObject {
  const { signedBytes } = parseEvent(event);
  return signedEventToJson(
    event,
    keys.map((key) => signature(key, signedBytes)),
  );
}

export function tenantAct(action: string): JsonObject {
  return { action, by: 'key:0a1b2c3d4e5f' };
}

/** One identity, event after event. */
export class History {
  at: UnixMillis = AT;
  #state: IdentityState | null = null;

  get now(): IdentityState {
    if (this.#state === null) throw new Error('nothing has been registered');
    return this.#state;
  }

  get id(): string {
    return this.now.id;
  }

  /** Where the next event stands. */
  get place(): JsonObject {
    if (this.#state === null) return { $v: 1, sequence: 0 };
    const { id, sequence, head } = this.#state;
    return { $v: 1, identity: id, sequence: sequence + 1, previous: head };
  }

  /** @returns what was added, as clients send it. @throws as `applyEvent`; then nothing has changed. */
  add(change: JsonObject, signers: readonly TestKey[] = []): JsonObject {
    const signed = signedBy({ ...this.place, ...change }, signers);
    this.#state = applyEvent(this.#state, parseSignedEvent(signed), this.at);
    return signed;
  }
}

/** Of somebody with this one key, for everything. */
export function registration(key: TestKey, more: JsonObject = {}): JsonObject {
  const keys = [{ key: key.did, purposes: ['sign', 'update'] }];
  return signedBy({ $v: 1, sequence: 0, action: 'register', keys, ...more }, [key]);
}

/** Of an identity that is longer. */
export function staleEvent(identity: string): JsonObject {
  const key = testKey();
  const place = { $v: 1, identity, sequence: 1_000_000, previous: '0'.repeat(64) };
  return signedBy({ ...place, action: 'revoke-key', key: key.did, reason: 'superseded' }, [key]);
}
