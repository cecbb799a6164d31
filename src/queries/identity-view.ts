/** What the API shows of an identity: which keys it had as of when, and which of them were good for what. */
import { toBase64 } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { formatInstant } from '../base/time.js';
import { parseDidKey } from '../identities/did-key.js';
import {
  type IdentityState,
  type KeySpan,
  type Moment,
  statusOf,
} from '../identities/identity-state.js';

export function identityToJson(state: IdentityState): JsonObject {
  const { id, name, sequence, head, at, keys, recovery, tradle } = state;
  return {
    id,
    ...(name !== null && { name }),
    status: statusOf(state),
    statuses: state.standings.map(({ status, from }) => ({ status, from: momentToJson(from) })),
    sequence,
    head,
    changedAt: formatInstant(at),
    keys: keys.map(keyToJson),
    ...(recovery !== null && { recovery: { ...recovery } }),
    certificates: state.certificates.map(({ der, sha256, bound }) => ({
      ...{ sha256, certificate: toBase64(der), bound: momentToJson(bound) },
    })),
    introductions: state.introductions.map(({ by, at: when }) => ({ by, at: momentToJson(when) })),
    ...(tradle !== null && { tradle: { link: tradle.link, version: tradle.version } }),
  };
}

function keyToJson({ key, id, purposes, from, to, reason, notTrustedSince }: KeySpan): JsonObject {
  return {
    key,
    ...(id !== undefined && { id }),
    alg: parseDidKey(key).alg,
    purposes,
    isInUse: to === undefined,
    from: momentToJson(from),
    ...(to !== undefined && { to: momentToJson(to) }),
    ...(reason !== undefined && { reason }),
    ...(notTrustedSince !== undefined && { notTrustedSince: formatInstant(notTrustedSince) }),
  };
}

function momentToJson({ sequence, at }: Moment): JsonObject {
  return { sequence, at: formatInstant(at) };
}
