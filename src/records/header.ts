/**
 * The sealed header of an entry (docs/formats/header.md): in clear what the statement only tags. It
 * is committed and sealed as a part of its own.
 */
import type { UnixMillis } from '../base/brand.js';
import { toBase64 } from '../base/bytes.js';
import {
  canonicalJson,
  type JsonObject,
  type JsonValue,
  parseCanonicalJson,
} from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { sha256Hex } from '../base/hash.js';
import type { HexDigest } from '../base/hex-digest.js';
import {
  base64Of,
  COUNT,
  DIGEST,
  INSTANT,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  textLike,
} from '../base/json-members.js';
import { formatInstant } from '../base/time.js';
import { type AttachmentDescription, readAttachments } from './attachment.js';
import { CLAIM_ALGORITHMS, CLAIM_SIGNATURE_BYTES, type ClaimSignature } from './claim.js';
import { KEY, KEY_ID, PERSON, RETENTION, TYPE } from './internal/shapes.js';
import { formatNewer, RecordsError } from './records-error.js';

/** Of a record with attachments. */
const ATTACHED_FORMAT = 3;
/** Of a record with a signed claim and no attachments; of all others it is 1. */
const SIGNED_FORMAT = 2;
const PLAIN_FORMAT = 1;
export const MAX_HEADER_LENGTH = 65_536;

export interface RecordHeader {
  /** Files of the same ledger and subject, in the order of the record. */
  readonly attachments?: readonly AttachmentDescription[];
  /** Who wrote: an identity, or `key:<API key id>`. */
  readonly author: string;
  /** With `claimSignature`: digest of the last event of the author's history when the entry was made. */
  readonly authorEvent?: HexDigest;
  /** Exactly as its author wrote it. */
  readonly claim?: JsonObject;
  readonly claimSignature?: ClaimSignature;
  /** Just one of `key` and `keyOpener` is there. */
  readonly key?: string;
  /** Opener of the thing's tag, which nothing else could make again. */
  readonly keyOpener?: HexDigest;
  /** In the order of the statement's parts. */
  readonly parts?: readonly PartDescription[];
  readonly payload: PayloadDescription;
  readonly retention: string;
  /** Leaf hash of the version that is withdrawn. */
  readonly retracts?: HexDigest;
  /** `none`, or id and version of the schema it was checked against. */
  readonly schema: string;
  readonly subject: string;
  readonly type: string;
  readonly validFrom?: UnixMillis;
  readonly validTo?: UnixMillis;
}

export interface SignatureHeader {
  readonly author: string;
  /** Leaf hash of what is signed. */
  readonly of: HexDigest;
  readonly payload: PayloadDescription;
  readonly retention: string;
  readonly subject: string;
}

export interface PayloadDescription {
  readonly mediaType: string;
  readonly sha256: HexDigest;
  /** Bytes. */
  readonly size: number;
}

export interface PartDescription {
  readonly class: string;
  readonly sha256: HexDigest;
  readonly size: number;
}

/** The payload of a record: RFC 8785 bytes. */
export const JSON_MEDIA_TYPE = 'application/json';
/** The payload of a signature: CMS, DER. */
export const CMS_MEDIA_TYPE = 'application/pkcs7-signature';

/** @param payload its bytes, or the text of which they are the UTF-8. */
export function describePayload(
  mediaType: string,
  payload: Uint8Array | string,
): PayloadDescription {
  return { mediaType, sha256: sha256Hex(payload), size: Buffer.byteLength(payload) };
}

/** The text of which the header bytes are the UTF-8. @throws RecordsError RECORD_TOO_LARGE beyond 64 KiB. */
export function formatHeader(header: RecordHeader | SignatureHeader): string {
  const text = canonicalJson({ $v: formatOf(header), ...membersOf(header) });
  if (Buffer.byteLength(text) > MAX_HEADER_LENGTH)
    throw new RecordsError(
      'RECORD_TOO_LARGE',
      `the header of an entry is larger than ${MAX_HEADER_LENGTH} bytes: a smaller claim, or fewer attachments`,
    );
  return text;
}

/** The claim is not looked into. @throws RecordsError HEADER_MALFORMED, RECORD_FORMAT_NEWER. */
export function parseRecordHeader(bytes: Uint8Array): RecordHeader {
  const { members, format } = readMembers(bytes);
  const [claim, key, keyOpener] = [
    members.optional('claim', JSON_OBJECT),
    members.optional('key', KEY),
    members.optional('keyOpener', DIGEST),
  ];
  if ((key === undefined) === (keyOpener === undefined))
    throw malformed('it has not just one of the members key and keyOpener');
  const attachments = format === ATTACHED_FORMAT ? attachmentsIn(members) : [];
  const signed = readSigned(members, format);
  if ('claimSignature' in signed && claim === undefined)
    throw malformed('it has a signature of no claim');
  const parts = members.objects('parts', MAX_PARTS).map(readPart);
  const retracts = members.optional('retracts', DIGEST);
  const validFrom = members.optional('validFrom', INSTANT);
  const validTo = members.optional('validTo', INSTANT);
  if (validFrom !== undefined && validTo !== undefined && validFrom >= validTo)
    throw malformed('the member validFrom is not before validTo');
  const header = {
    author: members.required('author', PERSON),
    payload: readPayload(members.object('payload')),
    retention: members.required('retention', RETENTION),
    schema: members.required('schema', SCHEMA),
    subject: members.required('subject', PERSON),
    type: members.required('type', TYPE),
    ...signed,
    ...(attachments.length > 0 && { attachments }),
    ...(claim !== undefined && { claim }),
    ...(key !== undefined && { key }),
    ...(keyOpener !== undefined && { keyOpener }),
    ...(parts.length > 0 && { parts }),
    ...(retracts !== undefined && { retracts }),
    ...(validFrom !== undefined && { validFrom }),
    ...(validTo !== undefined && { validTo }),
  };
  members.end();
  return header;
}

