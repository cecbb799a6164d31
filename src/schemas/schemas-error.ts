/** Operating errors of schemas. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type SchemasErrorCode =
  /** No schema that this node takes: `faults` says where. */
  | 'SCHEMA_REFUSED'
  /** The ledger has no such schema, or not that version of it. */
  | 'SCHEMA_UNKNOWN'
  /** The ledger has as many schemas as it may. */
  | 'SCHEMA_LIMIT'
  /** The payload is not what the schema of its type says: `faults` names where and which rule. */
  | 'RECORD_SCHEMA_INVALID'
  /** The ledger takes only types that have a schema. */
  | 'RECORD_SCHEMA_MISSING';

/** One thing that is wrong, where it stands (RFC 6901 pointer). Never quotes a value. */
export interface SchemaFault {
  readonly pointer: string;
  readonly detail: string;
}

export class SchemasError extends ChirographError<SchemasErrorCode> {
  readonly faults: readonly SchemaFault[];

  constructor(
    code: SchemasErrorCode,
    message: string,
    options: { readonly faults?: readonly SchemaFault[]; readonly cause?: unknown } = {},
  ) {
    super(code, message, 'cause' in options ? { cause: options.cause } : undefined);
    this.faults = options.faults ?? [];
  }
}

/** @param pointer in the schema. */
export function schemaRefused(reason: string, pointer = ''): SchemasError {
  const where = pointer === '' ? 'the schema' : `the schema at ${pointer}`;
  return new SchemasError('SCHEMA_REFUSED', `${where} ${reason}`, {
    faults: [{ pointer, detail: reason }],
  });
}
