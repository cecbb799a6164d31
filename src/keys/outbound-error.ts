/**
 * Why a request to the outside got no answer that can be used. The codes stand in logs, in the health of
 * the signing services and in metrics; HTTP never shows them. docs/errors.md says what to do.
 */
import { ChirographError } from '../base/errors.js';

export type OutboundErrorCode =
  /** Not an http or https URL of a length that is read, or one with user, password or fragment. */
  | 'OUTBOUND_URL_REFUSED'
  /** The host is not on the list that the operator allows. */
  | 'OUTBOUND_HOST_REFUSED'
  /** The host's name leads to an address that outsiders have no business with. */
  | 'OUTBOUND_ADDRESS_REFUSED'
  /** The host has no address, or the resolver does not answer. */
  | 'OUTBOUND_UNRESOLVED'
  /** No connection, no TLS, or one that broke off. */
  | 'OUTBOUND_UNREACHABLE'
  /** Too slow, as a whole or for one piece. */
  | 'OUTBOUND_TIMEOUT'
  /** The caller no longer wants the answer. */
  | 'OUTBOUND_CANCELLED'
  /** It points elsewhere. */
  | 'OUTBOUND_REDIRECTED'
  /** It answers with another status than 200. */
  | 'OUTBOUND_STATUS'
  | 'OUTBOUND_TOO_LARGE'
  /** The answer is not of the kind that was asked for, or compressed. */
  | 'OUTBOUND_MEDIA_TYPE'
  /** Too many requests to one host wait already. */
  | 'OUTBOUND_BUSY';

export class OutboundError extends ChirographError<OutboundErrorCode> {}

/** OUTBOUND_STATUS with the status, for those to whom one of them is an answer. */
export class OutboundStatusError extends OutboundError {
  readonly status: number;

  constructor(status: number) {
    super(
      'OUTBOUND_STATUS',
      `the host answers with HTTP status ${status}: try again later, or check the address`,
    );
    this.status = status;
  }
}
