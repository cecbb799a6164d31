/** What a peer says of a log that it has: keys and the newest signed head (docs/formats/replica.md). Nothing of it is true yet. */
import {
  canonicalJsonBytes,
  type JsonObject,
  type JsonValue,
  parseCanonicalJson,
} from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import { COUNT, DIGEST, JsonMembers, type Refuse, type Shape } from '../../base/json-members.js';
import type { KeysEnd, LogKeys } from '../../ledger/log-reader.js';
import { electionToJson, readElection } from '../../records/election-json.js';
import { ReplicaError } from './replica-error.js';

export interface LogAnnouncement {
  readonly origin: string;
  /** All that the log has had, oldest first; 1–1,001. */
  readonly keys: readonly LogKeys[];
  /** A signed note, verbatim. */
  readonly checkpoint: string;
}

/** A thousand elections by groups of three make 2 MiB; by the largest groups, 10. */
export const MAX_ANNOUNCEMENT_BYTES = 32 * 1024 * 1024;
const FORMAT = 1;
const MAX_KEYS = 1_001;

export function formatAnnouncement({ origin, keys, checkpoint }: LogAnnouncement): Uint8Array {
  return canonicalJsonBytes({ $v: FORMAT, checkpoint, keys: keys.map(keysToJson), origin });
}

/** @throws ReplicaError REPLICA_ANNOUNCEMENT_MALFORMED. */
export function parseAnnouncement(bytes: Uint8Array): LogAnnouncement {
  if (bytes.length > MAX_ANNOUNCEMENT_BYTES) throw malformed('it is larger than 32 MiB');
  const members = new JsonMembers(parsed(bytes), malformed);
  if (members.required('$v', COUNT) !== FORMAT) throw malformed(`its format is not ${FORMAT}`);
  const announcement = {
    origin: members.required('origin', textUpTo(512)),
    keys: readKeys(members, malformed),
    checkpoint: members.required('checkpoint', textUpTo(MAX_CHECKPOINT_CHARACTERS)),
  };
  members.end();
  return announcement;
}

/** Members of `keys`; for what is remembered of a log as well. */
export function readKeys(members: JsonMembers, refuse: Refuse): readonly LogKeys[] {
  const keys = members.objects('keys', MAX_KEYS).map(readOne);
  const isLast = ({ ended }: LogKeys, at: number): boolean =>
    (ended === null) === (at === keys.length - 1);
  if (keys.length === 0 || !keys.every(isLast))
    throw refuse('the last keys, and they alone, have not ended');
  return keys;
}

export function keysToJson({ corePublicKey, verifierKey, ended }: LogKeys): JsonObject {
  return {
    corePublicKey,
    verifierKey,
    ...(ended !== null && {
      ended: endToJson(ended),
    }),
  };
}

function endToJson({ election, signatures, ...end }: KeysEnd): JsonObject {
  return {
    ...end,
    signatures: signatures.map((signature) => ({ ...signature })),
    ...(election && { election: electionToJson(election) }),
  };
}

export function textUpTo(maximum: number): Shape<string> {
  return {
    what: `text of 1 to ${maximum} characters`,
    read: (value) =>
      typeof value === 'string' && value.length > 0 && value.length <= maximum ? value : null,
  };
}

/** As long as a proof of misbehaviour has room for. */
export const MAX_CHECKPOINT_CHARACTERS = 16_384;
const KEY = textUpTo(1_024);
const SIGNATURE = textUpTo(88);

function readOne(members: JsonMembers): LogKeys {
  const ended = members.optional('ended', ANY);
  const keys = {
    corePublicKey: members.required('corePublicKey', DIGEST),
    verifierKey: members.required('verifierKey', KEY),
    ended: ended === undefined ? null : readEnd(new JsonMembers(ended, malformed, 'ended')),
  };
  members.end();
  return keys;
}

function readEnd(members: JsonMembers): KeysEnd {
  const signatures = members.objects('signatures', 2).map((one) => {
    const signature = {
      by: one.required('by', KEY),
      signature: one.required('signature', SIGNATURE),
    };
    one.end();
    return signature;
  });
  const election = readElection(members, malformed);
  const end = {
    length: members.required('length', COUNT),
    rootHash: members.required('rootHash', DIGEST),
    signatures,
    size: members.required('size', COUNT),
    treeHash: members.required('treeHash', DIGEST),
    ...(election !== undefined && { election }),
  };
  members.end();
  if (end.length === 0 || end.size === 0) throw malformed('keys ended before they signed anything');
  return end;
}

const ANY: Shape<JsonValue> = { what: 'a value', read: (value) => value };

function parsed(bytes: Uint8Array): JsonValue {
  try {
    return parseCanonicalJson(bytes);
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw malformed('it is no RFC 8785 JSON');
  }
}

function malformed(reason: string): ReplicaError {
  return new ReplicaError('REPLICA_ANNOUNCEMENT_MALFORMED', `not an announcement: ${reason}`);
}
