/** An author who signs claims, with a history that is always the same: their keys are derived from a label. */
import { toBase64 } from '../../../src/base/bytes.js';
import {
  canonicalJsonBytes,
  type JsonObject,
  parseCanonicalJson,
} from '../../../src/base/canonical-json.js';
import { type HexDigest, hexDigest } from '../../../src/base/hex-digest.js';
import { formatInstant } from '../../../src/base/time.js';
import type { AuthorHistory } from '../../../src/evidence/evidence-file.js';
import { idOf } from '../../../src/identities/apply-event.js';
import { claimBytes } from '../../../src/identities/claim-signature.js';
import { type DidKey, formatDidKey } from '../../../src/identities/did-key.js';
import { parseEvent } from '../../../src/identities/identity-event.js';
import type { RecordHeader } from '../../../src/records/header.js';
import { ed25519Key } from '../../../src/tlog/ed25519.js';
import { derived } from './synthetic-keys.js';

export interface AuthorKey {
  readonly did: DidKey;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export function authorKey(label: string): AuthorKey {
  const { publicKey, sign } = ed25519Key(derived(`${label} of an author`));
  return { did: formatDidKey({ alg: 'Ed25519', bytes: publicKey }), sign };
}

export interface SyntheticAuthor {
  readonly id: string;
  /** As the ledger of identities has them. */
  readonly history: AuthorHistory;
  /** Of the last one. */
  readonly event: HexDigest;
  /** For sign, in use at the end. */
  readonly key: AuthorKey;
}

export interface AuthorBends {
  /** Changes after the history that everybody has. */
  readonly more?: (keys: AuthorKeys) => readonly AuthorChange[];
  /** Which of the keys signs the claim: the tablet's. */
  readonly by?: keyof AuthorKeys;
}

export interface AuthorKeys {
  readonly master: AuthorKey;
  readonly phone: AuthorKey;
  readonly tablet: AuthorKey;
  readonly spare: AuthorKey;
}

export interface AuthorChange {
  readonly change: JsonObject;
  readonly signers: readonly AuthorKey[];
}

/** Registered with a phone, introduced by an officer, and later with a tablet in its place. */
export function syntheticAuthor(name: string, bends: AuthorBends = {}): SyntheticAuthor {
  const keys: AuthorKeys = {
    master: authorKey(`${name} master`),
    phone: authorKey(`${name} phone`),
    tablet: authorKey(`${name} tablet`),
    spare: authorKey(`${name} spare`),
  };
  const { master, phone, tablet } = keys;
  const changes: AuthorChange[] = [
    {
      change: {
        action: 'register',
        keys: [
          { key: master.did, purposes: ['update'] },
          { key: phone.did, purposes: ['sign'], id: 'daily' },
        ],
        name,
      },
      signers: [master, phone],
    },
    {
      change: { action: 'introduce', by: 'key:0a1b2c3d4e5f', reason: 'seen with a passport' },
      signers: [],
    },
    {
      change: { action: 'rotate-key', old: phone.did, key: tablet.did },
      signers: [master, tablet],
    },
    ...(bends.more?.(keys) ?? []),
  ];
  return { ...historyOf(changes), key: keys[bends.by ?? 'tablet'] };
}

/** What their author was after the first of its events. */
export function authorAfter(
  { history, ...author }: SyntheticAuthor,
  events: number,
  key: AuthorKey = author.key,
): SyntheticAuthor {
  const shown = history.slice(0, events);
  return { id: author.id, history: shown, event: digestOf(shown.at(-1)), key };
}

/** With the claim of its author, unless it has one: whatever it says. */
export function withClaim(
  header: RecordHeader,
  { event, key }: Pick<SyntheticAuthor, 'event' | 'key'>,
  more: JsonObject = {},
): RecordHeader {
  if (header.claim !== undefined) return header;
  const claim = { ...claimOf(header), ...more };
  const signature = { alg: 'Ed25519', keyId: key.did, value: key.sign(claimBytes(claim)) } as const;
  return { ...header, claim, claimSignature: signature, authorEvent: event };
}

/** What the author of this header would claim. */
export function claimOf(header: RecordHeader): JsonObject {
  const { attachments = [], author, key, parts = [], payload, subject, type } = header;
  const { validFrom, validTo } = header;
  return {
    ...{ $v: 1, author, nonce: '00'.repeat(16), subject, type },
    payloads: [payload.sha256, ...[...parts, ...attachments].map(({ sha256 }) => sha256)],
    ...(key !== undefined && { key }),
    ...(validFrom !== undefined && { validFrom: formatInstant(validFrom) }),
    ...(validTo !== undefined && { validTo: formatInstant(validTo) }),
  };
}

function historyOf(changes: readonly AuthorChange[]): Omit<SyntheticAuthor, 'key'> {
  const history: Uint8Array[] = [];
  let id = '';
  let previous: HexDigest | null = null;
  for (const [sequence, { change, signers }] of changes.entries()) {
    const place = previous === null ? {} : { identity: id, previous };
    const event: JsonObject = { $v: 1, sequence, ...place, ...change };
    const read = parseEvent(event);
    const signatures = signers.map(({ did, sign }) => ({
      ...{ alg: 'Ed25519', keyId: did, value: toBase64(sign(read.signedBytes)) },
    }));
    history.push(canonicalJsonBytes({ event, ...(signatures.length > 0 && { signatures }) }));
    if (previous === null) id = idOf(read);
    previous = read.digest;
  }
  return { id, history, event: hexDigest(previous ?? '') };
}

function digestOf(signed: Uint8Array | undefined): HexDigest {
  const { event = null } = parseCanonicalJson(signed ?? new Uint8Array()) as JsonObject;
  return parseEvent(event).digest;
}
