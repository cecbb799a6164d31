/**
 * Tradle's data models as JSON Schema, as far as objects are exchanged by them: their properties,
 * what refers to what, and what is required. How a form is laid out is left aside.
 */
import { Ajv } from 'ajv';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../base/canonical-json.js';

/** Null if it is as its model wants it, else why not. */
export type CheckObject = (object: JsonObject) => string | null;

export interface TradleSchemas {
  /** Null if there is no model of that type. */
  readonly checkerOf: (type: string) => CheckObject | null;
}

export interface TradleSchemasOptions {
  /** As models.json has them. */
  readonly models: JsonValue;
  /** In a bundle a reference may be the number of another object. */
  readonly bundleSize: number;
}

export function tradleSchemas({ models, bundleSize }: TradleSchemasOptions): TradleSchemas {
  // By their own ids: some stand in the file under another name.
  const byId: Models = new Map(
    Object.values(modelsSchema.parse(models)).map((model) => [model.id, model]),
  );
  const $defs = Object.fromEntries(
    [...byId.values()].map((model) => [model.id, schemaOf(model, byId, bundleSize)]),
  );
  const ajv = new Ajv();
  return {
    checkerOf: (type) => {
      if (!byId.has(type)) return null;
      const validate = ajv.compile({ $defs, $ref: `#/$defs/${type}` });
      return (object) => (validate(object) ? null : ajv.errorsText(validate.errors));
    },
  };
}

const propertySchema = z.looseObject({
  type: z.string(),
  ref: z.string().optional(),
  inlined: z.boolean().optional(),
  items: z.looseObject({ ref: z.string().optional(), type: z.string().optional() }).optional(),
});
type Property = z.output<typeof propertySchema>;

const modelSchema = z.looseObject({
  id: z.string(),
  subClassOf: z.string().optional(),
  abstract: z.boolean().optional(),
  inlined: z.boolean().optional(),
  isInterface: z.boolean().optional(),
  properties: z.record(z.string(), propertySchema),
  required: z.array(z.string()).optional(),
  enum: z.array(z.looseObject({ id: z.string() })).optional(),
});
type Model = z.output<typeof modelSchema>;
type Models = ReadonlyMap<string, Model>;

const modelsSchema = z.record(z.string(), modelSchema);

function schemaOf(model: Model, models: Models, bundleSize: number): JsonObject {
  const lineage = lineageOf(model, models);
  const properties = lineage.flatMap((one) => Object.entries(one.properties)).reverse();
  return {
    type: 'object',
    required: ['_t', ...new Set(lineage.flatMap(({ required }) => required ?? []))],
    properties: {
      ...Object.fromEntries(
        properties.map(([name, property]) => [name, valueOf(property, models, bundleSize)]),
      ),
      _t: { const: model.id },
      // Of the protocol, not of the model: when the object was made.
      time: { type: 'number' },
    },
    // Of the protocol too: links, permalinks, signatures, authors.
    patternProperties: { '^_': true },
    additionalProperties: false,
  };
}

/** The model and what it is made from, itself first. */
function lineageOf(model: Model, models: Models): readonly Model[] {
  const lineage = [model];
  for (let above = model.subClassOf; above !== undefined;) {
    const parent = models.get(above);
    if (parent === undefined || lineage.includes(parent)) break;
    lineage.push(parent);
    above = parent.subClassOf;
  }
  return lineage;
}

function valueOf(property: Property, models: Models, bundleSize: number): JsonObject {
  const { type, ref, inlined, items } = property;
  switch (type) {
    case 'number':
    case 'boolean':
      return { type };
    case 'date':
      return { anyOf: [{ type: 'number' }, { type: 'string' }] };
    case 'array': {
      if (items?.ref !== undefined)
        return { type, items: referenceTo(items.ref, inlined === true, models, bundleSize) };
      return items?.type === 'string' ? { type, items: { type: 'string' } } : { type };
    }
    case 'object':
      return ref === undefined ? { type } : referenceTo(ref, inlined === true, models, bundleSize);
    default:
      return { type: 'string' };
  }
}

function referenceTo(
  ref: string,
  inlined: boolean,
  models: Models,
  bundleSize: number,
): JsonObject {
  const model = models.get(ref);
  if (model?.enum !== undefined) return choiceOf(ref, model.enum);
  const link = { type: 'object', required: ['_link', '_permalink', '_t'] };
  const number = { type: 'integer', minimum: 0, maximum: bundleSize - 1 };
  const whole =
    inlined || model?.inlined === true
      ? kindsOf(ref, models).map(({ id }) => ({ $ref: `#/$defs/${id}` }))
      : [];
  return { anyOf: [link, number, ...whole] };
}

/** `{ "id": "tradle.Country_CH", "title": "Switzerland" }` */
function choiceOf(ref: string, choices: readonly { readonly id: string }[]): JsonObject {
  const ids = new Set(choices.map(({ id }) => `${ref}_${id}`));
  return {
    type: 'object',
    required: ['id'],
    properties: { id: { enum: [...ids] }, title: { type: 'string' } },
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
