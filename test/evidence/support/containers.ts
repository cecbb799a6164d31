/** Containers of the examples in docs/formats, sealed by an authority of the tests, and what can be made of them. */
import { utf8, utf8ToString } from '../../../src/base/bytes.js';
import {
  CONTAINER_LIMITS,
  type ContainerFile,
  EVIDENCE_NAME,
} from '../../../src/evidence/asic-container.js';
import { collectionContents, evidenceContents } from '../../../src/evidence/asic-contents.js';
import { formatManifest } from '../../../src/evidence/asic-manifest.js';
import { completeAsic, prepareAsicE, prepareAsicS } from '../../../src/evidence/asic-writer.js';
import type { ZipMember } from '../../../src/evidence/internal/zip-layout.js';
import { readZip } from '../../../src/evidence/internal/zip-reader.js';
import { writeZip } from '../../../src/evidence/internal/zip-writer.js';
import { parseCollection } from '../../../src/evidence/parse-collection.js';
import { parseEvidence } from '../../../src/evidence/parse-evidence.js';
import { mergeTrust, NO_TRUST, type Trust } from '../../../src/evidence/trust.js';
import { trustAnchorFrom } from '../../../src/signing/trust-anchor.js';
import { issueCa, issueTo, signCades } from '../../signing/support/test-pki.js';
import { readCollectionExample, readExample } from './example.js';
import { descriptor, makeZip, type Part } from './hand-made-zip.js';

export const ROOT = issueCa({ name: 'Root of the operator' });
const SEAL = issueTo({ name: 'Seal of the operator', issuer: ROOT });
const STRANGER = issueTo({ name: 'Somebody', issuer: issueCa({ name: 'Root of somebody' }) });

export interface TestContainer {
  readonly bytes: Uint8Array;
  /** Of the operator's parts, its seal's root among them. */
  readonly trust: Trust;
}

export function sealed(content: Uint8Array, by: 'operator' | 'stranger' = 'operator'): Uint8Array {
  return signCades(by === 'operator' ? SEAL : STRANGER, content);
}

export function entryFiles(): ContainerFile[] {
  const { evidence } = readExample();
  return evidenceContents(evidence, parseEvidence(evidence));
}

/** @param files in the place of those that belong in it. */
export function entryContainer(
  files: readonly ContainerFile[] = entryFiles(),
  by: 'operator' | 'stranger' = 'operator',
): TestContainer {
  return { bytes: sealedFiles(files, by), trust: trusting(readExample().trust) };
}

export function collectionContainer(): TestContainer {
  const { evidence, trust } = readCollectionExample();
  const files = collectionContents(evidence, parseCollection(evidence));
  return { bytes: sealedFiles(files), trust: trusting(trust) };
}

/** ASiC-S of the evidence of an entry. */
export function singleContainer(): TestContainer {
  const { evidence, trust } = readExample();
  const prepared = prepareAsicS({
    name: EVIDENCE_NAME,
    mediaType: 'application/json',
    bytes: evidence,
  });
  return { bytes: completeAsic(prepared, sealed(prepared.toBeSigned)), trust: trusting(trust) };
}

/** The same of an entry as a tool of others writes it: compressed, and with another signature over a manifest in its own words. */
export function containerOfOthers(): TestContainer {
  const { bytes, trust } = entryContainer();
  const prefixed = manifestOfOthers();
  const added = [
    ...readZip(bytes, CONTAINER_LIMITS),
    { name: 'META-INF/ASiCManifest002.xml', bytes: prefixed },
    { name: 'META-INF/signature002.p7s', bytes: sealed(prefixed, 'stranger') },
  ];
  const parts = added.map(({ name, bytes: content }, at): Part => {
    const common = { name, content, madeBy: 0x031e, time: 0x5c6d_7a8b };
    if (at === 0) return common;
    return at % 3 === 0
      ? { ...common, method: 8 }
      : { ...common, method: 8, flags: 8, after: descriptor(content, at % 2 === 0) };
  });
  return { bytes: makeZip(parts), trust };
}

/** A manifest over the files of an entry, for the signature 2: with prefixes, and white space between elements. */
export function manifestOfOthers(): Uint8Array {
  const manifest = formatManifest(entryFiles(), 'META-INF/signature002.p7s');
  return utf8(
    utf8ToString(manifest)
      .replaceAll(/<(\/?)(ASiC|Sig|Data)/g, '<$1asic:$2')
      .replace('xmlns=', 'xmlns:asic=')
      .replaceAll('><', '>\n  <'),
  );
}

export function trusting(trust: Trust): Trust {
  const certificates = [trustAnchorFrom(ROOT.certificate)];
  return mergeTrust(trust, { ...NO_TRUST, certificates });
}

/** The same archive with other members, whose digests nobody lists anew. */
export function bent(
  container: Uint8Array,
  bend: (members: readonly ZipMember[]) => readonly ZipMember[],
): Uint8Array {
  return writeZip(bend(readZip(container, CONTAINER_LIMITS)));
}

function sealedFiles(
  files: readonly ContainerFile[],
  by: 'operator' | 'stranger' = 'operator',
): Uint8Array {
  const prepared = prepareAsicE(files);
  return completeAsic(prepared, sealed(prepared.toBeSigned, by));
}