/** @throws RecordsError HEADER_MALFORMED, RECORD_FORMAT_NEWER. */
export function parseSignatureHeader(bytes: Uint8Array): SignatureHeader {
  const { members, format } = readMembers(bytes);
  if (format !== PLAIN_FORMAT) throw malformed('its format is not 1');
  const header = {
    author: members.required('author', PERSON),
    of: members.required('of', DIGEST),
    payload: readPayload(members.object('payload')),
    retention: members.required('retention', RETENTION),
    subject: members.required('subject', PERSON),
  };
  members.end();
  return header;
}

const MAX_PARTS = 64;
const ALG = oneOf(...CLAIM_ALGORITHMS);
const SIGNER = textLike(KEY_ID, 'the name of a key');
const SCHEMA = textLike(/^[^\p{Cc}\p{Cs}]{1,256}$/u, 'the id and version of a schema');
/** RFC 6838 §4.2, in lower case. */
const MEDIA_TYPE = textLike(
  /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/,
  'a media type',
);

/** Interfaces have no index signature; the copies have, which is what lets them be JSON. */
function membersOf(header: RecordHeader | SignatureHeader): JsonObject {
  const payload = { ...header.payload };
  if ('of' in header) return { ...header, payload };
  const { attachments, claimSignature, parts, validFrom, validTo, ...rest } = header;
  return {
    ...rest,
    ...(attachments !== undefined && { attachments: attachments.map((one) => ({ ...one })) }),
    ...(claimSignature !== undefined && {
      claimSignature: { ...claimSignature, value: toBase64(claimSignature.value) },
    }),
    payload,
    ...(parts !== undefined && { parts: parts.map((part) => ({ ...part })) }),
    ...(validFrom !== undefined && { validFrom: formatInstant(validFrom) }),
    ...(validTo !== undefined && { validTo: formatInstant(validTo) }),
  };
}

function formatOf(header: RecordHeader | SignatureHeader): number {
  if ('attachments' in header) return ATTACHED_FORMAT;
  return 'claimSignature' in header ? SIGNED_FORMAT : PLAIN_FORMAT;
}

function readMembers(bytes: Uint8Array): { members: JsonMembers; format: number } {
  if (bytes.length > MAX_HEADER_LENGTH) throw malformed('it is larger than 64 KiB');
  const members = new JsonMembers(readJson(bytes), malformed);
  const format = members.required('$v', COUNT);
  if (format > ATTACHED_FORMAT) throw formatNewer('header', format, ATTACHED_FORMAT);
  if (format < PLAIN_FORMAT) throw malformed('its format is none of 1, 2 and 3');
  return { members, format };
}

function attachmentsIn(members: JsonMembers): AttachmentDescription[] {
  const attachments = readAttachments(members);
  if (attachments.length === 0) throw malformed('it has no attachments');
  if (new Set(attachments.map(({ entry }) => entry)).size !== attachments.length)
    throw malformed('it names a file twice');
  return attachments;
}

/** In format 2 it is there, in format 3 it may be. */
function readSigned(
  members: JsonMembers,
  format: number,
): Pick<RecordHeader, 'authorEvent' | 'claimSignature'> {
  if (format === PLAIN_FORMAT) return {};
  const authorEvent = members.optional('authorEvent', DIGEST);
  if (authorEvent === undefined && format === ATTACHED_FORMAT) return {};
  if (authorEvent === undefined) throw malformed('its claim has no signature');
  const inner = members.object('claimSignature');
  const claimSignature = {
    alg: inner.required('alg', ALG),
    keyId: inner.required('keyId', SIGNER),
    value: inner.required('value', base64Of(CLAIM_SIGNATURE_BYTES)),
  };
  inner.end();
  return { authorEvent, claimSignature };
}

function readPayload(members: JsonMembers): PayloadDescription {
  const payload = {
    mediaType: members.required('mediaType', MEDIA_TYPE),
    sha256: members.required('sha256', DIGEST),
    size: members.required('size', COUNT),
  };
  members.end();
  return payload;
}

function readPart(members: JsonMembers): PartDescription {
  const part = {
    class: members.required('class', RETENTION),
    sha256: members.required('sha256', DIGEST),
    size: members.required('size', COUNT),
  };
  members.end();
  return part;
}

function readJson(bytes: Uint8Array): JsonValue {
  try {
    return parseCanonicalJson(bytes);
  } catch (cause) {
    if (cause instanceof BaseError) throw malformed(cause.message, cause);
    throw cause;
  }
}

function malformed(reason: string, cause?: unknown): RecordsError {
  return new RecordsError('HEADER_MALFORMED', `not a header: ${reason}`, { cause });
}
