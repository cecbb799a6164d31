/**
 * JSON Schema (draft 2020-12 and draft-07) written by others, compiled so that it can neither run code
 * of its own, nor reach another document, nor take for ever. What is bounded how is in
 * docs/threat-model.md, "Hostile schemas".
 */
import { Ajv, type ErrorObject, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { canonicalJson, type JsonObject, type JsonValue } from '../base/canonical-json.js';
import {
  enumKeyword,
  STEPS,
  stepsKeyword,
  uniqueItemsKeyword,
} from './internal/counted-keywords.js';
import { SCHEMA_FORMATS } from './internal/schema-formats.js';
import { walkSchema } from './internal/schema-walk.js';
import { type LinearPattern, linearPattern, PatternRefused } from './linear-pattern.js';
import { type SchemaFault, schemaRefused, SchemasError } from './schemas-error.js';
import { StepBudget, StepsExceeded } from './step-budget.js';

/** Empty if the payload is as the schema says. At most ten, and none of them quotes a value. */
export type CheckPayload = (payload: JsonObject) => readonly SchemaFault[];

/** Less than half a second of the slowest there is; a payload of a mebibyte takes a tenth of it. */
const MAX_STEPS = 3_000_000;
const MAX_FAULTS = 10;
const MAX_TEXT = 300;

/**
 * @param schema of strict JSON.
 * @throws SchemasError SCHEMA_REFUSED.
 */
export function compileJsonSchema(schema: JsonObject, maxSteps = MAX_STEPS): CheckPayload {
  const dialect = dialectOf(schema);
  if (canonicalJson(schema).includes(STEPS)) throw schemaRefused(`has ${STEPS} in it`);
  const budget = new StepBudget(maxSteps);
  // A copy, which the counting keyword is put into. Its own name and dialect have done their part.
  const copy = JSON.parse(canonicalJson(withoutNames(schema))) as JsonObject;
  const { nodes, names } = walkSchema(copy);
  for (const { schema: node, refersTo } of nodes) prepare(node, refersTo);
  const validate = compile(dialect, copy, budget);
  return (payload) => {
    budget.begin();
    try {
      if (validate(payload)) return [];
    } catch (cause) {
      if (!isTooMuch(cause)) throw cause;
      return [
        { pointer: '', detail: 'takes more steps to check against this schema than allowed' },
      ];
    }
    return (validate.errors ?? []).slice(0, MAX_FAULTS).map((error) => faultOf(error, names));
  };
}

/**
 * Whether it is a schema at all, by the meta-schema of its dialect. Costs more than compiling, and is
 * asked once, when a schema is put.
 *
 * @throws SchemasError SCHEMA_REFUSED.
 */
export function checkJsonSchema(schema: JsonObject): void {
  const ajv = new DIALECTS[dialectOf(schema)]({ logger: false, strict: false });
  // Without its own name, which another document could have.
  const { $id } = schema;
  if ($id !== undefined && typeof $id !== 'string') throw schemaRefused('has no text as $id');
  if (ajv.validateSchema(withoutNames(schema)) === true) return;
  const [error] = ajv.errors ?? [];
  const pointer = error?.instancePath.slice(0, MAX_TEXT) ?? '';
  throw schemaRefused(error?.message?.slice(0, MAX_TEXT) ?? 'is not as its dialect says', pointer);
}

function withoutNames(schema: JsonObject): JsonObject {
  const names = ['$id', '$schema'];
  return Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)));
}

const DIALECTS = { '2020-12': Ajv2020, '07': Ajv } as const;
type Dialect = keyof typeof DIALECTS;

