/**
 * What a report of a signature says, as the description has it: the report's own type, member by member. One
 * that either has and the other has not, or has otherwise, does not compile.
 */
import { z } from 'zod';
import type { SignatureView } from '../queries/list-signatures.js';
import { ALGORITHM_NAMES, CHECK_NAMES, SUB_INDICATION_NAMES } from '../queries/signature-words.js';
import { exactly, instantSchema, textOfForm } from './schemas.js';

const countSchema = z.number().int().min(0);
const sha256Schema = textOfForm(/^[0-9a-f]{64}$/);
const levelSchema = z.enum(['B-B', 'B-T', 'B-LT', 'B-LTA']);
const subIndicationSchema = z
  .enum(SUB_INDICATION_NAMES)
  .nullable()
  .meta({ description: 'EN 319 102-1, tables 5 and 6: why it is no more than it is.' });
const saysSchema = z.string().meta({ description: 'A sentence in English, for people.' });
const anchorMembers = {
  trustAnchor: z.string().nullable().meta({ description: 'RFC 4514, of where the path ends.' }),
  trustAnchorSha256: sha256Schema.nullable(),
} as const;

const certificateMembers = {
  name: z.string(),
  subject: z.string().meta({ description: 'RFC 4514.' }),
  issuer: z.string(),
  serialNumber: z.string().meta({ description: 'Hex.' }),
  certificateSha256: sha256Schema,
} as const;

const signerSchema = z.object({
  ...certificateMembers,
  organizationIdentifier: z.string().nullable(),
  person: z.enum(['natural', 'legal', 'unknown']),
  claims: z
    .array(z.string())
    .readonly()
    .meta({ description: 'Each continues “the certificate claims …”; nobody has examined it.' }),
});

const revocationSchema = z
  .array(
    z.object({
      certificate: z.string(),
      certificateSha256: sha256Schema,
      outcome: z.enum(['good', 'revoked', 'not-offered', 'not-asked', 'no-check']),
      source: z.enum(['crl', 'ocsp']).nullable(),
      evidence: z.array(sha256Schema).readonly(),
      issuedAt: instantSchema.nullable(),
      nextUpdate: instantSchema.nullable(),
      revokedAt: instantSchema.nullable(),
      reason: z.string().nullable().meta({ description: 'RFC 5280 §5.3.1.' }),
    }),
  )
  .readonly()
  .meta({ description: 'Of a path, from the end entity up.' });

const timeStampSchema = z.object({
  kind: z.enum(['signature', 'archive']),
  outcome: z.enum(['passed', 'failed']),
  subIndication: subIndicationSchema,
  says: saysSchema,
  genTime: instantSchema.nullable(),
  accuracyMillis: z.number().nullable(),
  authority: z.object(certificateMembers).nullable(),
  ...anchorMembers,
  sha256: sha256Schema.nullable(),
  covers: z
    .object({ certificates: countSchema, revocationData: countSchema, timeStamps: countSchema })
    .nullable(),
  revocation: revocationSchema,
  development: z.boolean(),
});

const counterSignatureSchema = z.object({
  outcome: z.enum(['passed', 'failed']),
  subIndication: subIndicationSchema,
  says: saysSchema,
  signer: signerSchema.nullable(),
  claimedSigningTime: instantSchema.nullable(),
  ...anchorMembers,
  revocation: revocationSchema,
});

export const signatureReportSchema = exactly<SignatureView['report']>()(
  z.object({
    indication: z.enum(['TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE']),
    subIndication: subIndicationSchema,
    intact: z.boolean().meta({ description: 'Content and signed attributes are what was signed.' }),
    level: levelSchema.nullable().meta({ description: 'What has been proven of it.' }),
    structure: levelSchema.nullable().meta({ description: 'What it looks like.' }),
    signer: signerSchema.nullable(),
    algorithm: z.enum(ALGORITHM_NAMES).nullable(),
    claimedSigningTime: instantSchema.nullable(),
    bestSignatureTime: z
      .object({
        time: instantSchema,
        by: z.enum([
          'validation-time',
          'caller',
          'ledger',
          'signature-time-stamp',
          'archive-time-stamp',
        ]),
      })
      .nullable(),
    corroboration: z.object({ time: instantSchema, by: z.literal('bitcoin-block') }).nullable(),
    validatedAt: instantSchema,
    path: z.enum(['at-validation-time', 'at-best-signature-time', 'in-the-past']).nullable(),
    timeStamps: z.array(timeStampSchema).readonly(),
    counterSignatures: z.array(counterSignatureSchema).readonly(),
    revocation: revocationSchema,
    ...anchorMembers,
    trustedLists: z.literal('not-consulted'),
    development: z.boolean(),
    unchecked: z.array(z.string()).readonly(),
    policy: z.string(),
    algorithmPolicy: z.string(),
    checks: z
      .array(
        z.object({
          name: z.enum(CHECK_NAMES),
          outcome: z.enum(['passed', 'failed', 'not-done']),
          says: saysSchema,
        }),
      )
      .readonly()
      .meta({ description: 'In the order in which they are made.' }),
  }),
).meta({
  id: 'SignatureReport',
  description: 'After EN 319 102-1; docs/formats/signature-validation.md has every member.',
});
