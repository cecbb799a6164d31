/** Checks the payloads of a batch against the schemas of their types, before any secret is asked for. */
import { ChirographError } from '../../base/errors.js';
import { type SchemaFault, SchemasError } from '../../schemas/schemas-error.js';
import type { CachedSchema, SchemaCache } from './internal/schema-cache.js';
import type { FindSchemas, PreparationContext, SchemaCheck } from './preparer.js';
import type { CheckedRequest, RecordRequest } from './record-request.js';

export interface CheckContext extends Pick<PreparationContext, 'tenant' | 'ledger'> {
  readonly schemas: SchemaCheck;
}

/** @param requests may be refused already; a refusal is passed on in its place. */
export async function checkPayloads(
  requests: readonly (RecordRequest | ChirographError)[],
  { tenant, ledger, schemas: how }: CheckContext,
  find: FindSchemas,
  cache: SchemaCache,
): Promise<(CheckedRequest | ChirographError)[]> {
  const types = new Set<string>();
  for (const request of requests)
    if (!(request instanceof ChirographError)) types.add(request.record.type);
  const schemas = await cache.of({ tenant, ledger, epoch: how.epoch }, types, find);
  return requests.map((request) => {
    if (request instanceof ChirographError || withdrawsOnly(request)) return request;
    const schema = schemas.get(request.record.type) ?? null;
    return schema === null ? withoutSchema(request, how) : withSchema(request, schema, how);
  });
}

/** A record that withdraws a version and says nothing else has no payload that could be wrong. */
function withdrawsOnly({ record: { retracts, payload } }: RecordRequest): boolean {
  return retracts !== undefined && Object.keys(payload).length === 0;
}

function withoutSchema(
  request: RecordRequest,
  { mode, unknownTypes }: SchemaCheck,
): CheckedRequest | ChirographError {
  if (unknownTypes === 'accept') return request;
  const fault = { pointer: '/type', detail: 'has no schema in this ledger' };
  if (mode === 'warn') return { ...request, warnings: [fault] };
  return refused(
    request,
    new SchemasError(
      'RECORD_SCHEMA_MISSING',
      'the ledger takes only types that have a schema: put one, or use a type that has one',
      { faults: [fault] },
    ),
  );
}

function withSchema(
  request: RecordRequest,
  { ref, check }: CachedSchema,
  { mode }: SchemaCheck,
): CheckedRequest | ChirographError {
  const faults: readonly SchemaFault[] = check(request.record.payload).map(
    ({ pointer, detail }) => ({ pointer: `/payload${pointer}`, detail }),
  );
  if (faults.length === 0) return { ...request, schema: ref };
  // Its header then names no schema: it is as none says.
  if (mode === 'warn') return { ...request, warnings: faults };
  const reason = `the payload is not as ${ref} says`;
  return refused(request, new SchemasError('RECORD_SCHEMA_INVALID', reason, { faults }));
}

/** Only the log knows whether a request with a key is one that was taken before. */
function refused(request: RecordRequest, refusal: SchemasError): CheckedRequest | ChirographError {
  return request.idempotencyKey === null ? refusal : { ...request, refusal };
}
