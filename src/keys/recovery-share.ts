/** The files of a key ceremony (docs/formats/escrow.md): a share for each officer, the public part for the node. */
import type { UnixMillis } from '../base/brand.js';
import { toBase64 } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { sha256 } from '../base/hash.js';
import { digestToHex, type HexDigest } from '../base/hex-digest.js';
import {
  arrayOf,
  base64Of,
  COUNT,
  DIGEST,
  INSTANT,
  type JsonMembers,
  textLike,
} from '../base/json-members.js';
import { formatInstant } from '../base/time.js';
import { type CarriedKind, formatCarried, parseCarried } from './internal/carried-file.js';
import { isSealable } from './internal/sealed-box.js';
import { RecoveryError } from './recovery-error.js';

/** What all files of one ceremony say. */
export interface Ceremony {
  /** Hex, 16 bytes. */
  readonly ceremony: string;
  /** Whose key it is, for people. */
  readonly label?: string;
  readonly madeAt: UnixMillis;
  /** n: shares that there are, and m: that make the key; 2 ≤ m ≤ n ≤ 255. */
  readonly officers: number;
  readonly threshold: number;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

export interface RecoveryShare extends Ceremony {
  /** From 1. */
  readonly number: number;
  /** `y[32] ‖ x`. */
  readonly share: Uint8Array;
}

export interface RecoveryPublicKey extends Ceremony {
  /** Fingerprints of the shares, by number. */
  readonly shares: readonly HexDigest[];
}

export const MAX_OFFICERS = 255;
export const MIN_THRESHOLD = 2;
/** Longer than any of these files with the most shares. */
export const MAX_RECOVERY_FILE = 32 * 1024;
export const LABEL_PATTERN = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]{1,100}$/u;

const SHARE_LENGTH = 33;
const SHARE: CarriedKind = {
  kind: 'chirograph/recovery-share',
  name: 'a share',
  damaged: 'RECOVERY_SHARE_DAMAGED',
};
const PUBLIC: CarriedKind = {
  kind: 'chirograph/recovery-key',
  name: "a recovery key's public part",
  damaged: 'RECOVERY_SHARE_DAMAGED',
};
const ID = textLike(/^[0-9a-f]{32}$/, '32 hex digits');
const LABEL = textLike(LABEL_PATTERN, 'a text of 1 to 100 characters');

export function formatShare({ number, share, ...rest }: RecoveryShare): Uint8Array {
  return formatCarried(SHARE, { ...said(rest), number, share: toBase64(share) });
}

/** @throws RecoveryError RECOVERY_SHARE_DAMAGED, RECOVERY_FORMAT_NEWER. */
export function parseShare(bytes: Uint8Array): RecoveryShare {
  return parseCarried(SHARE, bytes, (members) => {
    const ceremony = readCeremony(members);
    const number = members.required('number', COUNT);
    const share = members.required('share', base64Of(SHARE_LENGTH));
    if (number < 1 || number > ceremony.officers || share[SHARE_LENGTH - 1] === 0)
      throw damaged(SHARE);
    return { ...ceremony, number, share };
  });
}

export function formatRecoveryPublicKey({ shares, ...rest }: RecoveryPublicKey): Uint8Array {
  return formatCarried(PUBLIC, { ...said(rest), shares: [...shares] });
}

/** @throws RecoveryError RECOVERY_SHARE_DAMAGED, RECOVERY_FORMAT_NEWER. */
export function parseRecoveryPublicKey(bytes: Uint8Array): RecoveryPublicKey {
  return parseCarried(PUBLIC, bytes, (members) => {
    const ceremony = readCeremony(members);
    const shares = members.required('shares', arrayOf(DIGEST, MAX_OFFICERS));
    if (shares.length !== ceremony.officers) throw damaged(PUBLIC);
    return { ...ceremony, shares };
  });
}

/** @param bytes of a public key or of a share. */
export function fingerprintOf(bytes: Uint8Array): HexDigest {
  return digestToHex(sha256(bytes));
}

/** In groups that people can read to one another. */
export function spokenFingerprint(fingerprint: HexDigest): string {
  return fingerprint.replace(/.{4}(?=.)/g, '$& ');
}

function said({ label, madeAt, publicKey, ...rest }: Ceremony): JsonObject {
  return {
    ...rest,
    ...(label !== undefined && { label }),
    madeAt: formatInstant(madeAt),
    publicKey: toBase64(publicKey),
  };
}

function readCeremony(members: JsonMembers): Ceremony {
  const ceremony = members.required('ceremony', ID);
  const label = members.optional('label', LABEL);
  const read = {
    ceremony,
    ...(label !== undefined && { label }),
    madeAt: members.required('madeAt', INSTANT),
    officers: members.required('officers', COUNT),
    threshold: members.required('threshold', COUNT),
    publicKey: members.required('publicKey', base64Of(32)),
  };
  const { officers, threshold, publicKey } = read;
  const isPossible = threshold >= MIN_THRESHOLD && threshold <= officers;
  if (!isPossible || officers > MAX_OFFICERS || !isSealable(publicKey)) throw damaged(PUBLIC);
  return read;
}

function damaged({ name }: CarriedKind): RecoveryError {
  return new RecoveryError('RECOVERY_SHARE_DAMAGED', `${name} says what no ceremony could`);
}
