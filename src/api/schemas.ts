/** Schemas that several routes share. Each validates, and describes itself in /openapi.json. */
import { z } from 'zod';
import { isTenantName, TENANT_NAME_PATTERN } from '../access/tenant-name.js';
import type { JsonObject } from '../base/canonical-json.js';

/** A text of that form, which is then a `T`. */
export function branded<T extends string>(
  pattern: RegExp,
  isOne: (text: string) => text is T,
): z.ZodPipe<z.ZodString, z.ZodTransform<T, string>> {
  return z
    .string()
    .regex(pattern)
    .transform((text, context) => {
      if (isOne(text)) return text;
      context.addIssue('must be of the form that is described');
      return z.NEVER;
    });
}

/**
 * A text of that form. Said again for the description: zod-to-openapi writes the flags of a pattern into
 * it, behind its end, and nothing then is of that form.
 */
export function textOfForm(pattern: RegExp): z.ZodString {
  return z.string().regex(pattern).meta({ pattern: pattern.source });
}

/** `[a-z0-9][a-z0-9-]{0,62}` */
export const tenantSchema = branded(TENANT_NAME_PATTERN, isTenantName);

export const instantSchema = z.string().meta({
  format: 'date-time',
  description: 'RFC 3339 in UTC with milliseconds.',
  examples: ['2026-01-31T23:59:59.000Z'],
});

/** Any JSON object, as strict JSON has read it. */
export const jsonObjectSchema = z
  .custom<JsonObject>(isObject, 'must be a JSON object')
  .meta({ type: 'object', additionalProperties: true });

/** `limit` and `cursor` of every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^(?:[1-9]\d{0,2}|1000)$/)
    .default('100')
    .transform(Number)
    .meta({ type: 'integer', minimum: 1, maximum: 1000, default: 100 }),
  cursor: z
    .string()
    .max(4096)
    .optional()
    .meta({ description: 'As the page before this one gave it.' }),
} as const;

export const cursorSchema = z
  .string()
  .nullable()
  .meta({ description: 'For the next page; null at the end.' });

export const problemSchema = z
  .object({
    type: z.string().meta({ examples: ['/problems/ledger-unknown'] }),
    title: z.string(),
    status: z.number().int(),
    code: z.string().meta({
      description: 'Stable; docs/errors.md lists every one.',
      examples: ['LEDGER_UNKNOWN'],
    }),
    detail: z.string().optional(),
    instance: z.string().meta({ description: "The request's id, as in X-Request-Id." }),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457.' });

/** The `content` of a JSON body in the description. */
export function json<S extends z.ZodType>(schema: S): { 'application/json': { schema: S } } {
  return { 'application/json': { schema } };
}

/**
 * What a schema takes, as zod itself describes it: zod-to-openapi says of `exactOptional` members that
 * they are required. For descriptions only: it validates nothing.
 */
export function describedByZod(schema: z.ZodType): z.ZodType {
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return z.custom().meta({ ...described, $schema: undefined });
}

/** A schema of just this type: what is missing in it, too much in it or otherwise in it does not compile. */
export function exactly<T>(): <S extends z.ZodType>(
  schema: Same<z.output<S>, T> extends true ? S : never,
) => S {
  return (schema) => schema;
}

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** For the `responses` of what is given by `sendImmutable`. */
export const notModifiedResponse = {
  description: 'As the client has it (If-None-Match).',
} as const;

/** For every route's `responses`: any failure is a problem. */
export const problemResponse = {
  description: 'A problem.',
  content: { 'application/problem+json': { schema: problemSchema } },
} as const;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
