/**
 * What is put as the schema of a record type, and how it is kept: the payload of `chirograph.Schema`,
 * of `chirograph.SchemaList` and of `chirograph.LedgerSettings` (docs/formats/schemas.md).
 */
import { canonicalJson, type JsonObject, type JsonValue } from '../base/canonical-json.js';
import {
  arrayOf,
  COUNT,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  type Shape,
  textLike,
} from '../base/json-members.js';
import { formatNewer, RecordsError } from '../records/records-error.js';
import { schemaRefused } from './schemas-error.js';

export const SCHEMA_LANGUAGES = ['json-schema', 'tradle-model'] as const;
export type SchemaLanguage = (typeof SCHEMA_LANGUAGES)[number];

export const FINDABLE_AS = ['name', 'birthDate', 'documentNumber', 'lei', 'text'] as const;
export type FindableAs = (typeof FINDABLE_AS)[number];

/** A member of the payload by which records can be found. */
export interface Findable {
  /** RFC 6901, in the payload. */
  readonly pointer: string;
  readonly as: FindableAs;
}

export interface SchemaDocument {
  readonly format: SchemaLanguage;
  readonly schema: JsonObject;
  /** Other Tradle models that it refers to, by name. */
  readonly models?: JsonObject;
  readonly findable?: readonly Findable[];
}

/** A document with its place in the history of its type. */
export interface StoredSchema {
  readonly type: string;
  /** From 1. */
  readonly version: number;
  readonly document: SchemaDocument;
}

export interface SchemaSettings {
  /** What becomes of a record that is not as the schema of its type says. */
  readonly mode: SchemaMode;
  /** And of one whose type has none, unless the mode is `off`. */
  readonly unknownTypes: UnknownTypes;
}

export const SCHEMA_MODES = ['strict', 'warn', 'off'] as const;
export type SchemaMode = (typeof SCHEMA_MODES)[number];
export const UNKNOWN_TYPES = ['accept', 'refuse'] as const;
export type UnknownTypes = (typeof UNKNOWN_TYPES)[number];

/** Of a ledger where nobody has said otherwise: a schema that was put is kept to. */
export const DEFAULT_SETTINGS: SchemaSettings = { mode: 'strict', unknownTypes: 'accept' };

export const MAX_SCHEMA_BYTES = 256 * 1024;
/** Types of one ledger that have a schema. */
export const MAX_SCHEMAS = 1000;
/** Of the schema of one type. */
export const MAX_SCHEMA_VERSIONS = 1000;
export const MAX_FINDABLE = 64;
export const FINDABLE_POINTER = /^(?:\/(?:[^~/\p{Cc}]|~[01]){0,128}){1,16}$/u;

/** @throws SchemasError SCHEMA_REFUSED if it is larger than 256 KiB. */
export function checkSchemaSize(document: SchemaDocument): void {
  if (Buffer.byteLength(canonicalJson(documentMembers(document))) > MAX_SCHEMA_BYTES)
    throw schemaRefused(`is larger than ${MAX_SCHEMA_BYTES} bytes`);
}

export function isSameDocument(one: SchemaDocument, other: SchemaDocument): boolean {
  return canonicalJson(documentMembers(one)) === canonicalJson(documentMembers(other));
}

export function formatSchema({ type, version, document }: StoredSchema): JsonObject {
  return { $v: FORMAT, type, version, ...documentMembers(document) };
}

/** @throws RecordsError RECORD_MALFORMED, RECORD_FORMAT_NEWER. */
export function parseSchema(payload: JsonValue): StoredSchema {
  const members = readMembers(payload);
  const findable = members.objects('findable', MAX_FINDABLE).map((one) => {
    const field = { pointer: one.required('pointer', POINTER), as: one.required('as', AS) };
    one.end();
    return field;
  });
  const models = members.optional('models', JSON_OBJECT);
  const stored = {
    type: members.required('type', TYPE),
    version: members.required('version', COUNT),
    document: {
      format: members.required('format', LANGUAGE),
      schema: members.required('schema', JSON_OBJECT),
      ...(models !== undefined && { models }),
      ...(findable.length > 0 && { findable }),
    },
  };
  members.end();
  return stored;
}

/** Which types have a schema, in order. */
export function formatSchemaList(types: Iterable<string>): JsonObject {
  return { $v: FORMAT, types: [...types].sort() };
}

/** @throws RecordsError RECORD_MALFORMED, RECORD_FORMAT_NEWER. */
export function parseSchemaList(payload: JsonValue): readonly string[] {
  const members = readMembers(payload);
  const types = members.required('types', arrayOf(TYPE, MAX_SCHEMAS));
  members.end();
  return types;
}

export function formatSettings(settings: SchemaSettings): JsonObject {
  return { $v: FORMAT, ...settings };
}

/** @throws RecordsError RECORD_MALFORMED, RECORD_FORMAT_NEWER. */
export function parseSettings(payload: JsonValue): SchemaSettings {
  const members = readMembers(payload);
  const settings = {
    mode: members.required('mode', oneOf(...SCHEMA_MODES)),
    unknownTypes: members.required('unknownTypes', oneOf(...UNKNOWN_TYPES)),
  };
  members.end();
  return settings;
}

const FORMAT = 1;
const TYPE = textLike(/^[A-Za-z0-9._-]{1,128}$/, 'a record type');
const POINTER = textLike(FINDABLE_POINTER, 'a pointer to a member');
const LANGUAGE: Shape<SchemaLanguage> = oneOf(...SCHEMA_LANGUAGES);
const AS: Shape<FindableAs> = oneOf(...FINDABLE_AS);

function documentMembers({ format, schema, models, findable }: SchemaDocument): JsonObject {
  return {
    format,
    schema,
    ...(models !== undefined && { models }),
    ...(findable !== undefined &&
      findable.length > 0 && { findable: findable.map((one) => ({ ...one })) }),
  };
}

function readMembers(payload: JsonValue): JsonMembers {
  const members = new JsonMembers(payload, malformed);
  const format = members.required('$v', COUNT);
  if (format > FORMAT) throw formatNewer('schema record', format, FORMAT);
  if (format !== FORMAT) throw malformed('its format is not 1');
  return members;
}

function malformed(reason: string): RecordsError {
  return new RecordsError('RECORD_MALFORMED', `not a record of a schema: ${reason}`);
}
