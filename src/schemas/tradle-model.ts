/**
 * Tradle's data models (https://github.com/tradle/models) as JSON Schema: what an object holds, what
 * refers to what, what is required, and from what a model is made (`subClassOf`, `interfaces`). How a
 * form is laid out, filled in or computed is left aside, and so is what depends on today's date
 * (`minDate`, `maxDate`): a record must be as valid in ten years as it was when it was written.
 */
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { withFlagU } from './internal/tradle-pattern.js';
import { schemaRefused } from './schemas-error.js';

export interface TradleModelOptions {
  /** The model that objects are to be of. */
  readonly model: JsonObject;
  /** Others that it refers to or is made from, by whatever name. */
  readonly models?: JsonObject;
  /** In a bundle a reference may be the number of another object of it. */
  readonly bundleSize?: number;
}

/** @throws SchemasError SCHEMA_REFUSED. */
export function tradleModelSchema({ model, models, bundleSize }: TradleModelOptions): JsonObject {
  const root = readModel(model, '');
  const others = Object.entries(models ?? {}).map(([name, other]) => readModel(other, `/${name}`));
  // By their own ids: some stand in Tradle's files under another name.
  const byId: Models = new Map([...others, root].map((one) => [one.id, one]));
  const needed = new Map<string, JsonObject>();
  const todo: { readonly model: Model; readonly isPartial: boolean }[] = [];
  const need = (one: Model, isPartial: boolean): string => {
    todo.push({ model: one, isPartial });
    return `#/$defs/${nameOf(one, isPartial)}`;
  };
  const $ref = need(root, false);
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const name = nameOf(next.model, next.isPartial);
    if (!needed.has(name))
      needed.set(name, schemaOf(next.model, { models: byId, bundleSize, need }, next.isPartial));
  }
  return { $defs: Object.fromEntries(needed), $ref };
}

/** No id of a model has a colon. */
function nameOf({ id }: Model, isPartial: boolean): string {
  return isPartial ? `partial:${id}` : id;
}

const propertySchema = z.looseObject({
  type: z.enum(['string', 'number', 'boolean', 'date', 'enum', 'object', 'array']),
  ref: z.string().optional(),
  inlined: z.boolean().optional(),
  /** Of an inlined object: it need not have all that its model requires. */
  partial: z.boolean().optional(),
  range: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  /** Some are texts. */
  min: z.coerce.number().optional(),
  max: z.coerce.number().optional(),
  /** `"Days"`, or `{ "EUR": "€" }`. */
  oneOf: z.array(z.union([z.string(), z.record(z.string(), z.json())])).optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), propertySchema).optional();
  },
  get items() {
    return z
      .looseObject({
        ref: z.string().optional(),
        type: z.string().optional(),
        properties: z.record(z.string(), propertySchema).optional(),
      })
      .optional();
  },
});
type Property = z.output<typeof propertySchema>;

const modelSchema = z.looseObject({
  // It stands in references, as it is.
  id: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/),
  subClassOf: z.string().optional(),
  interfaces: z.array(z.string()).optional(),
  abstract: z.boolean().optional(),
  inlined: z.boolean().optional(),
  isInterface: z.boolean().optional(),
  properties: z.record(z.string(), propertySchema),
  required: z.array(z.string()).optional(),
  enum: z.array(z.looseObject({ id: z.string() })).optional(),
});
type Model = z.output<typeof modelSchema>;
type Models = ReadonlyMap<string, Model>;

interface Context {
  readonly models: Models;
  readonly bundleSize: number | undefined;
  /** A reference to the schema of a model, which is then there. */
  readonly need: (model: Model, isPartial: boolean) => string;
}

function readModel(model: JsonValue | undefined, at: string): Model {
  const parsed = modelSchema.safeParse(model);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.map((step) => `/${String(step)}`).join('') ?? '';
  throw schemaRefused('is not a Tradle model', `${at}${path}`.slice(0, 300));
}

function schemaOf(model: Model, context: Context, isPartial: boolean): JsonObject {
  const lineage = lineageOf(model, context.models);
  // Nearest last, so that a model's own property counts and not the one it inherits.
  const properties = lineage.flatMap((one) => Object.entries(one.properties)).reverse();
  const required = isPartial ? [] : lineage.flatMap((one) => one.required ?? []);
  const known = new Set(properties.map(([name]) => name));
  return {
    type: 'object',
    // A model may require what it has no property of: nobody could send it.
    required: ['_t', ...new Set(required.filter((name) => known.has(name)))],
    properties: {
      ...Object.fromEntries(properties.map(([name, one]) => [name, valueOf(one, context)])),
      _t: { const: model.id },
      // Of the protocol, not of the model: when the object was made.
      time: { type: 'number' },
    },
    // Of the protocol too: links, permalinks, signatures, authors.
    patternProperties: { '^_': true },
    additionalProperties: false,
  };
}

