/** What is asked of secrets, and answered (docs/formats/shared-ledger.md): RFC 8785 JSON, on a link that is sealed. */
import { toBase64, utf8 } from '../../base/bytes.js';
import {
  canonicalJsonBytes,
  type JsonObject,
  type JsonValue,
  parseCanonicalJson,
} from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import { base64Of, BOOLEAN, COUNT, JsonMembers } from '../../base/json-members.js';
import { parseScope, scopeText } from '../../base/secret-scope.js';
import type { SharedSecret } from '../../ledger/log-secrets.js';
import { textUpTo } from '../replica/announcement.js';

export type SecretMessage =
  /** Those that blocks are the first to need: `from` to `to`, the last excluded. */
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly origin: string;
      readonly from: number;
      readonly to: number;
    }
  /** Those that are still there, of the blocks below `to`: perhaps not of all that were asked for. */
  | {
      readonly kind: 'give';
      readonly id: number;
      readonly to: number;
      readonly secrets: readonly SharedSecret[];
      /** More of them follow. */
      readonly more: boolean;
    }
  /** The ledger is not kept here, or not that far, or not for the one who asks. */
  | { readonly kind: 'refuse'; readonly id: number };

export const MAX_SECRET_MESSAGE_BYTES = 1024 * 1024;
/** As many as surely fit. */
export const MAX_SECRETS = 512;
/** Of one answer: a block has no more. */
export const MAX_ANSWERED = 65_536;

export function formatSecretMessage(message: SecretMessage): Uint8Array {
  return canonicalJsonBytes({ $v: 1, ...toJson(message) });
}

/** @throws BaseError BYTES_MALFORMED, never quoting what came. */
export function parseSecretMessage(bytes: Uint8Array): SecretMessage {
  const members = new JsonMembers(jsonOf(bytes), malformed);
  if (members.required('$v', COUNT) !== 1) throw malformed('its format is not 1');
  const kind = members.required('kind', textUpTo(16));
  const id = members.required('id', COUNT);
  const message = readRest(kind, id, members);
  members.end();
  return message;
}

function readRest(kind: string, id: number, members: JsonMembers): SecretMessage {
  switch (kind) {
    case 'ask':
      return {
        kind,
        id,
        origin: members.required('origin', textUpTo(512)),
        from: members.required('from', COUNT),
        to: members.required('to', COUNT),
      };
    case 'give':
      return {
        kind,
        id,
        to: members.required('to', COUNT),
        more: members.required('more', BOOLEAN),
        secrets: members.objects('secrets', MAX_SECRETS).map(readSecret),
      };
    case 'refuse':
      return { kind, id };
    default:
      throw malformed('its kind is not known');
  }
}

function readSecret(members: JsonMembers): SharedSecret {
  const scope = members.required('scope', textUpTo(1_024));
  const given = {
    rowId: members.required('row', base64Of(16)),
    scope: parseScope(utf8(scope)),
    secret: members.required('secret', base64Of(32)),
  };
  members.end();
  return given;
}

function toJson(message: SecretMessage): JsonObject {
  if (message.kind !== 'give') return { ...message };
  const { secrets, ...rest } = message;
  const given = secrets.map(({ rowId, scope, secret }) => ({
    row: toBase64(rowId),
    scope: scopeText(scope),
    secret: toBase64(secret),
  }));
  return { ...rest, ...(given.length > 0 && { secrets: given }) };
}

function jsonOf(bytes: Uint8Array): JsonValue {
  try {
    return parseCanonicalJson(bytes, { maxDepth: 3 });
  } catch (cause) {
    // Without the cause: what came may hold secrets.
    if (cause instanceof BaseError) throw malformed('it is not RFC 8785 JSON');
    throw cause;
  }
}

function malformed(why: string): BaseError {
  return new BaseError('BYTES_MALFORMED', `a message about secrets: ${why}`);
}
