/**
 * Reads containers (docs/formats/asic.md), which may be hostile: the archive strictly, then what of it is data
 * and what is about the data. Whether that holds together is for `internal/check-container`.
 */
import { utf8ToString } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import {
  ASIC_TYPES,
  type AsicKind,
  COLLECTION_NAME,
  CONTAINER_LIMITS,
  EVIDENCE_NAME,
  META_FOLDER,
  MIMETYPE,
  README_NAME,
} from './asic-container.js';
import { EvidenceError } from './evidence-error.js';
import { CONTAINER_FORMAT, README_HEAD } from './internal/container-readme.js';
import { unreadable } from './internal/unreadable-container.js';
import type { ZipMember } from './internal/zip-layout.js';
import { isZip, readZip, type ZipLimits } from './internal/zip-reader.js';

export interface AsicContainer {
  readonly kind: AsicKind;
  /** Data objects, in the order of the archive. */
  readonly files: readonly ZipMember[];
  /** What is in `META-INF`, in the order of the archive. */
  readonly meta: readonly ZipMember[];
  /** The file of evidence, or the collection; one of `files`. */
  readonly evidence: ZipMember;
}

/** By content: names lie. */
export function isContainer(bytes: Uint8Array): boolean {
  return isZip(bytes);
}

/** @throws EvidenceError EVIDENCE_MALFORMED for what is no container, EVIDENCE_FORMAT_NEWER. */
export function readContainer(
  bytes: Uint8Array,
  limits: ZipLimits = CONTAINER_LIMITS,
): AsicContainer {
  const [first, ...members] = readZip(bytes, limits);
  if (first?.name !== MIMETYPE || !first.isPlain)
    throw unreadable('it does not begin with its type');
  const kind = kindOf(first.bytes);
  const isMeta = ({ name }: ZipMember): boolean => name.toUpperCase().startsWith(META_FOLDER);
  const files = members.filter((member) => !isMeta(member));
  refuseNewer(files);
  return { kind, files, meta: members.filter(isMeta), evidence: evidenceOf(kind, files) };
}

function kindOf(bytes: Uint8Array): AsicKind {
  const type = asciiOf(bytes);
  const kind = (Object.keys(ASIC_TYPES) as AsicKind[]).find((each) => ASIC_TYPES[each] === type);
  if (kind === undefined) throw unreadable('its type is not that of a signature container');
  return kind;
}

/** Nothing else in a newer one need be as this version knows it. */
function refuseNewer(files: readonly ZipMember[]): void {
  const readme = files.find(({ name }) => name === README_NAME);
  const head = readme === undefined ? '' : asciiOf(readme.bytes.subarray(0, 64));
  const [, number] = new RegExp(`^${README_HEAD}([0-9]{1,9})\n`).exec(head) ?? [];
  const format = number === undefined ? CONTAINER_FORMAT : Number(number);
  if (format > CONTAINER_FORMAT)
    throw new EvidenceError(
      'EVIDENCE_FORMAT_NEWER',
      `the container has format ${format}; this version reads ${CONTAINER_FORMAT}`,
    );
}

function evidenceOf(kind: AsicKind, files: readonly ZipMember[]): ZipMember {
  if (kind === 'asic-s') {
    const [only] = files;
    if (only?.name === EVIDENCE_NAME) return only;
    throw unreadable(
      'it holds an object and its signature, which any validator of signatures reads, and no evidence',
    );
  }
  const found = files.filter(({ name }) => name === EVIDENCE_NAME || name === COLLECTION_NAME);
  const [evidence] = found;
  if (evidence === undefined || found.length > 1)
    throw unreadable(`it does not have just one of ${EVIDENCE_NAME} and ${COLLECTION_NAME}`);
  return evidence;
}

/** Empty if it is something else. */
function asciiOf(bytes: Uint8Array): string {
  try {
    return bytes.length > 64 ? '' : utf8ToString(bytes);
  } catch (cause) {
    if (cause instanceof BaseError) return '';
    throw cause;
  }
}
