/** What the demo checks Tradle's objects with: their models, as the schemas of a ledger are made of them. */
import type { JsonObject } from '../../base/canonical-json.js';
import { isJsonObject } from '../../base/json-members.js';
import { type CheckPayload, compileJsonSchema } from '../../schemas/json-schema.js';
import { tradleModelSchema } from '../../schemas/tradle-model.js';

/** Null if it is as its model wants it, else why not. */
export type CheckObject = (object: JsonObject) => string | null;

export interface TradleSchemas {
  /** Null if there is no model of that type. */
  readonly checkerOf: (type: string) => CheckObject | null;
}

export interface TradleSchemasOptions {
  /** As models.json has them. */
  readonly models: JsonObject;
  /** In a bundle a reference may be the number of another object. */
  readonly bundleSize: number;
}

export function tradleSchemas({ models, bundleSize }: TradleSchemasOptions): TradleSchemas {
  const compiled = new Map<string, CheckPayload>();
  const checkOf = (type: string): CheckPayload | null => {
    const known = compiled.get(type);
    if (known !== undefined) return known;
    const model = Object.hasOwn(models, type) ? models[type] : undefined;
    if (model === undefined || !isJsonObject(model)) return null;
    const schema = tradleModelSchema({ model, models, bundleSize });
    const check = compileJsonSchema(schema);
    compiled.set(type, check);
    return check;
  };
  return {
    checkerOf: (type) => {
      const check = checkOf(type);
      if (check === null) return null;
      return (object) => {
        const [fault] = check(object);
        return fault === undefined ? null : `${fault.pointer} ${fault.detail}`.trim();
      };
    },
  };
}
