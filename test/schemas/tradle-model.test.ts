import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type JsonObject, parseStrictJson } from '../../src/base/canonical-json.js';
import { compileJsonSchema } from '../../src/schemas/json-schema.js';
import { tradleModelSchema } from '../../src/schemas/tradle-model.js';

const read = (file: string) => parseStrictJson(readFileSync(`demo/tradle/${file}`, 'utf8'));
const models = read('models.json') as Record<string, JsonObject>;
const { items } = read('kyc-bundle.json') as unknown as { items: readonly JsonObject[] };

describe("Tradle's models", () => {
  it('all become schemas that compile', () => {
    const all = Object.values(models);
    expect(all).toHaveLength(201);
    for (const model of all)
      expect(() => compileJsonSchema(tradleModelSchema({ model, models }))).not.toThrow();
  });

  it('take every object of the bundle whose type has a model, and none that is changed', () => {
    let checked = 0;
    for (const item of items) {
      const type = item['_t'];
      const model = typeof type === 'string' ? models[type] : undefined;
      if (model === undefined) continue;
      checked++;
      const check = compileJsonSchema(
        tradleModelSchema({ model, models, bundleSize: items.length }),
      );
      expect(check(item)).toEqual([]);
      expect(check({ ...item, _t: 'tradle.Other' })).not.toEqual([]);
      expect(check({ ...item, nobodyKnowsIt: 1 })).not.toEqual([]);
    }
    expect(checked).toBe(14);
  });
});
