/**
 * Writes containers (docs/formats/asic.md) in two steps, because the signature comes from elsewhere and may
 * be of any level:
 *
 *     const prepared = prepareAsicE(evidenceContents(bytes, file));
 *     const container = completeAsic(prepared, await seal.seal(prepared.toBeSigned, now));
 *
 * The same files and the same signature give the same bytes. Nothing is verified here.
 */
import { utf8 } from '../base/bytes.js';
import {
  ASIC_S_SIGNATURE,
  ASIC_TYPES,
  type AsicKind,
  type ContainerFile,
  META_FOLDER,
  MIMETYPE,
} from './asic-container.js';
import { formatManifest } from './asic-manifest.js';
import type { ZipMember } from './internal/zip-layout.js';
import { writeZip } from './internal/zip-writer.js';

export interface PreparedAsic {
  /** What a detached CMS is to be made over. */
  readonly toBeSigned: Uint8Array;
  /** All but the signature, which comes last. */
  readonly members: readonly ZipMember[];
  readonly signature: string;
}

/** One signature over a manifest of all the files. */
export function prepareAsicE(files: readonly ContainerFile[]): PreparedAsic {
  const manifest = formatManifest(files, SIGNATURE);
  const members = [mimetype('asic-e'), ...files, { name: MANIFEST, bytes: manifest }];
  return { toBeSigned: manifest, members, signature: SIGNATURE };
}

/** One signature over one file, which may have been made long ago. */
export function prepareAsicS(file: ContainerFile): PreparedAsic {
  const members = [mimetype('asic-s'), file];
  return { toBeSigned: file.bytes, members, signature: ASIC_S_SIGNATURE };
}

/** @param cms DER of a detached CMS over `toBeSigned`, of any level. */
export function completeAsic({ members, signature }: PreparedAsic, cms: Uint8Array): Uint8Array {
  return writeZip([...members, { name: signature, bytes: cms }]);
}

const MANIFEST = `${META_FOLDER}ASiCManifest001.xml`;
const SIGNATURE = `${META_FOLDER}signature001.p7s`;

function mimetype(kind: AsicKind): ZipMember {
  return { name: MIMETYPE, bytes: utf8(ASIC_TYPES[kind]) };
}
