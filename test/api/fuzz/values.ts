/** Values that a schema of the description allows, its borders among them, and values that it does not. */
import fc, { type Arbitrary } from 'fast-check';
import type { Schema } from './description.js';
import { HOSTILE_TEXTS, TIMES } from './texts.js';

/** Texts that mean something to the node where a member or parameter of that name is wanted. */
export type KnownTexts = (name: string) => readonly string[];

export interface ValueOptions {
  readonly resolve: (schema: Schema) => Schema;
  readonly known: KnownTexts;
}

/** Nothing is generated deeper than this: the node's own bound on nesting is tried by texts of its own. */
const MAX_DEPTH = 6;

/** @param name of the member or parameter that the value is for. */
export function validValue(
  unresolved: Schema,
  name: string,
  options: ValueOptions,
  depth = 0,
): Arbitrary<unknown> {
  const schema = options.resolve(unresolved);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined)
    return fc.oneof(...choices.map((choice) => validValue(choice, name, options, depth)));
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (types.length === 0 || depth > MAX_DEPTH) return anything();
  return fc.oneof(...types.map((type) => ofType(type, schema, name, options, depth)));
}

/** A query's or path's text for a value, as clients write it; lists become several. */
export function asTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(asTexts);
  return [typeof value === 'string' ? value : JSON.stringify(value)];
}

/** A text that the schema may well refuse. */
export function hostileText(): Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
    { weight: 2, arbitrary: fc.constantFrom(...TIMES) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    { weight: 1, arbitrary: fc.string({ unit: fc.nat(0xffff).map(unitOf), maxLength: 8 }) },
  );
}

/** Any JSON value, small. */
export function anything(): Arbitrary<unknown> {
  return fc.oneof(hostileText(), fc.jsonValue({ maxDepth: 2 }));
}

function ofType(
  type: string,
  schema: Schema,
  name: string,
  options: ValueOptions,
  depth: number,
): Arbitrary<unknown> {
  switch (type) {
    case 'string':
      return textOf(schema, options.known(name));
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(validValue(schema.items ?? {}, name, options, depth + 1), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? 3, 3)),
      });
    case 'object':
      return objectOf(schema, options, depth);
    default:
      throw new Error(`the description has the type ${type}`);
  }
}

function textOf(schema: Schema, known: readonly string[]): Arbitrary<string> {
  const { pattern, minLength = 0, maxLength = Infinity } = schema;
  const test = pattern === undefined ? null : new RegExp(pattern, 'u');
  const fits = (text: string): boolean =>
    text.length >= minLength && text.length <= maxLength && (test === null || test.test(text));
  const texts = [...known, ...TIMES, ...HOSTILE_TEXTS].filter(fits);
  const written = pattern === undefined ? freeText(minLength, maxLength) : byPattern(pattern);
  const [first] = texts;
  if (first === undefined && written === null) throw new Error(`nothing fits ${pattern ?? ''}`);
  return fc.oneof(
    ...[known.filter(fits), texts, texts.filter(isDate)]
      .filter(({ length }) => length > 0)
      .map((some) => fc.constantFrom(...some)),
    // Not filtered: of a pattern that nothing fits that would go on for ever.
    ...(written === null ? [] : [written.map((text) => (fits(text) ? text : (first ?? text)))]),
  );
}

function freeText(minLength: number, maxLength: number): Arbitrary<string> {
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 60) });
}

/** Null where the pattern has something that fast-check cannot write; known and hostile texts stand in. */
function byPattern(pattern: string): Arbitrary<string> | null {
  try {
    return fc.stringMatching(new RegExp(pattern, 'u'), { size: '-1' });
  } catch {
    return null;
  }
}

function numberOf({ minimum = -1e9, maximum = 1e9 }: Schema): Arbitrary<number> {
  return fc.oneof(
    fc.integer({ min: minimum, max: Math.min(maximum, minimum + 12) }),
    fc.constantFrom(minimum, maximum),
    fc.integer({ min: minimum, max: Math.max(minimum, maximum) }),
  );
}

function objectOf(schema: Schema, options: ValueOptions, depth: number): Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, member]) => [
      name,
      validValue(member, name, options, depth + 1),
    ]),
  );
  const described = fc.record(members, { requiredKeys: [...required] });
  if (additionalProperties === false || additionalProperties === undefined) return described;
  const names =
    schema.propertyNames === undefined
      ? fc.oneof(fc.constantFrom('a', 'street', '$v', 'type', 'é'), fc.string({ maxLength: 12 }))
      : validValue(schema.propertyNames, '', options, depth + 1).map(String);
  const values =
    additionalProperties === true
      ? fc.jsonValue({ maxDepth: 2 })
      : validValue(additionalProperties, 'ledger', options, depth + 1);
  return fc
    .tuple(described, fc.dictionary(names, values, { maxKeys: 4 }))
    .map(([own, more]) => ({ ...more, ...own }));
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d/.test(text);
}

/** A UTF-16 code unit, a lone surrogate as well. */
function unitOf(unit: number): string {
  return String.fromCharCode(unit);
}
