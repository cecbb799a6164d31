/**
 * Answers of time-stamping authorities (RFC 3161 §2.4.2): read at the border, where they may be BER, and
 * checked against the request. Whether the authority is trusted is for its certificate's path.
 */
import { utf8ToString } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import { toDer } from './ber-to-der.js';
import { CMS_LIMITS } from './cms-signed-data.js';
import { DerFields } from './der-fields.js';
import { derBytes, derContent, type DerLimits, type DerNode, readDer } from './der-reader.js';
import { TAG } from './der-tag.js';
import { readNamedBits, readSequence, readSmallInteger } from './der-values.js';
import { derInteger, derNamedBits, derSequence, derUtf8String } from './der-writer.js';
import { displayText } from './distinguished-name.js';
import { parsing, SigningError } from './signing-error.js';
import { parseTimeStampToken, type TimeStampToken } from './time-stamp-token.js';

/** PKIStatus, by its number. */
export const TIME_STAMP_STATUSES = [
  'granted',
  'grantedWithMods',
  'rejection',
  'waiting',
  'revocationWarning',
  'revocationNotification',
] as const;
export type TimeStampStatus = (typeof TIME_STAMP_STATUSES)[number];

/** PKIFailureInfo; the number is the bit. */
export const TIME_STAMP_FAILURES = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  timeNotAvailable: 14,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  addInfoNotAvailable: 17,
  systemFailure: 25,
} as const;
export type TimeStampFailure = keyof typeof TIME_STAMP_FAILURES;

export interface TimeStampResponse {
  readonly status: TimeStampStatus;
  /** What the authority says to people; escaped, so safe to print. */
  readonly statusString: readonly string[];
  /** Names, and `bit-N` for what RFC 3161 does not name. */
  readonly failInfo: readonly string[];
  /** Null unless granted. */
  readonly token: TimeStampToken | null;
}

/** A token of real life has 2 to 10 KiB. */
export const TIME_STAMP_RESPONSE_LIMITS: DerLimits = { ...CMS_LIMITS, maxBytes: 262_144 };

/**
 * @throws SigningError TIME_STAMP_MALFORMED, also for a grant without a token and for a refusal with
 *   one; ALGORITHM_UNSUPPORTED if the token is over a hash of another kind than SHA-2.
 */
export function parseTimeStampResponse(bytes: Uint8Array): TimeStampResponse {
  return parsing('TIME_STAMP_MALFORMED', 'time-stamp response', () => {
    const limits = TIME_STAMP_RESPONSE_LIMITS;
    const fields = DerFields.of(readDer(toDer(bytes, limits), limits));
    const statusInfo = readStatusInfo(fields.next());
    const token = fields.optional(TAG.sequence);
    fields.end();
    const isGranted = statusInfo.status === 'granted' || statusInfo.status === 'grantedWithMods';
    if (isGranted !== (token !== undefined))
      throw malformed('the status says one thing and the token, there or not, another');
    return {
      ...statusInfo,
      token: token === undefined ? null : parseTimeStampToken(derBytes(token)),
    };
  });
}

/** @param token DER, as `completeTimeStamp` gives it. */
export function encodeGrantedTimeStamp(token: Uint8Array): Uint8Array {
  return derSequence(derSequence(derInteger(TIME_STAMP_STATUSES.indexOf('granted'))), token);
}

/** @param says a sentence for people. */
export function encodeRejectedTimeStamp(failure: TimeStampFailure, says: string): Uint8Array {
  return derSequence(
    derSequence(
      derInteger(TIME_STAMP_STATUSES.indexOf('rejection')),
      derSequence(derUtf8String(says)),
      derNamedBits([TIME_STAMP_FAILURES[failure]]),
    ),
  );
}

const MAX_STATUS_STRINGS = 16;

function readStatusInfo(node: DerNode): Omit<TimeStampResponse, 'token'> {
  const fields = DerFields.of(node);
  const status = TIME_STAMP_STATUSES[readSmallInteger(fields.next())];
  const statusString = fields.optional(TAG.sequence);
  const failInfo = fields.optional(TAG.bitString);
  fields.end();
  // §2.4.2: a value that is not known is an error, and not a grant.
  if (status === undefined) throw malformed('the status is not known');
  return {
    status,
    statusString: statusString === undefined ? [] : readFreeText(statusString),
    failInfo: failInfo === undefined ? [] : readFailures(failInfo),
  };
}

function readFreeText(node: DerNode): readonly string[] {
  const texts = readSequence(node);
  if (texts.length > MAX_STATUS_STRINGS)
    throw malformed(`more than ${MAX_STATUS_STRINGS} texts beside the status`);
  return texts.map((text) => {
    if (text.tag !== TAG.utf8String) throw malformed('a text beside the status is not UTF-8');
    try {
      return displayText(utf8ToString(derContent(text)));
    } catch (cause) {
      if (!(cause instanceof BaseError)) throw cause;
      throw malformed('a text beside the status is not UTF-8');
    }
  });
}

function readFailures(node: DerNode): readonly string[] {
  const names = Object.entries(TIME_STAMP_FAILURES);
  return [...readNamedBits(node)].map(
    (bit) => names.find(([, named]) => named === bit)?.[0] ?? `bit-${bit}`,
  );
}

function malformed(reason: string): SigningError {
  return new SigningError('TIME_STAMP_MALFORMED', `time-stamp response: ${reason}`);
}
