/** From a well-formed record and the secrets it needs to an entry that only lacks its place. */
import { fromBase64, toHex } from '../base/bytes.js';
import { canonicalJson } from '../base/canonical-json.js';
import { assert } from '../base/errors.js';
import { sha256Hex } from '../base/hash.js';
import { digestToHex, type HexDigest, hexDigest } from '../base/hex-digest.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { parseInstant } from '../base/time.js';
import type { AttachmentDescription } from './attachment.js';
import { checkClaim, type ClaimSigner, parseClaim } from './claim.js';
import { claimedBy } from './claimed-by.js';
import {
  describePayload,
  formatHeader,
  JSON_MEDIA_TYPE,
  type PartDescription,
  type RecordHeader,
} from './header.js';
import type { PreparedEntry } from './prepared-entry.js';
import type { RecordInput } from './record-input.js';
import type { RecordSecrets } from './record-scopes.js';
import { commitAndSeal } from './sealing.js';
import { recordTemplate } from './statement-template.js';
import type { PartStatement } from './statement.js';
import { personOpener, PersonTags, recordTag, tagOf, thingOpener, thingValue } from './tag.js';

export interface PrepareRecordOptions {
  /** An identity, or `key:<API key id>`. */
  readonly author: string;
  /** Of the scopes of `scopesOfRecord`, asked with the same author, month and class. */
  readonly secrets: RecordSecrets;
  /** `retentionOf` the record. */
  readonly retention: string;
  readonly month: string;
  /** Whether the request carries an `Idempotency-Key`. */
  readonly idempotent: boolean;
  /** `none`, or id and version of the schema that the payload was checked against. */
  readonly schema: string;
  /** Of a record whose claim is signed, once that has been checked; null of all others. */
  readonly signer?: ClaimSigner | null;
  /** What the record's attachments are, in their order; null where one of them is refused, and so is the record. */
  readonly attachments?: readonly AttachmentDescription[] | null;
  readonly random: RandomSource;
  /** Where records of the same persons follow one another. */
  readonly tags?: PersonTags;
}

/**
 * @throws RecordsError about the claim: RECORD_MALFORMED, RECORD_CLAIM_DIFFERS, RECORD_FORMAT_NEWER.
 */
export function prepareRecord(record: RecordInput, options: PrepareRecordOptions): PreparedEntry {
  const { attachments = [], author, secrets, random, tags = new PersonTags() } = options;
  const count = record.attachments?.length ?? 0;
  assert(attachments === null || attachments.length === count, 'every attachment was looked for');
  const payload = canonicalJson(record.payload);
  const thing = prepareThing(record, options);
  const parts = prepareParts(record, options);
  const header = describeRecord(record, options, payload, thing.header, parts);
  // Of a file that is not to be had any more nobody can tell what the claim should say of it.
  if (record.claim !== undefined && attachments !== null)
    checkClaim(parseClaim(record.claim), claimedBy(header));
  const headerPart = commitAndSeal(formatHeader(header), secrets.subjectData, random);
  const payloadPart = commitAndSeal(payload, secrets.subjectData, random);
  const subjectTag = tags.of(secrets.subjectTags.secret, 'subject', record.subject);
  const parties = partyTags(record, secrets);
  const template = recordTemplate({
    kind: 'record',
    header: headerPart.commitment,
    payload: payloadPart.commitment,
    tags: {
      author: tags.of(secrets.authorTags.secret, 'author', author),
      key: thing.tag,
      subject: subjectTag,
      ...(parties.length > 0 && { parties }),
    },
    type: record.type,
    ...(parts.length > 0 && { parts: parts.map((part) => part.statement) }),
  });
  return {
    kind: 'record',
    template,
    sealedParts: [headerPart.sealed, payloadPart.sealed, ...parts.map((part) => part.sealed)],
    subjectTag,
    thing: thing.tag,
    isFirst: record.key === undefined,
    retracts: header.retracts ?? null,
    of: null,
    follows: null,
    recordTag: options.idempotent ? tagOfRecord(record, options, header.payload.sha256) : null,
    rowIds: rowIdsOf(secrets),
    month: options.month,
  };
}

interface Thing {
  readonly tag: HexDigest;
  readonly header: Pick<RecordHeader, 'key' | 'keyOpener'>;
}

