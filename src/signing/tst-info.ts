/** TSTInfo (RFC 3161 §2.4.2, profiled by EN 319 422 §5.2): what a time-stamping authority signs. */
import type { UnixMillis } from '../base/brand.js';
import { assert } from '../base/errors.js';
import { DerFields } from './der-fields.js';
import type { DerNode } from './der-reader.js';
import { contextPrimitiveTag, contextTag, TAG } from './der-tag.js';
import {
  readBoolean,
  readExplicit,
  readIntegerBytes,
  readNested,
  readOid,
  readSequence,
  readSmallInteger,
} from './der-values.js';
import { der, derExplicit, derInteger, derOid, derSequence } from './der-writer.js';
import { type DistinguishedName, readName } from './distinguished-name.js';
import { derPreciseTime, readPreciseTime } from './internal/generalized-time.js';
import { derMessageImprint, type MessageImprint, readMessageImprint } from './message-imprint.js';
import { OID } from './oids.js';
import { SigningError } from './signing-error.js';

export interface TstInfo {
  readonly policy: string;
  readonly imprint: MessageImprint;
  /** Contents octets of the INTEGER; unique for each authority. */
  readonly serialNumber: Uint8Array;
  /** Rounded up to milliseconds: see `readPreciseTime`. */
  readonly genTime: UnixMillis;
  /** Either side of genTime, rounded up; null where it is not said, which is not "exact". */
  readonly accuracyMillis: number | null;
  /** That the authority's tokens can be ordered by genTime alone. */
  readonly ordering: boolean;
  /** Contents octets of the INTEGER. */
  readonly nonce: Uint8Array | null;
  /** A hint (§2.4.2): who signed is what the signed attributes say. Null for other kinds of names. */
  readonly tsa: DistinguishedName | null;
  readonly extensions: readonly TstExtension[];
  /** esi4-qtstStatement-1 is there (EN 319 422 §9.1): a claim, as long as no trusted list says so. */
  readonly claimsQualified: boolean;
}

export interface TstExtension {
  readonly oid: string;
  readonly isCritical: boolean;
}

/** Neither serial numbers nor nonces of real authorities come near it. */
export const MAX_TSP_INTEGER_BYTES = 64;
const MAX_EXTENSIONS = 16;

/** @throws SigningError DER_MALFORMED, DER_LIMIT, ALGORITHM_UNSUPPORTED. */
export function readTstInfo(node: DerNode): TstInfo {
  const fields = DerFields.of(node);
  if (readSmallInteger(fields.next()) !== 1) throw malformed('TSTInfo is not of version 1');
  const policy = readOid(fields.next());
  const imprint = readMessageImprint(fields.next());
  const serialNumber = readBoundedInteger(fields.next());
  const genTime = readPreciseTime(fields.next());
  const accuracy = fields.optional(TAG.sequence);
  const ordering = fields.optional(TAG.boolean);
  const nonce = fields.optional(TAG.integer);
  const tsa = fields.optional(contextTag(0));
  const extensions = readTstExtensions(fields.optional(contextTag(1)));
  fields.end();
  return {
    policy,
    imprint,
    serialNumber,
    genTime,
    accuracyMillis: accuracy === undefined ? null : readAccuracy(accuracy),
    ordering: ordering !== undefined && readBoolean(ordering),
    nonce: nonce === undefined ? null : readBoundedInteger(nonce),
    tsa: tsa === undefined ? null : readDirectoryName(tsa),
    ...extensions,
  };
}

/** What an authority of ours says; the rest is absent. The serial number is a positive magnitude. */
export type IssuedTstInfo = Pick<
  TstInfo,
  'policy' | 'imprint' | 'serialNumber' | 'genTime' | 'accuracyMillis' | 'nonce'
> & { readonly tsa: DistinguishedName };

export function derTstInfo(info: IssuedTstInfo): Uint8Array {
  return derSequence(
    derInteger(1),
    derOid(info.policy),
    derMessageImprint(info.imprint),
    derInteger(info.serialNumber),
    derPreciseTime(info.genTime),
    info.accuracyMillis === null ? NOTHING : derAccuracy(info.accuracyMillis),
    // As it came: who asked compares it.
    info.nonce === null ? NOTHING : der(TAG.integer, info.nonce),
    derExplicit(0, derExplicit(4, info.tsa.der)),
  );
}

/** The contents octets of an INTEGER that a stranger chose. */
export function readBoundedInteger(node: DerNode): Uint8Array {
  const bytes = readIntegerBytes(node);
  if (bytes.length > MAX_TSP_INTEGER_BYTES)
    throw malformed(`a number is longer than ${MAX_TSP_INTEGER_BYTES} bytes`);
  return bytes;
}

const NOTHING = new Uint8Array();

function readAccuracy(node: DerNode): number {
  const fields = DerFields.of(node);
  const seconds = fields.optional(TAG.integer);
  const millis = fields.optional(contextPrimitiveTag(0));
  const micros = fields.optional(contextPrimitiveTag(1));
  fields.end();
  return (
    (seconds === undefined ? 0 : readSmallInteger(seconds) * 1_000) +
    (millis === undefined ? 0 : readThousandths(millis)) +
    Math.ceil(micros === undefined ? 0 : readThousandths(micros) / 1_000)
  );
}

function readThousandths(node: DerNode): number {
  const value = readSmallInteger(node, node.tag);
  if (value > 999) throw malformed('a part of an accuracy is above 999');
  return value;
}

function derAccuracy(accuracyMillis: number): Uint8Array {
  assert(Number.isSafeInteger(accuracyMillis) && accuracyMillis > 0, 'whole milliseconds above 0');
  const seconds = Math.floor(accuracyMillis / 1_000);
  const millis = accuracyMillis % 1_000;
  const implicit = derInteger(millis).slice();
  implicit[0] = contextPrimitiveTag(0);
  return derSequence(
    seconds === 0 ? NOTHING : derInteger(seconds),
    millis === 0 ? NOTHING : implicit,
  );
}

/** GeneralName is a CHOICE, so the tag around it is EXPLICIT, and so is the one of a Name within. */
function readDirectoryName(node: DerNode): DistinguishedName | null {
  const name = readExplicit(node, contextTag(0));
  return name.tag === contextTag(4) ? readName(readExplicit(name, contextTag(4))) : null;
}

function readTstExtensions(
  node: DerNode | undefined,
): Pick<TstInfo, 'extensions' | 'claimsQualified'> {
  const elements = node === undefined ? [] : readSequence(node, contextTag(1));
  if (elements.length > MAX_EXTENSIONS) throw malformed(`more than ${MAX_EXTENSIONS} extensions`);
  const extensions: TstExtension[] = [];
  let claimsQualified = false;
  for (const element of elements) {
    const fields = DerFields.of(element);
    const oid = readOid(fields.next());
    const critical = fields.optional(TAG.boolean);
    const value = fields.next();
    fields.end();
    if (extensions.some((other) => other.oid === oid)) throw malformed('an extension occurs twice');
    extensions.push({ oid, isCritical: critical !== undefined && readBoolean(critical) });
    if (oid === OID.qcStatements) claimsQualified = statesQualified(readNested(value));
  }
  return { extensions, claimsQualified };
}

function statesQualified(statements: DerNode): boolean {
  return readSequence(statements).some(
    (statement) => readOid(DerFields.of(statement).next()) === OID.qualifiedTimeStamp,
  );
}

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
