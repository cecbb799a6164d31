/** Which secrets an entry needs before it can be prepared: the vault finds or mints them by scope. */
import { dataScope, type SecretRef, type SecretScope, tagsScope } from '../base/secret-scope.js';
import type { RecordInput } from './record-input.js';

/** One `T` for every secret that a record needs. */
export interface PerSecret<T> {
  readonly subjectTags: T;
  readonly subjectData: T;
  readonly authorTags: T;
  /** In the order of `parties`. */
  readonly parties: readonly T[];
  /** In the order of `parts`. */
  readonly parts: readonly { readonly tags: T; readonly data: T }[];
}

export type RecordScopes = PerSecret<SecretScope>;
export type RecordSecrets = PerSecret<SecretRef>;
export type SignatureScopes = Pick<RecordScopes, 'subjectTags' | 'subjectData' | 'authorTags'>;
export type SignatureSecrets = Pick<RecordSecrets, 'subjectTags' | 'subjectData' | 'authorTags'>;

export const DEFAULT_RETENTION = 'default';

/** Record type → retention class of records that name none. */
export type TypeClasses = Readonly<Record<string, string>>;

/** The class that a record gets: its own, its type's, or `default`. */
export function retentionOf({ retention, type }: RecordInput, classes: TypeClasses): string {
  return (
    retention ?? (Object.hasOwn(classes, type) ? classes[type] : undefined) ?? DEFAULT_RETENTION
  );
}

/**
 * @param month `monthOf` the instant at which the entry will be recorded.
 * @param retention `retentionOf` it.
 */
export function scopesOfRecord(
  record: RecordInput,
  author: string,
  month: string,
  retention: string,
): RecordScopes {
  const parts = record.parts ?? [];
  return {
    ...scopesOfSignature(record.subject, retention, author, month),
    parties: (record.parties ?? []).map(tagsScope),
    parts: parts.map((part) => ({
      tags: tagsScope(part.subject),
      data: dataScope(part.subject, part.class ?? retention, month),
    })),
  };
}

/** @param subject and `retention` those of the record that is signed. */
export function scopesOfSignature(
  subject: string,
  retention: string,
  author: string,
  month: string,
): SignatureScopes {
  return {
    subjectTags: tagsScope(subject),
    subjectData: dataScope(subject, retention, month),
    authorTags: tagsScope(author),
  };
}
