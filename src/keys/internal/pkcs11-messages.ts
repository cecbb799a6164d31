/**
 * What the node and the process of the PKCS#11 module say to each other. The module's process runs foreign
 * code, so what comes from there is parsed like anything else from outside.
 */
import { z } from 'zod';
import { assert } from '../../base/errors.js';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithmName } from '../../signing/algorithms.js';

/** What the key is for: a seal under a certificate, or anchors, which are digests signed on secp256k1. */
export type TokenUse = 'seal' | 'anchor';

/** ECDSA over 32 bytes that are a digest already; r ‖ s. */
export const DIGEST_ECDSA = 'ecdsa-of-digest';
export type TokenAlgorithm = SignatureAlgorithmName | typeof DIGEST_ECDSA;

/** The first one; the process does nothing before it. */
export interface OpenToken {
  readonly kind: 'open';
  readonly use: TokenUse;
  /** Path of the module, as the loader of shared objects takes it. */
  readonly module: string;
  /** Label or serial number; null where the module has one token only. */
  readonly token: string | null;
  /** At least one of the two. */
  readonly keyLabel: string | null;
  readonly keyId: Uint8Array | null;
  /** In clear: this goes from process to process, and nowhere else. Null for a PIN pad. */
  readonly pin: string | null;
  readonly sessions: number;
}

export interface SignWithToken {
  readonly kind: 'sign';
  readonly id: number;
  readonly algorithm: TokenAlgorithm;
  readonly toBeSigned: Uint8Array;
}

/** Ends the process. */
export interface CloseToken {
  readonly kind: 'close';
}

export type ToToken = OpenToken | SignWithToken | CloseToken;

const MAX_CERTIFICATES = 64;
const MAX_CERTIFICATE_BYTES = 65_536;
const MAX_VALUE_BYTES = 2_048;
const MAX_POINT_BYTES = 256;

const bytes = (max: number): z.ZodType<Uint8Array> =>
  z.instanceof(Uint8Array).refine((value) => value.length <= max);

const CODES = [
  'KEYS_TOKEN_MODULE',
  'KEYS_TOKEN_PIN_REFUSED',
  'KEYS_TOKEN_KEY_UNKNOWN',
  'KEYS_TOKEN_UNAVAILABLE',
] as const;

export type TokenErrorCode = (typeof CODES)[number];

const fromToken = z.discriminatedUnion('kind', [
  /** The key is there, and this is what the token can do with it. */
  z.strictObject({
    kind: z.literal('opened'),
    algorithms: z.array(z.enum([...namesOf(SIGNATURE_ALGORITHMS), DIGEST_ECDSA])),
    /** DER; all that the token has. */
    certificates: z.array(bytes(MAX_CERTIFICATE_BYTES)).max(MAX_CERTIFICATES),
    /** CKA_EC_POINT as the token has it; of an anchor key alone. */
    point: bytes(MAX_POINT_BYTES).optional(),
  }),
  z.strictObject({
    kind: z.literal('signed'),
    id: z.number(),
    value: bytes(MAX_VALUE_BYTES),
  }),
  /** Nothing more comes: the process ends. */
  z.strictObject({
    kind: z.literal('failed'),
    code: z.enum(CODES),
    message: z.string().max(500),
  }),
]);

export type FromToken = z.infer<typeof fromToken>;
export type TokenOpened = Extract<FromToken, { kind: 'opened' }>;

/** Null for what is no message of ours. */
export function parseFromToken(message: unknown): FromToken | null {
  const parsed = fromToken.safeParse(message);
  return parsed.success ? parsed.data : null;
}

/** From our own process: another shape is a mistake of the program. */
export function toTokenOf(message: unknown): ToToken {
  const kinds: readonly unknown[] = ['open', 'sign', 'close'];
  const isOurs =
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    kinds.includes(message.kind);
  assert(isOurs, 'a message of the node');
  return message as ToToken;
}

function namesOf<T extends string>(table: Readonly<Record<T, unknown>>): T[] {
  return Object.keys(table) as T[];
}
