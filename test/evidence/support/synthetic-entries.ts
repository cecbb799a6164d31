/** Entries of kind record and signature with everything that a discloser can open. */
import type { LeafIndex, UnixMillis } from '../../../src/base/brand.js';
import { utf8 } from '../../../src/base/bytes.js';
import type { JsonObject } from '../../../src/base/canonical-json.js';
import { digestToHex, type HexDigest } from '../../../src/base/hex-digest.js';
import type { EvidenceEntry, TagOpeners } from '../../../src/evidence/evidence-file.js';
import { commit } from '../../../src/records/commitment.js';
import {
  CMS_MEDIA_TYPE,
  describePayload,
  formatHeader,
  JSON_MEDIA_TYPE,
  type RecordHeader,
  type SignatureHeader,
} from '../../../src/records/header.js';
import {
  formatStatement,
  type RecordStatement,
  type SignatureStatement,
} from '../../../src/records/statement.js';
import { personOpener, tagOf, thingOpener, thingValue } from '../../../src/records/tag.js';
import { type SyntheticAuthor, withClaim } from './synthetic-authors.js';
import { derived } from './synthetic-keys.js';

/** An entry as its log's owner can show it, its path in the tree excepted. */
export type OpenEntry = Omit<EvidenceEntry, 'inclusion'>;

/** Each is the place where a plan may put something else than the truth. */
export interface RecordBends {
  readonly header: (header: RecordHeader) => RecordHeader;
  /** What the claim says besides. */
  readonly claim?: (recordedAt: UnixMillis) => JsonObject;
  readonly headerBytes: (bytes: Uint8Array) => Uint8Array;
  readonly record: (statement: RecordStatement) => RecordStatement;
  readonly openers: (openers: TagOpeners) => TagOpeners | undefined;
}

export interface SignatureBends {
  readonly signatureHeader: (header: SignatureHeader) => SignatureHeader;
  readonly signature: (statement: SignatureStatement) => SignatureStatement;
}

export interface RecordOrder {
  readonly seed: string;
  readonly index: number;
  readonly recordedAt: UnixMillis;
  readonly type: string;
  readonly subject: string;
  /** A record without one is its own thing. */
  readonly key?: string;
  readonly payload: Uint8Array;
  /** Who signs its claim, at the end of this history; somebody with an API key signs nothing. */
  readonly author?: SyntheticAuthor;
}

export function recordEntry(order: RecordOrder, bends: RecordBends): OpenEntry {
  const { seed, index, type, subject, key, payload, recordedAt } = order;
  const secret = derived(`${seed} tags ${subject}`);
  const author = order.author?.id ?? 'key:7f3a';
  const authorOpener = personOpener(derived(`${seed} tags ${author}`), 'author');
  const subjectOpener = personOpener(secret, 'subject');
  const keyOpener =
    key === undefined ? derived(`${seed} thing ${index}`) : thingOpener(secret, type, key);
  const said = bends.header({
    author,
    ...(key === undefined ? { keyOpener: digestToHex(keyOpener) } : { key }),
    payload: describePayload(JSON_MEDIA_TYPE, payload),
    retention: 'default',
    schema: 'none',
    subject,
    type,
    validFrom: recordedAt,
  });
  const header =
    order.author === undefined ? said : withClaim(said, order.author, bends.claim?.(recordedAt));
  const headerBytes = bends.headerBytes(utf8(formatHeader(header)));
  const [headerSalt, payloadSalt] = salts(seed, index);
  const statement = bends.record({
    kind: 'record',
    index: index as LeafIndex,
    recordedAt,
    header: commit(headerSalt, headerBytes),
    payload: commit(payloadSalt, payload),
    tags: {
      author: tagOf(authorOpener, author),
      key: tagOf(keyOpener, thingValue(type, key)),
      subject: tagOf(subjectOpener, subject),
    },
    type,
  });
  const openers = bends.openers({ author: authorOpener, key: keyOpener, subject: subjectOpener });
  return {
    statement: formatStatement(statement),
    header: { bytes: headerBytes, salt: headerSalt },
    payload: { bytes: payload, salt: payloadSalt },
    ...(openers !== undefined && { openers }),
  };
}

export interface SignatureOrder {
  readonly seed: string;
  readonly index: number;
  readonly recordedAt: UnixMillis;
  readonly subject: string;
  readonly of: HexDigest;
  readonly cms: Uint8Array;
}

export function signatureEntry(order: SignatureOrder, bends: SignatureBends): OpenEntry {
  const { seed, index, recordedAt, subject, of, cms } = order;
  const author = 'key:7f3a';
  const authorOpener = personOpener(derived(`${seed} tags ${author}`), 'author');
  const subjectOpener = personOpener(derived(`${seed} tags ${subject}`), 'subject');
  const header = bends.signatureHeader({
    author,
    of,
    payload: describePayload(CMS_MEDIA_TYPE, cms),
    retention: 'default',
    subject,
  });
  const headerBytes = utf8(formatHeader(header));
  const [headerSalt, payloadSalt] = salts(seed, index);
  const statement = bends.signature({
    kind: 'signature',
    index: index as LeafIndex,
    recordedAt,
    header: commit(headerSalt, headerBytes),
    of,
    payload: commit(payloadSalt, cms),
    tags: { author: tagOf(authorOpener, author), subject: tagOf(subjectOpener, subject) },
  });
  return {
    statement: formatStatement(statement),
    header: { bytes: headerBytes, salt: headerSalt },
    payload: { bytes: cms, salt: payloadSalt },
    openers: { author: authorOpener, subject: subjectOpener },
  };
}

/** A record that is there so that the tree has more than one. */
export function fillerStatement(seed: string, index: number, recordedAt: UnixMillis): Uint8Array {
  const hash = (what: string): HexDigest => digestToHex(derived(`${seed} ${what} ${index}`));
  return formatStatement({
    kind: 'record',
    index: index as LeafIndex,
    recordedAt,
    header: hash('header'),
    payload: hash('payload'),
    tags: { author: hash('author'), key: hash('key'), subject: hash('subject') },
    type: 'tradle.Application',
  });
}

function salts(seed: string, index: number): [header: Uint8Array, payload: Uint8Array] {
  return [derived(`${seed} header salt ${index}`), derived(`${seed} payload salt ${index}`)];
}
