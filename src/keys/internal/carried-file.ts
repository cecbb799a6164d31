/**
 * Files that people carry and rename (docs/formats/escrow.md): small JSON files whose place is their kind. What is
 * wrong with one is said by kind, and never quotes it.
 */
import type { JsonObject } from '../../base/canonical-json.js';
import { BaseError } from '../../base/errors.js';
import { JsonMembers, oneOf } from '../../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../../base/stored-json.js';
import { RecoveryError } from '../recovery-error.js';

export interface CarriedKind {
  /** `chirograph/…`. */
  readonly kind: string;
  /** For people: `a share`. */
  readonly name: string;
  readonly damaged: 'ESCROW_DAMAGED' | 'RECOVERY_SHARE_DAMAGED';
}

export function formatCarried({ kind }: CarriedKind, content: JsonObject): Uint8Array {
  return formatStoredJson(kind, { ...content, kind });
}

/** @throws RecoveryError as the kind says, or RECOVERY_FORMAT_NEWER. */
export function parseCarried<T>(
  carried: CarriedKind,
  bytes: Uint8Array,
  readMembers: (members: JsonMembers) => T,
): T {
  const { kind, name, damaged } = carried;
  const refuse = (reason: string): RecoveryError =>
    new RecoveryError(damaged, `${name} is not what was written: ${reason}`);
  const content = parseStoredJson(kind, bytes, {
    damaged: refuse,
    newer: (format, known) =>
      new RecoveryError(
        'RECOVERY_FORMAT_NEWER',
        `${name} has format ${format}; this version reads up to ${known}`,
      ),
  });
  try {
    const members = new JsonMembers(content, refuse);
    members.required('kind', oneOf(kind));
    const read = readMembers(members);
    members.end();
    return read;
  } catch (cause) {
    // Without the cause, which might quote a key.
    if (cause instanceof BaseError) throw refuse('a member is not of its form');
    throw cause;
  }
}
