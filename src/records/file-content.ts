/** What a record of the type `chirograph.File` says of the content that it brings (docs/formats/files.md). */
import { parseCanonicalJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import type { HexDigest } from '../base/hex-digest.js';
import { COUNT, DIGEST, isJsonObject } from '../base/json-members.js';
import { FILE_MEDIA_TYPE } from './attachment.js';

export const FILE_TYPE = 'chirograph.File';

export interface FileContent {
  readonly mediaType: string;
  readonly sha256: HexDigest;
  /** Bytes. */
  readonly size: number;
}

/**
 * Whatever else it says is for the folder of files to read.
 *
 * @param payload of a `chirograph.File`.
 * @returns null of one that brings no content: a delete marker, or a change of what is said of a version.
 */
export function fileContentIn(payload: Uint8Array): FileContent | null {
  const said = read(payload);
  if (said === null || !isJsonObject(said) || said['action'] !== 'put') return null;
  const mediaType = FILE_MEDIA_TYPE.read(said['mediaType'] ?? null);
  const sha256 = DIGEST.read(said['sha256'] ?? null);
  const size = COUNT.read(said['size'] ?? null);
  return mediaType === null || sha256 === null || size === null
    ? null
    : { mediaType, sha256, size };
}

function read(payload: Uint8Array) {
  try {
    return parseCanonicalJson(payload);
  } catch (cause) {
    if (cause instanceof BaseError) return null;
    throw cause;
  }
}