function prepareThing(record: RecordInput, { secrets, random }: PrepareRecordOptions): Thing {
  const { type, key } = record;
  if (key !== undefined) {
    const opener = thingOpener(secrets.subjectTags.secret, type, key);
    return { tag: tagOf(opener, thingValue(type, key)), header: { key } };
  }
  const opener = randomBytes(random, 32);
  return { tag: tagOf(opener, thingValue(type)), header: { keyOpener: digestToHex(opener) } };
}

interface PreparedPart {
  readonly statement: PartStatement;
  readonly description: PartDescription;
  readonly sealed: Uint8Array;
}

function prepareParts(record: RecordInput, options: PrepareRecordOptions): PreparedPart[] {
  const { secrets, random } = options;
  const parts = record.parts ?? [];
  assert(parts.length === secrets.parts.length, 'there are secrets for every part');
  return parts.map((part, at) => {
    const under = secrets.parts[at];
    assert(under !== undefined, 'there are secrets for every part');
    const { subject, payload } = part;
    // Without it the header's checksum would confirm guesses after this person has been forgotten.
    const nonce = part.nonce ?? toHex(randomBytes(random, 16));
    const content = canonicalJson({ nonce, payload, subject });
    const { commitment, sealed } = commitAndSeal(content, under.data, random);
    const subjectTag = tagOf(personOpener(under.tags.secret, 'subject'), subject);
    return {
      statement: { payload: commitment, subject: subjectTag },
      description: {
        class: part.class ?? options.retention,
        sha256: sha256Hex(content),
        size: Buffer.byteLength(content),
      },
      sealed,
    };
  });
}

function describeRecord(
  record: RecordInput,
  { attachments, author, schema, retention, signer = null }: PrepareRecordOptions,
  payload: string,
  thing: Thing['header'],
  parts: readonly PreparedPart[],
): RecordHeader {
  const { claim, claimSignature, retracts, subject, type, validFrom, validTo } = record;
  const attached = attachments ?? [];
  return {
    author,
    payload: describePayload(JSON_MEDIA_TYPE, payload),
    retention,
    schema,
    subject,
    type,
    ...thing,
    ...(attached.length > 0 && { attachments: attached }),
    ...(claim !== undefined && { claim }),
    ...(claimSignature !== undefined &&
      signer !== null && {
        authorEvent: signer.authorEvent,
        claimSignature: {
          alg: claimSignature.alg,
          keyId: signer.key,
          value: fromBase64(claimSignature.value),
        },
      }),
    ...(parts.length > 0 && { parts: parts.map((part) => part.description) }),
    ...(retracts !== undefined && { retracts: hexDigest(retracts) }),
    ...(validFrom !== undefined && { validFrom: parseInstant(validFrom) }),
    ...(validTo !== undefined && { validTo: parseInstant(validTo) }),
  };
}

function partyTags(record: RecordInput, secrets: RecordSecrets): HexDigest[] {
  const parties = record.parties ?? [];
  assert(parties.length === secrets.parties.length, 'there is a secret for every party');
  return parties
    .map((party, at) => {
      const secret = secrets.parties[at]?.secret;
      assert(secret !== undefined, 'there is a secret for every party');
      return tagOf(personOpener(secret, 'party'), party);
    })
    .sort();
}

function rowIdsOf({ subjectTags, subjectData, authorTags, parties, parts }: RecordSecrets) {
  const rowIds = [subjectTags.rowId, subjectData.rowId, authorTags.rowId];
  for (const party of parties) rowIds.push(party.rowId);
  for (const { tags, data } of parts) rowIds.push(tags.rowId, data.rowId);
  return rowIds;
}

/**
 * What makes two requests the same: the record as it was sent, and its author. A part counts under
 * the secret of its own subject, so that nothing confirms guesses at it once that is destroyed.
 */
function tagOfRecord(
  record: RecordInput,
  { author, secrets }: PrepareRecordOptions,
  payload: HexDigest,
): Uint8Array {
  const parts = (record.parts ?? []).map((part, at) => {
    const secret = secrets.parts[at]?.tags.secret;
    assert(secret !== undefined, 'there are secrets for every part');
    return toHex(recordTag(secret, canonicalJson({ ...part })));
  });
  const canonical = canonicalJson({
    ...record,
    author,
    payload,
    ...(parts.length > 0 && { parts }),
  });
  return recordTag(secrets.subjectTags.secret, canonical);
}
