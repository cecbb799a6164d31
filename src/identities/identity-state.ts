/** What an identity is after some of its events: which keys, since when, until when, for what. */
import type { UnixMillis } from '../base/brand.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { DidKey } from './did-key.js';
import type {
  IdentityId,
  IdentityKey,
  KeyPurpose,
  Recovery,
  RevocationReason,
} from './identity-event.js';

export type IdentityStatus = 'active' | 'suspended' | 'revoked';

/** The event by which something came about, and when that was recorded. */
export interface Moment {
  readonly sequence: number;
  readonly at: UnixMillis;
}

/** `recovered`: by a quorum of recovery keys. `rotated`: another is in its place. */
export type KeyEnd = RevocationReason | 'rotated' | 'recovered';

export interface KeySpan extends IdentityKey {
  readonly from: Moment;
  /** From here on it signs nothing more. */
  readonly to?: Moment;
  readonly reason?: KeyEnd;
  /** What it signed from here on is not its owner's word, by its owner's later word. */
  readonly notTrustedSince?: UnixMillis;
}

export interface BoundCertificate {
  readonly der: Uint8Array;
  /** Hex. */
  readonly sha256: HexDigest;
  readonly bound: Moment;
}

export interface Standing {
  readonly status: IdentityStatus;
  readonly from: Moment;
}

export interface Introduction {
  readonly by: string;
  readonly at: Moment;
}

export interface IdentityState {
  readonly id: IdentityId;
  readonly name: string | null;
  /** Of the last event. */
  readonly sequence: number;
  readonly head: HexDigest;
  /** When the last event was recorded. */
  readonly at: UnixMillis;
  /** All that there have been, oldest first. */
  readonly keys: readonly KeySpan[];
  readonly recovery: Recovery | null;
  readonly certificates: readonly BoundCertificate[];
  readonly introductions: readonly Introduction[];
  /** At least one; the last one holds. */
  readonly standings: readonly Standing[];
  /** Of a Tradle identity its newest version. */
  readonly tradle: {
    readonly link: HexDigest;
    readonly version: number;
    readonly time: number | null;
  } | null;
}

export function statusOf({ standings }: IdentityState): IdentityStatus {
  const last = standings.at(-1);
  if (last === undefined) throw new Error('an identity without a standing');
  return last.status;
}

export function keysInUse({ keys }: IdentityState, purpose?: KeyPurpose): readonly KeySpan[] {
  return keys.filter(
    ({ to, purposes }) => to === undefined && (purpose === undefined || purposes.includes(purpose)),
  );
}

/** By its `did:key`, or by what the identity calls it now, or has called it last. */
export function keyNamed<K extends Pick<KeySpan, 'key' | 'id'>>(
  { keys }: { readonly keys: readonly K[] },
  name: string,
): K | undefined {
  return keys.findLast(({ key, id }) => key === name || id === name);
}

/** All keys that the events of a history name, whether they may do anything or not. */
export function hasHad({ keys }: IdentityState, did: DidKey): boolean {
  return keys.some(({ key }) => key === did);
}
