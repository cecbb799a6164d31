/** What keeps a secret, as answers say it. */
import type { JsonObject } from '../base/canonical-json.js';
import { formatInstant } from '../base/time.js';
import type { Reason } from '../retention/judge.js';

export function reasonsToJson(reasons: readonly Reason[]): readonly JsonObject[] {
  return reasons.map(reasonToJson);
}

/** Ids of the holds among them. */
export function heldBy(reasons: readonly Reason[]): readonly string[] {
  return reasons.flatMap((reason) => (reason.kind === 'hold' ? [reason.hold.id] : []));
}

function reasonToJson(reason: Reason): JsonObject {
  const { kind } = reason;
  switch (kind) {
    case 'policy': {
      const { policy, version, dueAt } = reason;
      const due = dueAt === null ? {} : { dueAt: formatInstant(dueAt) };
      return { kind, basis: policy.basis, policyVersion: version, ...due };
    }
    case 'clock':
      return {
        ...{ kind, basis: reason.policy.basis, policyVersion: reason.version },
        ...{ why: reason.why, clock: { ...reason.policy.clock } },
      };
    case 'hold': {
      const { id, kind: holdKind, caseId, authority, until } = reason.hold;
      const end = until === undefined ? {} : { until: formatInstant(until) };
      return { kind, hold: id, holdKind, caseId, authority, ...end };
    }
    case 'lock': {
      const { drive, until } = reason;
      return { kind, drive, ...(until !== null && { until: formatInstant(until) }) };
    }
    case 'own':
      return { kind };
    case 'data-left':
      return { kind, secrets: reason.left.length };
  }
}
