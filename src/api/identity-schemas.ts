/** What `/v1/identities` takes and answers. */
import { z } from 'zod';
import { PERSON_NAME } from '../base/secret-scope.js';
import { KEY_ALGORITHMS } from '../identities/did-key.js';
import { IDENTITY_ID, KEY_PURPOSES, TENANT_ACTS } from '../identities/identity-event.js';
import { asOfSchema, receiptSchema } from './entry-schemas.js';
import { cursorSchema, instantSchema, jsonObjectSchema, textOfForm } from './schemas.js';

export const identityPathSchema = z.object({
  id: z
    .string()
    .max(256)
    .meta({ examples: [`identity:${'0'.repeat(64)}`] }),
});

export const signedEventSchema = z.strictObject({
  event: jsonObjectSchema.meta({
    description: 'docs/formats/identity.md: action, sequence and what the action takes.',
  }),
  signatures: z
    .array(
      z.strictObject({
        keyId: z
          .string()
          .meta({ description: 'A did:key, or x509: and the certificate’s SHA-256.' }),
        alg: z.string(),
        value: z.string().meta({ description: 'base64' }),
      }),
    )
    .min(1)
    .max(64)
    .exactOptional(),
});

export const tenantActSchema = z.strictObject({
  action: z.enum(TENANT_ACTS),
  reason: textOfForm(PERSON_NAME).exactOptional(),
});

const momentSchema = z.object({ sequence: z.number().int(), at: instantSchema });
const keySchema = z.object({
  key: z.string().meta({ description: 'did:key' }),
  id: z.string().optional(),
  alg: z.enum(KEY_ALGORITHMS),
  purposes: z.array(z.enum(KEY_PURPOSES)),
  isInUse: z.boolean(),
  from: momentSchema,
  to: momentSchema.optional(),
  reason: z.string().optional(),
  notTrustedSince: instantSchema.optional(),
});
const statusSchema = z.enum(['active', 'suspended', 'revoked']);
const identityIdSchema = textOfForm(IDENTITY_ID);

export const identitySchema = z
  .object({
    id: identityIdSchema,
    name: z.string().optional(),
    status: statusSchema,
    statuses: z.array(z.object({ status: statusSchema, from: momentSchema })),
    sequence: z.number().int().meta({ description: 'Of its last event.' }),
    head: z.string().meta({ description: 'Digest of its last event: `previous` of the next.' }),
    changedAt: instantSchema,
    keys: z.array(keySchema).meta({ description: 'All that there have been, oldest first.' }),
    recovery: z.object({ keys: z.array(z.string()), threshold: z.number().int() }).optional(),
    certificates: z.array(
      z.object({ sha256: z.string(), certificate: z.string(), bound: momentSchema }),
    ),
    introductions: z.array(z.object({ by: z.string(), at: momentSchema })),
    tradle: z.object({ link: z.string(), version: z.number().int() }).optional(),
  })
  .meta({ id: 'Identity' });
export const identityAnswerSchema = identitySchema.extend({ asOf: asOfSchema });
export const changedIdentitySchema = z.object({ identity: identitySchema, receipt: receiptSchema });

const eventSchema = z.object({
  sequence: z.number().int(),
  digest: z.string(),
  action: z.string(),
  recordedAt: instantSchema,
  author: z.string(),
  record: z.object({ id: z.string(), index: z.number().int(), origin: z.string() }),
  event: jsonObjectSchema,
  signatures: z.array(jsonObjectSchema).optional(),
});
export const historyPageSchema = z.object({
  items: z.array(eventSchema),
  cursor: cursorSchema,
  asOf: asOfSchema,
});

export const identityPageSchema = z.object({
  items: z.array(
    z.object({ id: identityIdSchema, registeredAt: instantSchema, author: z.string() }),
  ),
  cursor: cursorSchema,
});
