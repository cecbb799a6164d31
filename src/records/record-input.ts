/** What a client may send as a record, and nothing else. The one place where a record becomes typed. */
import { z } from 'zod';
import type { Brand } from '../base/brand.js';
import { fromBase64 } from '../base/bytes.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { withMissingNamed } from '../base/missing-text.js';
import { CLASS_NAME, PERSON_NAME } from '../base/secret-scope.js';
import { parseInstant } from '../base/time.js';
import { ATTACHMENT_NAME, MAX_ATTACHMENTS } from './attachment.js';
import { CLAIM_ALGORITHMS, CLAIM_SIGNATURE_BYTES } from './claim.js';
import { KEY_ID, RECORD_KEY, TYPE_NAME } from './internal/shapes.js';
import { RecordsError } from './records-error.js';

export const MAX_PARTIES = 64;
export const MAX_PARTS = 64;

const person = z
  .string()
  .regex(PERSON_NAME, 'must be 1 to 256 characters, none of them a control character');
const className = z
  .string()
  .regex(CLASS_NAME, 'must be 1 to 63 of a-z, 0-9 and -, and not begin with -');
const instant = z
  .string()
  .refine(
    isInstant,
    'must be an existing instant in UTC with milliseconds: 2026-01-31T23:59:59.000Z',
  );
const object = z
  .custom<JsonObject>(isObject, 'must be a JSON object')
  .meta({ type: 'object', additionalProperties: true });

const part = z.strictObject({
  subject: person.meta({ description: 'whom the part is about; sealed under their secret' }),
  class: className
    .exactOptional()
    .meta({ description: 'retention class; the record’s unless given' }),
  payload: object,
  nonce: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hex digits')
    .exactOptional()
    .meta({ description: 'random; needed with a claim, which hashes the part nonce and all' }),
});

const attachment = z.strictObject({
  file: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be a leaf hash: 64 lower-case hex digits')
    .meta({ description: 'id (leaf hash) of a file of the same ledger and subject' }),
  name: z
    .string()
    .regex(ATTACHMENT_NAME, 'must be 1 to 256 characters, none of them a control character')
    .exactOptional()
    .meta({ description: 'what the record calls it' }),
});

const claimSignature = z.strictObject({
  keyId: z
    .string()
    .regex(KEY_ID, 'must be a did:key, or what its identity calls the key')
    .meta({ description: 'did:key, or what its identity calls it' }),
  alg: z.enum(CLAIM_ALGORITHMS),
  value: z
    .string()
    .refine(isSignature, 'must be base64 of 64 bytes')
    .meta({ description: 'base64; ECDSA as r ‖ s' }),
});

/** For OpenAPI, and for `parseRecordInput`, which is what everyone else calls. */
export const recordInputSchema = z.strictObject({
  type: z.string().regex(TYPE_NAME, 'must be 1 to 128 of A-Z, a-z, 0-9, ., _ and -'),
  subject: person.meta({ description: 'whom the record is about' }),
  key: z
    .string()
    .regex(RECORD_KEY, 'must be 1 to 256 characters, none of them a control character')
    .exactOptional()
    .meta({
      description: 'which thing of that subject and type; without it each record is its own',
    }),
  validFrom: instant.exactOptional(),
  validTo: instant.exactOptional(),
  retracts: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be a leaf hash: 64 lower-case hex digits')
    .exactOptional()
    .meta({ description: 'id (leaf hash) of the version that is withdrawn' }),
  payload: object,
  parties: z
    .array(person)
    .min(1)
    .max(MAX_PARTIES)
    .refine((names) => new Set(names).size === names.length, 'must not name anyone twice')
    .exactOptional()
    .meta({ description: 'other persons concerned; tagged only' }),
  parts: z.array(part).min(1).max(MAX_PARTS).exactOptional(),
  attachments: z
    .array(attachment)
    .min(1)
    .max(MAX_ATTACHMENTS)
    .refine(namesNoneTwice, 'must not name a file twice')
    .exactOptional()
    .meta({ description: 'files that belong to it: what they hold is in the claim' }),
  retention: className
    .exactOptional()
    .meta({ description: 'retention class; its type’s in the retention policies, else `default`' }),
  claim: object.exactOptional().meta({ description: 'what the author signed before' }),
  claimSignature: claimSignature
    .exactOptional()
    .meta({ description: 'by a key of the author, which is then an identity' }),
});

type Members = z.infer<typeof recordInputSchema>;

/** A record as its client sent it, found well-formed. */
export type RecordInput = Brand<Readonly<Members>, 'RecordInput'>;

/**
 * @param value from `parseStrictJson`, which has refused lone surrogates, duplicates and depth.
 * @throws RecordsError RECORD_MALFORMED, with the path of the first fault.
 */
export function parseRecordInput(value: JsonValue): RecordInput {
  if (!isObject(value)) throw malformed('a record must be a JSON object', '');
  const parsed = recordInputSchema.safeParse(value);
  if (!parsed.success) throw firstFault(parsed.error);
  const record = parsed.data;
  // Instants of this one form sort as text.
  if (record.validFrom !== undefined && record.validTo !== undefined)
    if (record.validFrom >= record.validTo)
      throw malformed('validFrom must be before validTo', '/validTo');
  if (record.claimSignature !== undefined && record.claim === undefined)
    throw malformed('claimSignature is over no claim', '/claimSignature');
  if (record.claim !== undefined)
    for (const [at, { nonce }] of (record.parts ?? []).entries())
      if (nonce === undefined)
        throw malformed('a part must have a nonce where there is a claim', `/parts/${at}/nonce`);
  return record as RecordInput;
}

function firstFault(error: z.ZodError): RecordsError {
  const issue = error.issues[0];
  if (issue === undefined) return malformed('not a record', '');
  const path = issue.path.map((step) => `/${String(step)}`).join('');
  if (issue.code !== 'unrecognized_keys') return malformed(withMissingNamed(issue.message), path);
  // Named by what it is not: its own name is the client's text, which may be anyone's data.
  const known = Object.keys(shapeAt(path)).join(', ');
  return malformed(`has a member that is none of ${known}`, path);
}

function shapeAt(path: string): object {
  if (path.startsWith('/attachments')) return attachment.shape;
  if (path.startsWith('/parts')) return part.shape;
  return (path === '/claimSignature' ? claimSignature : recordInputSchema).shape;
}

function malformed(reason: string, path: string): RecordsError {
  const where = path === '' ? 'the record' : path.slice(1).replaceAll('/', '.');
  return new RecordsError('RECORD_MALFORMED', `${where}: ${reason}`, { path });
}

function namesNoneTwice(attachments: readonly { readonly file: string }[]): boolean {
  return new Set(attachments.map(({ file }) => file)).size === attachments.length;
}

function isSignature(text: string): boolean {
  return isOf(() => fromBase64(text, CLAIM_SIGNATURE_BYTES));
}

function isInstant(text: string): boolean {
  return isOf(() => parseInstant(text));
}

function isOf(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (cause) {
    if (cause instanceof BaseError) return false;
    throw cause;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
