/** Containers of evidence after EN 319 162-1, ASiC (docs/formats/asic.md): what they hold, and how much they may. */
import { MAX_COLLECTION_BYTES } from './collection-file.js';
import type { ZipMember } from './internal/zip-layout.js';
import type { ZipLimits } from './internal/zip-reader.js';

/** By the kind of container. */
export const ASIC_TYPES = {
  'asic-e': 'application/vnd.etsi.asic-e+zip',
  'asic-s': 'application/vnd.etsi.asic-s+zip',
} as const;
export type AsicKind = keyof typeof ASIC_TYPES;

/** A data object: what is signed. */
export interface ContainerFile extends ZipMember {
  readonly mediaType: string;
}

export const MIMETYPE = 'mimetype';
export const SIGNATURE_TYPE = 'application/pkcs7-signature';
/** Everything below it is about the container. */
export const META_FOLDER = 'META-INF/';
export const ASIC_S_SIGNATURE = `${META_FOLDER}signature.p7s`;
export const EVIDENCE_NAME = 'evidence.json';
export const COLLECTION_NAME = 'collection.json';
export const README_NAME = 'README.txt';

/** Of one container, by whomever. */
export const MAX_CONTAINER_SIGNATURES = 16;

/** Those of EU DSS for number and ratio: what we take, others can open. */
export const CONTAINER_LIMITS: ZipLimits = {
  maxMembers: 1_000,
  maxBytes: MAX_COLLECTION_BYTES,
  maxTotalBytes: 2 * MAX_COLLECTION_BYTES,
  maxRatio: 100,
  freeBytes: 1024 * 1024,
};
