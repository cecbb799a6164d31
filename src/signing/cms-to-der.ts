/**
 * The DER of a CMS SignedData that came as BER (RFC 5652 allows it), or with sets as they came:
 * certificates, revocation data and attributes are SET OF under IMPLICIT tags, which only the
 * schema knows. Signed attributes are sorted too, because their DER is what is signed (§5.4).
 *
 * What an archive time-stamp has hashed must not be written anew: its hashes are over the bytes as
 * they stand. Such a CMS is taken if nothing hashed changes, and refused otherwise.
 */
import { equalBytes } from '../base/bytes.js';
import { derOf } from './ber-to-der.js';
import { CMS_LIMITS } from './cms-signed-data.js';
import type { DerLimits } from './der-reader.js';
import { contextTag } from './der-tag.js';
import { type BerNode, readBer } from './internal/ber-reader.js';
import { oidToBytes } from './object-identifier.js';
import { OID } from './oids.js';
import { parsing, SigningError } from './signing-error.js';

/**
 * The same bytes if they are DER. What is no SignedData comes back transcoded and is for
 * `parseSignedData` to refuse; a SignedData inside an attribute keeps its sets as they are.
 *
 * @throws SigningError CMS_MALFORMED.
 */
export function cmsToDer(cms: Uint8Array, limits: DerLimits = CMS_LIMITS): Uint8Array {
  return parsing('CMS_MALFORMED', 'CMS', () => {
    const parts = partsOf(readBer(cms, limits));
    const encoded = derOf(parts.contentInfo, parts.sets);
    if (equalBytes(encoded, cms)) return cms;
    if (parts.isArchived && !parts.hashed.every((node) => isDer(node, parts.sets)))
      throw new SigningError(
        'CMS_MALFORMED',
        'CMS: an archive time-stamp covers parts that are not DER, and encoding them anew would break it',
      );
    return encoded;
  });
}

interface CmsParts {
  readonly contentInfo: BerNode;
  readonly sets: ReadonlySet<BerNode>;
  readonly isArchived: boolean;
  /** What an archive-time-stamp-v3 hashes as it stands (EN 319 122-1 §5.5.2 and §5.5.3). */
  readonly hashed: readonly BerNode[];
}

function partsOf(contentInfo: BerNode): CmsParts {
  const signedData = contentInfo.children[1]?.children[0]?.children ?? [];
  const certificates = tagged(signedData, 0);
  const revocation = tagged(signedData, 1);
  const signers = (signedData.at(-1)?.children ?? []).map(({ children }) => {
    // Behind version and identifier, which may be tagged too.
    const fields = children.slice(2);
    const unsigned = tagged(fields, 1);
    const covered = children.filter((field) => !unsigned.includes(field));
    return { signed: tagged(fields, 0), unsigned, covered };
  });
  const attributes = signers.flatMap(({ unsigned }) => unsigned.flatMap(childrenOf));
  return {
    contentInfo,
    sets: new Set([
      ...certificates,
      ...revocation,
      ...signers.flatMap(({ signed, unsigned }) => [...signed, ...unsigned]),
    ]),
    isArchived: attributes.some(isArchiveTimeStamp),
    hashed: [
      ...certificates.flatMap(childrenOf),
      ...revocation.flatMap(childrenOf),
      ...signers.flatMap(({ covered }) => covered),
      ...attributes,
    ],
  };
}

function tagged(nodes: readonly BerNode[], number: number): readonly BerNode[] {
  return nodes.filter(({ tag }) => tag === contextTag(number));
}

function childrenOf({ children }: BerNode): readonly BerNode[] {
  return children;
}

function isDer(node: BerNode, sets: ReadonlySet<BerNode>): boolean {
  return equalBytes(derOf(node, sets), node.bytes);
}

const ARCHIVE_TIME_STAMPS = [
  OID.archiveTimeStampV1,
  OID.archiveTimeStampV2,
  OID.archiveTimeStampV3,
  OID.longTermValidation,
].map(oidToBytes);

function isArchiveTimeStamp({ children: [type] }: BerNode): boolean {
  return type !== undefined && ARCHIVE_TIME_STAMPS.some((oid) => equalBytes(oid, type.content));
}
