/**
 * A ledger that one node asks another to keep with it (docs/formats/shared-ledger.md): what it must know of it, with the
 * tenant's root key, by which it may read. RFC 8785 JSON, on a link that is sealed.
 */
import { toBase64 } from '../../base/bytes.js';
import {
  canonicalJsonBytes,
  type JsonObject,
  type JsonValue,
  parseCanonicalJson,
} from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import {
  arrayOf,
  base64Of,
  COUNT,
  DIGEST,
  HANDLE,
  JsonMembers,
  type Shape,
  textLike,
} from '../../base/json-members.js';
import type { LogKeys } from '../../ledger/log-reader.js';
import type { NodeId } from '../protocol/term.js';
import { keysToJson, readKeys, textUpTo } from '../replica/announcement.js';
import { claimToJson, readClaim, type VoteClaim } from './vote-claim.js';

export interface LedgerOffer {
  readonly origin: string;
  /** Who keeps it, as far as the one who offers knows. */
  readonly members: readonly NodeId[];
  /** Null for a member that has a vote and no data. */
  readonly data: OfferedLedger | null;
  /** Why whoever offers it is to be believed, for a member that knows of the ledger and does not read it. */
  readonly claim: VoteClaim;
}

export interface OfferedLedger {
  readonly tenant: {
    readonly handle: string;
    readonly name: string;
    /** C2SP verifier key. */
    readonly recoveryKey: string;
    /** 32 bytes. */
    readonly root: Uint8Array;
  };
  readonly ledger: { readonly handle: string; readonly name: string };
  /** That the log began with; an earlier version offers all that it has had, oldest first. */
  readonly keys: readonly LogKeys[];
}

export const MAX_OFFER_BYTES = 1024 * 1024;
const MAX_MEMBERS = 62;
const ANY: Shape<JsonValue> = { what: 'a value', read: (value) => value };
/** Of tenants and ledgers; not those that begin with `_`, which are each node's own. */
const NAME = textLike(/^[a-z0-9][a-z0-9.-]{0,62}$/, 'a name of 1 to 63 of a-z, 0-9 and -');

export function formatOffer({ origin, members, data, claim }: LedgerOffer): Uint8Array {
  return canonicalJsonBytes({
    $v: 1,
    members: [...members],
    origin,
    claim: claimToJson(claim),
    ...(data !== null && { data: dataToJson(data) }),
  });
}

/** @throws BaseError BYTES_MALFORMED, never quoting what came. */
export function parseOffer(bytes: Uint8Array): LedgerOffer {
  const members = new JsonMembers(jsonOf(bytes), malformed);
  if (members.required('$v', COUNT) !== 1) throw malformed('its format is not 1');
  const isData = members.optional('data', ANY);
  const offer = {
    origin: members.required('origin', textUpTo(512)),
    members: members
      .required('members', arrayOf(DIGEST, MAX_MEMBERS))
      .map((node) => node as string as NodeId),
    data: isData === undefined ? null : readData(new JsonMembers(isData, malformed, 'data')),
    claim: readClaim(members.object('claim'), malformed),
  };
  members.end();
  return offer;
}

function dataToJson({ tenant, ledger, keys }: OfferedLedger): JsonObject {
  return {
    keys: keys.map(keysToJson),
    ledger: { ...ledger },
    tenant: { ...tenant, root: toBase64(tenant.root) },
  };
}

function readData(members: JsonMembers): OfferedLedger {
  const [tenant, ledger] = [members.object('tenant'), members.object('ledger')];
  const data = {
    tenant: {
      handle: tenant.required('handle', HANDLE),
      name: tenant.required('name', NAME),
      recoveryKey: tenant.required('recoveryKey', textUpTo(1_024)),
      root: tenant.required('root', base64Of(32)),
    },
    ledger: {
      handle: ledger.required('handle', HANDLE),
      name: ledger.required('name', NAME),
    },
    keys: readKeys(members, malformed),
  };
  tenant.end();
  ledger.end();
  members.end();
  return data;
}

function jsonOf(bytes: Uint8Array): JsonValue {
  try {
    return parseCanonicalJson(bytes, { maxDepth: 8 });
  } catch (cause) {
    // Without the cause: what came may hold a key.
    if (cause instanceof BaseError) throw malformed('it is not RFC 8785 JSON');
    throw cause;
  }
}

function malformed(why: string): BaseError {
  return new BaseError('BYTES_MALFORMED', `an offer of a ledger: ${why}`);
}