function dialectOf({ $schema }: JsonObject): Dialect {
  if ($schema === undefined) return '2020-12';
  if (typeof $schema === 'string') {
    if (/^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/.test($schema)) return '2020-12';
    if (/^https?:\/\/json-schema\.org\/draft-07\/schema#?$/.test($schema)) return '07';
  }
  throw schemaRefused('is of another dialect than 2020-12 and draft-07', '/$schema');
}

/** @param node of the copy. */
function prepare(node: Record<string, JsonValue>, refersTo: string | null): void {
  node[STEPS] = 1 + membersOf(node);
  // ajv takes anchors for unknown keywords; a pointer says the same.
  delete node['$anchor'];
  if (refersTo !== null) node['$ref'] = `#${refersTo.split('/').map(encodeURIComponent).join('/')}`;
}

interface Validate {
  (payload: JsonObject): boolean;
  errors?: ErrorObject[] | null;
}

function compile(dialect: Dialect, schema: JsonObject, budget: StepBudget): Validate {
  const patterns = new Map<string, LinearPattern>();
  const engine = (source: string): LinearPattern => {
    let pattern = patterns.get(source);
    if (pattern === undefined) patterns.set(source, (pattern = linearPattern(source, budget)));
    return pattern;
  };
  const ajv = new DIALECTS[dialect]({
    ...OPTIONS,
    formats: { ...SCHEMA_FORMATS },
    code: { optimize: false, regExp: Object.assign(engine, { code: 'linearPattern' }) },
  });
  for (const keyword of [stepsKeyword, uniqueItemsKeyword, enumKeyword]) {
    const definition = keyword(budget);
    ajv.removeKeyword(String(definition.keyword));
    ajv.addKeyword(definition);
  }
  try {
    return ajv.compile<JsonObject>(schema);
  } catch (cause) {
    if (cause instanceof SchemasError) throw cause;
    if (cause instanceof PatternRefused) throw schemaRefused(`has a pattern that ${cause.message}`);
    if (isTooMuch(cause)) throw schemaRefused('is too long or too deep to be compiled');
    // ajv has no class of its own for what it refuses. The text is about the schema, not about data.
    const reason = cause instanceof Error ? cause.message.slice(0, MAX_TEXT) : 'cannot be compiled';
    throw schemaRefused(`cannot be compiled: ${reason}`);
  }
}

const OPTIONS = {
  // Unknown keywords and formats are refused: one that is misspelt would check nothing.
  strictSchema: true,
  strictNumbers: true,
  // Habits of one library, and no part of the standard.
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  // Without it ajv tries every pattern on every name with the language's own engine.
  allowMatchingProperties: true,
  // A member that every object inherits ("constructor") is not one that the payload has.
  ownProperties: true,
  // The first fault: how many there are is for the payload to say, and then nothing bounds them.
  allErrors: false,
  meta: false,
  validateSchema: false,
  // A definition is compiled once, not again wherever it is referred to.
  inlineRefs: false,
  logger: false,
} as const satisfies Options;

/** What its author wrote out at one place: ajv goes through it each time. */
function membersOf(schema: JsonObject): number {
  let members = 0;
  for (const value of Object.values(schema))
    if (typeof value === 'object' && value !== null)
      members += Array.isArray(value) ? value.length : Object.keys(value).length;
  return members;
}

function isTooMuch(cause: unknown): boolean {
  if (cause instanceof StepsExceeded) return true;
  // References within references: the stack ends before the steps do.
  return cause instanceof Error && cause.name === 'RangeError';
}

function faultOf(error: ErrorObject, names: ReadonlySet<string>): SchemaFault {
  const detail = `${error.keyword}: ${error.message ?? 'does not hold'}`;
  return { pointer: knownSteps(error.instancePath, names), detail: detail.slice(0, MAX_TEXT) };
}

/** As far as the schema itself names the way: other members' names are the payload's, and may be anyone's. */
function knownSteps(pointer: string, names: ReadonlySet<string>): string {
  const steps = pointer.split('/').slice(1);
  const isKnown = (step: string): boolean =>
    /^\d{1,6}$/.test(step) || names.has(step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const end = steps.findIndex((step) => !isKnown(step));
  return (end === -1 ? steps : steps.slice(0, end)).map((step) => `/${step}`).join('');
}
