/** Walks the fields of a SEQUENCE in their order, optional ones included, and allows no others. */
import type { DerNode } from './der-reader.js';
import { TAG } from './der-tag.js';
import { readSequence } from './der-values.js';
import { SigningError } from './signing-error.js';

export class DerFields {
  readonly #fields: readonly DerNode[];
  #at = 0;

  private constructor(fields: readonly DerNode[]) {
    this.#fields = fields;
  }

  /** @throws SigningError DER_MALFORMED unless `node` is a SEQUENCE (or has the IMPLICIT `tag`). */
  static of(node: DerNode, tag: number = TAG.sequence): DerFields {
    return new DerFields(readSequence(node, tag));
  }

  /** The next field. Its type is for the accessor to check. */
  next(): DerNode {
    const field = this.#fields[this.#at++];
    if (field === undefined) throw new SigningError('DER_MALFORMED', 'a field is missing');
    return field;
  }

  /** The next field if it has this tag. */
  optional(tag: number): DerNode | undefined {
    const field = this.#fields[this.#at];
    if (field?.tag !== tag) return undefined;
    this.#at++;
    return field;
  }

  /** The next field, whatever it is, if there is one. */
  optionalAny(): DerNode | undefined {
    return this.#at < this.#fields.length ? this.next() : undefined;
  }

  /** To be called last. @throws SigningError DER_MALFORMED if a field was not taken. */
  end(): void {
    if (this.#at !== this.#fields.length)
      throw new SigningError('DER_MALFORMED', 'a field is unknown here');
  }
}
