/**
 * Keywords that ajv checks in time that grows with the square of what it is given, in linear time
 * instead; and the keyword that counts the steps of each schema that is applied.
 */
import type { FuncKeywordDefinition } from 'ajv';
import { canonicalJson, type JsonValue } from '../../base/canonical-json.js';
import type { StepBudget } from '../step-budget.js';

/** Not of any dialect: put into the copy that is compiled, refused in what is given. */
export const STEPS = 'chirographSteps';

/** Texts cost too: a length is counted by going through one. */
const CHARACTERS_A_STEP = 16;

export function stepsKeyword(budget: StepBudget): FuncKeywordDefinition {
  return {
    keyword: STEPS,
    schemaType: 'number',
    errors: false,
    validate: (weight: number, value: unknown) => {
      budget.spend(typeof value === 'string' ? weight + value.length / CHARACTERS_A_STEP : weight);
      return true;
    },
  };
}

/** @param budget for whatever is compared as a whole. */
export function uniqueItemsKeyword(budget: StepBudget): FuncKeywordDefinition {
  return {
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must NOT have duplicate items' },
    validate: (isWanted: boolean, items: readonly JsonValue[]) => {
      if (!isWanted) return true;
      const seen = new Set<string>();
      for (const item of items) {
        const text = canonicalJson(item);
        budget.spend(1 + text.length / CHARACTERS_A_STEP);
        if (seen.has(text)) return false;
        seen.add(text);
      }
      return true;
    },
  };
}

export function enumKeyword(budget: StepBudget): FuncKeywordDefinition {
  return {
    keyword: 'enum',
    schemaType: 'array',
    error: { message: 'must be equal to one of the allowed values' },
    compile: (values: readonly JsonValue[]) => {
      const texts = new Set(values.map(canonicalJson));
      const longest = Math.max(...[...texts].map(({ length }) => length));
      return (value: JsonValue) => {
        if (typeof value === 'string' && value.length > longest) return false;
        const text = canonicalJson(value);
        budget.spend(1 + text.length / CHARACTERS_A_STEP);
        return texts.has(text);
      };
    },
  };
}
