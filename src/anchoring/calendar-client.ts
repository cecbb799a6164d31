/**
 * What is asked of an OpenTimestamps calendar (docs/formats/opentimestamps.md, "Calendars"), by the one way out
 * (docs/decisions/0024-outbound-requests.md). Whatever answers is hostile until it has been parsed, and believed in nothing.
 */
import { toHex } from '../base/bytes.js';
import { ChirographError } from '../base/errors.js';
import type { OtsAttestation } from '../evidence/opentimestamps/attestations.js';
import { MAX_DEPTH } from '../evidence/opentimestamps/limits.js';
import type { OtsTimestamp } from '../evidence/opentimestamps/ots-file.js';
import { parseTimestamp } from '../evidence/opentimestamps/parse-ots-file.js';
import { blocksOf, partOf } from '../evidence/opentimestamps/timestamp-tree.js';
import type { OutboundRequest, SendOutbound } from '../keys/outbound-message.js';
import { CalendarError } from './calendar-error.js';
import { type Calendar, placeOf, type PromisePlace } from './calendar.js';

/** Of the reference library: nobody reads a longer answer. */
export const MAX_ANSWER_BYTES = 10_000;
export const TIMESTAMP_TYPE = 'application/vnd.opentimestamps.v1';
const OCTETS = 'application/octet-stream';
const NOT_YET = 404;

/**
 * Has a calendar take a digest.
 *
 * @param digest 32 bytes that say nothing of what they are of.
 * @returns what is known of the digest: promises that may be asked for, or blocks.
 * @throws OutboundError; CalendarError CALENDAR_ANSWER_UNUSABLE, CALENDAR_PROMISE_REFUSED.
 */
export async function sendDigest(
  send: SendOutbound,
  calendar: Calendar,
  digest: Uint8Array,
  signal: AbortSignal,
): Promise<OtsTimestamp> {
  const { body } = await send({
    ...asked({ ...calendar, url: `${calendar.url}digest` }, signal),
    method: 'POST',
    body: digest,
  });
  const answer = readAnswer(body, digest.length);
  const allowed = partOf(answer, MAX_DEPTH, (attestations) => [
    ...blocksOf(attestations),
    ...attestations.filter((one) => isAllowed(calendar, one)),
  ]);
  if (allowed !== null) return allowed;
  throw new CalendarError(
    'CALENDAR_PROMISE_REFUSED',
    'the calendar promises nothing that this node may ask for: name the hosts of its promises in the setting',
  );
}

/**
 * Asks for more of a commitment.
 *
 * @returns blocks that hold it, or null while there are none.
 * @throws OutboundError; CalendarError CALENDAR_ANSWER_UNUSABLE.
 */
export async function askCommitment(
  send: SendOutbound,
  place: PromisePlace,
  commitment: Uint8Array,
  signal: AbortSignal,
): Promise<OtsTimestamp | null> {
  const url = `${place.url}timestamp/${toHex(commitment)}`;
  const request = {
    ...asked({ ...place, url }, signal),
    method: 'GET',
    passes: [NOT_YET],
  } as const;
  const { status, body } = await send(request);
  if (status === NOT_YET) return null;
  const blocks = partOf(readAnswer(body, commitment.length), MAX_DEPTH, blocksOf);
  if (blocks === null) throw unusable('it has no block');
  return blocks;
}

function asked({ url, key }: PromisePlace, signal: AbortSignal): Omit<OutboundRequest, 'method'> {
  return {
    url,
    headers: {
      accept: TIMESTAMP_TYPE,
      ...(key !== undefined && { authorization: `Bearer ${key.reveal()}` }),
    },
    accepts: [TIMESTAMP_TYPE, OCTETS],
    maxBytes: MAX_ANSWER_BYTES,
    signal,
  };
}

function readAnswer(bytes: Uint8Array, messageBytes: number): OtsTimestamp {
  try {
    return parseTimestamp(bytes, messageBytes);
  } catch (cause) {
    if (cause instanceof ChirographError) throw unusable('it is no timestamp', cause);
    throw cause;
  }
}

function isAllowed(calendar: Calendar, attestation: OtsAttestation): boolean {
  return attestation.kind === 'pending' && placeOf(calendar, attestation.uri) !== null;
}

function unusable(reason: string, cause?: unknown): CalendarError {
  return new CalendarError(
    'CALENDAR_ANSWER_UNUSABLE',
    `what the calendar answers cannot be used: ${reason}; check its address`,
    { cause },
  );
}
