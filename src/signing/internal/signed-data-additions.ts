/**
 * Adds to the sets of a CMS SignedData and leaves all else as it stands. What is there is copied,
 * not encoded anew: signatures and time-stamps cover those bytes, and only lengths around them
 * change. Serves signatures and time-stamp tokens alike, which are SignedData too.
 */
import { toHex } from '../../base/bytes.js';
import {
  CMS_LIMITS,
  parseSignedData,
  type SignedData,
  type SignedDataKind,
} from '../cms-signed-data.js';
import { DerFields } from '../der-fields.js';
import { derBytes, type DerNode, readDer } from '../der-reader.js';
import { contextTag } from '../der-tag.js';
import { readExplicit, readSetOf } from '../der-values.js';
import { derExplicit, derInteger, derSequence, derSetOf } from '../der-writer.js';
import { OID } from '../oids.js';
import { SigningError } from '../signing-error.js';

/** DER of the elements. One that is there already is not added again. */
export interface SignedDataAdditions {
  readonly digestAlgorithms?: readonly Uint8Array[];
  readonly certificates?: readonly Uint8Array[];
  /** RevocationInfoChoices. */
  readonly revocations?: readonly Uint8Array[];
  /** To the one SignerInfo: Attributes. */
  readonly unsignedAttributes?: readonly Uint8Array[];
}

/**
 * @param cms a ContentInfo as `parseSignedData` reads it.
 * @returns another that it reads; the same bytes if there was nothing to add.
 * @throws SigningError CMS_MALFORMED for what it does not read, AUGMENTATION_REFUSED if it must not
 *   grow, or if what is to be added is no DER, or more than would be read again.
 */
export function addToSignedData(
  cms: Uint8Array,
  additions: SignedDataAdditions,
  kind: SignedDataKind = 'signature',
): Uint8Array {
  assertMayGrow(parseSignedData(cms, kind));
  try {
    // One value each: a set would take two written together for two elements, and none for nothing.
    for (const elements of Object.values(additions))
      for (const element of elements) readDer(element, CMS_LIMITS);
    const augmented = rebuild(readDer(cms, CMS_LIMITS), additions);
    parseSignedData(augmented, kind);
    return augmented;
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    throw new SigningError(
      'AUGMENTATION_REFUSED',
      `with what is to be added, the signature could not be read again: ${cause.message}`,
      { cause },
    );
  }
}

/**
 * EN 319 122-1 §5.5.3: older kinds of archive time-stamps cover the whole of certificates, crls and
 * unsignedAttrs, so that every addition breaks them.
 */
function assertMayGrow({ signer }: SignedData): void {
  if (signer.unsignedAttributes.some(({ type }) => OLDER_ARCHIVES.has(type)))
    throw new SigningError(
      'AUGMENTATION_REFUSED',
      'the signature has an archive time-stamp of an older kind, which any addition would break',
    );
}

const OLDER_ARCHIVES: ReadonlySet<string> = new Set([
  OID.archiveTimeStampV1,
  OID.archiveTimeStampV2,
  OID.longTermValidation,
]);

/** SignedData of RFC 5652 §5.1, whose order of fields `parseSignedData` has checked. */
function rebuild(contentInfo: DerNode, additions: SignedDataAdditions): Uint8Array {
  const outer = DerFields.of(contentInfo);
  const contentType = derBytes(outer.next());
  const fields = DerFields.of(readExplicit(outer.next(), contextTag(0)));
  const version = derBytes(fields.next());
  const digestAlgorithms = fields.next();
  const encapsulated = derBytes(fields.next());
  const certificates = fields.optional(contextTag(0));
  const revocations = fields.optional(contextTag(1));
  const [signerInfo] = readSetOf(fields.next());
  if (signerInfo === undefined) throw new SigningError('CMS_MALFORMED', 'CMS: there is no signer');

  const allRevocations = union(revocations, additions.revocations);
  const signedData = derSequence(
    allRevocations.some(isOtherFormat) ? VERSION_5 : version,
    derSetOf(union(digestAlgorithms, additions.digestAlgorithms)),
    encapsulated,
    ...implicitSet(0, union(certificates, additions.certificates)),
    ...implicitSet(1, allRevocations),
    derSetOf([rebuildSigner(signerInfo, additions.unsignedAttributes)]),
  );
  return derSequence(contentType, derExplicit(0, signedData));
}

function rebuildSigner(signerInfo: DerNode, additions: readonly Uint8Array[] = []): Uint8Array {
  const unsigned = signerInfo.children[SIGNED_FIELDS];
  return derSequence(
    ...signerInfo.children.slice(0, SIGNED_FIELDS).map(derBytes),
    ...implicitSet(1, union(unsigned, additions)),
  );
}

/** version, sid, digestAlgorithm, signedAttrs, signatureAlgorithm, signature. */
const SIGNED_FIELDS = 6;
/** RFC 5652 §5.1: once there is revocation information in another format than a CRL. */
const VERSION_5 = derInteger(5);

function union(present: DerNode | undefined, added: readonly Uint8Array[] = []): Uint8Array[] {
  const elements = new Map<string, Uint8Array>();
  for (const element of [...(present?.children ?? []).map(derBytes), ...added])
    elements.set(toHex(element), element);
  return [...elements.values()];
}

/** Absent where empty, as RFC 5652 has its OPTIONAL sets. */
function implicitSet(number: number, elements: readonly Uint8Array[]): readonly Uint8Array[] {
  return elements.length === 0 ? [] : [derSetOf(elements, contextTag(number))];
}

function isOtherFormat(choice: Uint8Array): boolean {
  return choice[0] === contextTag(1);
}
