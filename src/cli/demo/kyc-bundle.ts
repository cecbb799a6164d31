/** The customer file that the demo loads: demo/tradle, as Tradle's apps exchange it. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { UnixMillis } from '../../base/brand.js';
import { utf8ToString } from '../../base/bytes.js';
import { type JsonObject, type JsonValue, parseStrictJson } from '../../base/canonical-json.js';
import { assert } from '../../base/errors.js';
import { isJsonObject } from '../../base/json-members.js';
import { formatInstant } from '../../base/time.js';
import { type TradleSchemas, tradleSchemas } from './tradle-schema.js';

export interface KycBundle {
  readonly objects: readonly TradleObject[];
  readonly schemas: TradleSchemas;
}

export type TradleObject = JsonObject & { readonly _t: string };

/** A record as the API takes it. */
export type DemoRecord = JsonObject & { readonly type: string; readonly payload: TradleObject };

export const CUSTOMER = 'customer-4711';
export const OTHER_CUSTOMER = 'customer-4712';
/** Number in the bundle of the residence that changes. */
const PRIMARY_RESIDENCE = 2;
/** 1 July 2025. */
const MOVED_AT = 1_751_328_000_000 as UnixMillis;

export const NEW_STREET = 'Rue du Simplon 12';

export function readKycBundle(): KycBundle {
  const { items } = bundleSchema.parse(read('kyc-bundle.json'));
  const models = read('models.json');
  assert(isJsonObject(models), 'models.json is an object');
  return { objects: items, schemas: tradleSchemas({ models, bundleSize: items.length }) };
}

export function recordOf(payload: TradleObject, at: number): DemoRecord {
  const { time } = payload;
  return {
    type: payload._t,
    subject: CUSTOMER,
    payload,
    ...(at === PRIMARY_RESIDENCE && { key: RESIDENCE }),
    ...(typeof time === 'number' && { validFrom: formatInstant(time as UnixMillis) }),
  };
}

/** The residence of the bundle after a move. */
export function movedResidence(objects: readonly TradleObject[]): DemoRecord {
  const old = objects[PRIMARY_RESIDENCE];
  assert(old !== undefined, 'the bundle holds the residence');
  const address = { streetAddress: NEW_STREET, postalCode: '1800', city: 'Vevey', region: 'Vaud' };
  return recordOf({ ...old, ...address, time: MOVED_AT }, PRIMARY_RESIDENCE);
}

/** A residence of somebody who is not the customer. */
export function otherRecord(objects: readonly TradleObject[]): DemoRecord {
  return { ...movedResidence(objects), subject: OTHER_CUSTOMER };
}

/** Which of the customer's things: what is recorded under it again is its next version. */
export const RESIDENCE = 'residence';

const bundleSchema = z.object({
  items: z.array(z.record(z.string(), z.json()).and(z.object({ _t: z.string() }))).min(1),
});

function read(file: string): JsonValue {
  const url = new URL(`../../../demo/tradle/${file}`, import.meta.url);
  return parseStrictJson(utf8ToString(readFileSync(url)));
}
