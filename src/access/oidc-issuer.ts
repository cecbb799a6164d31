/** An issuer of access tokens, and what its tokens are worth here: all of it said by the operator. */
import type { Role } from './authorize.js';
import type { TenantName } from './tenant-name.js';

/** Asymmetric only: with a shared secret whoever can check a token could make one. */
export const TOKEN_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

export interface OidcIssuer {
  /** What the claim `iss` must be, to the letter. */
  readonly issuer: string;
  /** What the claim `aud` must be or hold. */
  readonly audience: string;
  /** Where its public keys are (JWK set, RFC 7517): at a URL of its, or in a file of the operator's. */
  readonly keys: IssuerKeys;
  readonly algorithms: readonly TokenAlgorithm[];
  /** Whether `typ` must be `at+jwt` (RFC 9068 §4): without it, an ID token would pass for an access token. */
  readonly requiresTokenType: boolean;
  readonly clockToleranceSeconds: number;
  /** How old a token may be (`iat`), whatever its `exp` says. */
  readonly maxAgeSeconds: number;
  /** Goes before `sub` to make the author's identity: a subject is one of its issuer only. */
  readonly authorPrefix: string;
  /** The first row that matches decides; a token that none matches may do nothing. */
  readonly map: readonly ClaimRule[];
}

export type IssuerKeys =
  { readonly kind: 'url'; readonly url: string } | { readonly kind: 'file'; readonly path: string };

export interface ClaimRule {
  /** At least one; all must hold. */
  readonly when: readonly ClaimCondition[];
  readonly tenant: TenantName;
  readonly role: Role;
}

/** The claim is this text, or an array that holds it; of `scope`, one of its words (RFC 8693 §4.2). */
export interface ClaimCondition {
  /** A claim's name; or, with a slash in front, a pointer into the claims (RFC 6901). */
  readonly claim: string;
  readonly value: string;
}
