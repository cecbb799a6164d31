/** Operating errors of identities and of what they sign. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type IdentityErrorCode =
  /** Not an event, a key or an identity: `path` says where. */
  | 'IDENTITY_MALFORMED'
  /** Written by a newer version of the program. */
  | 'IDENTITY_FORMAT_NEWER'
  | 'IDENTITY_UNKNOWN'
  | 'IDENTITY_EXISTS'
  /** The event does not follow the last one. */
  | 'IDENTITY_NOT_NEXT'
  /** This kind of change is not made to this kind of identity. */
  | 'IDENTITY_ACTION_REFUSED'
  /** A signature is not that of its key over the event. */
  | 'IDENTITY_SIGNATURE_INVALID'
  /** A key that must sign has not. */
  | 'IDENTITY_SIGNATURE_MISSING'
  /** Signed by a key that has no say in this change. */
  | 'IDENTITY_KEY_WRONG'
  /** Signed by a key that was taken out of use before. */
  | 'IDENTITY_KEY_REVOKED'
  /** The key is, or has been, one of the identity's. */
  | 'IDENTITY_KEY_EXISTS'
  /** The identity has no such key in use. */
  | 'IDENTITY_KEY_UNKNOWN'
  /** Nobody could change the identity any more. */
  | 'IDENTITY_LAST_KEY'
  /** Fewer recovery keys have signed than it takes. */
  | 'IDENTITY_QUORUM_MISSED'
  /** Not a recovery request. */
  | 'IDENTITY_REQUEST_MALFORMED'
  /** Recovery keys have signed different requests. */
  | 'IDENTITY_REQUEST_DIFFERS'
  /** One recovery key would count as two. */
  | 'IDENTITY_SIGNED_TWICE'
  | 'IDENTITY_SUSPENDED'
  | 'IDENTITY_REVOKED'
  /** The certificate cannot be bound: unreadable, not valid now, or of a kind of key that is not taken. */
  | 'IDENTITY_CERTIFICATE_REFUSED'
  /** As many events or keys as an identity may have. */
  | 'IDENTITY_LIMIT'
  /** The node's clock is behind what it has recorded: which keys are in use now cannot be said. */
  | 'IDENTITY_CLOCK_BEHIND'
  /** The claim's author is no identity of this tenant. */
  | 'CLAIM_AUTHOR_UNKNOWN'
  /** Its author never had that key, or not for signing. */
  | 'CLAIM_KEY_UNKNOWN'
  /** The key was out of use when the entry was made. */
  | 'CLAIM_KEY_REVOKED'
  | 'CLAIM_AUTHOR_SUSPENDED'
  | 'CLAIM_AUTHOR_REVOKED'
  /** The claim is dated before its key was its author's. */
  | 'CLAIM_BEFORE_KEY'
  /** The claim is dated later than the entry. */
  | 'CLAIM_DATED_AHEAD'
  | 'CLAIM_SIGNATURE_INVALID';

export class IdentityError extends ChirographError<IdentityErrorCode> {
  /** JSON Pointer (RFC 6901) to the member in question, `''` where there is none. */
  readonly path: string;

  constructor(
    code: IdentityErrorCode,
    message: string,
    options: { readonly path?: string; readonly cause?: unknown } = {},
  ) {
    super(code, message, 'cause' in options ? { cause: options.cause } : undefined);
    this.path = options.path ?? '';
  }
}

export function malformed(reason: string, path = ''): IdentityError {
  return new IdentityError('IDENTITY_MALFORMED', `not an identity event: ${reason}`, { path });
}
