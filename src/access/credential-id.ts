/**
 * Names what somebody logged in with, so that two requests of one holder can be told to be that. It goes
 * into logs and records, so it is no secret, of bounded length, and shows no name: holders of tokens and
 * certificates are hashed, which hides them from a glance, not from whoever can guess them.
 */
import type { Brand } from '../base/brand.js';
import { toHex, utf8 } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import { isKeyId, type KeyId } from './key-text.js';

/** `oidc:` and 32 hex digits: a subject of an issuer of access tokens, whichever token it shows. */
export type TokenHolderId = Brand<string, 'TokenHolderId'>;

/** `cert:` and 32 hex digits: what a row of the table of certificates asks for, renewed or not. */
export type CertificateHolderId = Brand<string, 'CertificateHolderId'>;

/** Tells its kind by its form: the id of an API key has no colon. */
export type CredentialId = KeyId | TokenHolderId | CertificateHolderId;

export function tokenHolderId(issuer: string, subject: string): TokenHolderId {
  return `oidc:${holder(issuer, subject)}` as TokenHolderId;
}

/** @param asked for by the row; two rows that ask for the same are one holder. */
export function certificateHolderId(asked: readonly string[]): CertificateHolderId {
  return `cert:${holder(...asked)}` as CertificateHolderId;
}

export function isCredentialId(text: string): text is CredentialId {
  return isKeyId(text) || /^(?:oidc|cert):[0-9a-f]{32}$/.test(text);
}

const ID_LENGTH = 16;

/** As JSON, so that no two lists of texts have one hash. */
function holder(...texts: readonly string[]): string {
  const digest = sha256(utf8('chirograph/holder-id/1\0'), utf8(JSON.stringify(texts)));
  return toHex(digest.subarray(0, ID_LENGTH));
}