/** The model and what it is made from, itself first, then the classes, then the interfaces. */
function lineageOf(model: Model, models: Models): readonly Model[] {
  const lineage = [model];
  for (const one of lineage)
    for (const above of [one.subClassOf, ...(one.interfaces ?? [])]) {
      const parent = above === undefined ? undefined : models.get(above);
      if (parent !== undefined && !lineage.includes(parent)) lineage.push(parent);
    }
  return lineage;
}

function valueOf(property: Property, context: Context): JsonObject {
  const { type, ref, range, min, max, oneOf, items } = property;
  switch (type) {
    case 'number':
      return {
        type,
        ...(min !== undefined && { minimum: min }),
        ...(max !== undefined && { maximum: max }),
      };
    case 'boolean':
      // Yes, no, or not asked yet.
      return range === 'troolean' ? { type: ['boolean', 'string', 'null'] } : { type };
    case 'date':
      return { type: ['number', 'string'] };
    case 'enum':
      return oneOf === undefined ? { type: 'string' } : { enum: oneOf.flatMap(choices) };
    case 'array':
      if (items?.ref !== undefined)
        return { type, items: referenceTo(items.ref, property, context) };
      if (items?.type === 'string') return { type, items: { type: 'string' } };
      return items?.properties === undefined
        ? { type }
        : { type, items: objectOf(items.properties, property.required, context) };
    case 'object':
      if (ref !== undefined) return referenceTo(ref, property, context);
      return property.properties === undefined
        ? { type }
        : objectOf(property.properties, property.required, context);
    case 'string':
      return range === 'json' ? { type: ['string', 'object', 'array'] } : textOf(property);
  }
}

function textOf({ pattern, minLength, maxLength }: Property): JsonObject {
  return {
    type: 'string',
    ...(pattern !== undefined && { pattern: withFlagU(pattern) }),
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
  };
}

/** An object that has no model of its own. Tradle's apps add to them; only what is named is checked. */
function objectOf(
  properties: Readonly<Record<string, Property>>,
  required: readonly string[] | undefined,
  context: Context,
): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, one]) => [name, valueOf(one, context)]),
    ),
    ...(required !== undefined && {
      required: required.filter((name) => Object.hasOwn(properties, name)),
    }),
  };
}

function choices(choice: string | Readonly<Record<string, JsonValue>>): readonly string[] {
  return typeof choice === 'string' ? [choice] : Object.keys(choice);
}

function referenceTo(ref: string, property: Property, context: Context): JsonObject {
  const { models, bundleSize, need } = context;
  const model = models.get(ref);
  if (model?.enum !== undefined) return choiceOf(ref, model.enum);
  const link = { type: 'object', required: ['_link', '_permalink', '_t'] };
  const number =
    bundleSize === undefined ? [] : [{ type: 'integer', minimum: 0, maximum: bundleSize - 1 }];
  const isInlined = property.inlined === true || model?.inlined === true;
  if (!isInlined) return number.length === 0 ? link : { anyOf: [link, ...number] };
  // A model that was not handed over says nothing that could be checked.
  if (model === undefined) return { type: 'object' };
  const whole = kindsOf(ref, models).map((kind) => ({
    $ref: need(kind, property.partial === true),
  }));
  return { anyOf: [link, ...number, ...whole] };
}

/** `{ "id": "tradle.Country_CH", "title": "Switzerland" }` */
function choiceOf(ref: string, items: readonly { readonly id: string }[]): JsonObject {
  return {
    type: 'object',
    required: ['id'],
    properties: {
      id: { enum: [...new Set(items.map(({ id }) => `${ref}_${id}`))] },
      title: { type: 'string' },
    },
    additionalProperties: false,
  };
}

/** Models whose objects may stand where one of `ref` is asked for. */
function kindsOf(ref: string, models: Models): readonly Model[] {
  return [...models.values()].filter(
    (model) =>
      model.abstract !== true &&
      model.isInterface !== true &&
      lineageOf(model, models).some(({ id }) => id === ref),
  );
}
