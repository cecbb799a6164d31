/** The check `container`: what a container lists is what it holds, and what people read in it is what is proven. */
import { equalBytes } from '../../base/bytes.js';
import {
  ASIC_S_SIGNATURE,
  type ContainerFile,
  MAX_CONTAINER_SIGNATURES,
  META_FOLDER,
} from '../asic-container.js';
import { type AsicManifest, matches, parseManifest } from '../asic-manifest.js';
import type { AsicContainer } from '../asic-reader.js';
import { brokenRule, failed, finding, type Outcome, passed, type Rules } from './outcome.js';
import type { ZipMember } from './zip-layout.js';

export interface ContainerSubject {
  readonly container: AsicContainer;
  /** In the order of their names; none of an ASiC-S, whose signature is over its one file. */
  readonly manifests: readonly ReadManifest[];
  /** The data files that the evidence gives; null if something in it cannot be read. */
  readonly expected: readonly ContainerFile[] | null;
}

export interface ReadManifest {
  readonly member: ZipMember;
  /** Null if it is none. */
  readonly manifest: AsicManifest | null;
}

export const CONTAINER_RULES: Rules<ContainerSubject> = {
  'each manifest can be read': ({ container, manifests }) => {
    if (container.kind === 'asic-e' && manifests.length === 0) return finding('container.unsigned');
    const most = MAX_CONTAINER_SIGNATURES;
    if (manifests.length > most) return finding('container.signatures', { count: most });
    const wrong = manifests.find(({ manifest }) => manifest === null);
    return wrong === undefined ? null : finding('container.manifest', { file: wrong.member.name });
  },

  'each signature is there, and over one thing': ({ container, manifests }) => {
    const wanted = signaturesOf(container, manifests);
    const missing = wanted.find(
      (name, at) => memberOf(container.meta, name) === null || wanted.indexOf(name) !== at,
    );
    return missing === undefined ? null : finding('container.signature', { file: missing });
  },

  'nothing else is about the files': ({ container, manifests }) => {
    const known = [
      ...manifests.map(({ member }) => member.name),
      ...signaturesOf(container, manifests),
    ];
    const other = container.meta.find(({ name }) => !known.includes(name));
    return other === undefined ? null : finding('container.unknown', { file: other.name });
  },

  'each manifest lists every file, once, and no other': ({ container, manifests }) => {
    for (const { names } of manifests.map(listed)) {
      const missing = container.files.find(({ name }) => !names.includes(name));
      if (missing !== undefined) return finding('container.not-listed', { file: missing.name });
      const extra = names.find(
        (name, at) => memberOf(container.files, name) === null || names.indexOf(name) !== at,
      );
      if (extra !== undefined) return finding('container.missing', { file: extra });
    }
    return null;
  },

  'each file has the digest that is listed': ({ container, manifests }) => {
    for (const { manifest } of manifests)
      for (const reference of manifest?.references ?? []) {
        const file = memberOf(container.files, reference.name);
        if (file !== null && !matches(reference, file.bytes))
          return finding('container.digest', { file: file.name });
      }
    return null;
  },

  'the files say what the evidence says': ({ container: { files }, expected }) => {
    if (expected === null) return finding('container.contents');
    const stray = files.find(({ name }) => memberOf(expected, name) === null);
    if (stray !== undefined) return finding('container.stray', { file: stray.name });
    const wrong = expected.find(({ name, bytes }) => {
      const file = memberOf(files, name);
      return file === null || !equalBytes(file.bytes, bytes);
    });
    return wrong === undefined ? null : finding('container.differs', { file: wrong.name });
  },
};

export function readManifests({ kind, meta }: AsicContainer): ReadManifest[] {
  if (kind === 'asic-s') return [];
  return meta
    .filter(({ name }) => MANIFEST.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((member, at) => {
      // Those beyond the number that is allowed are counted and not read.
      const isRead = at < MAX_CONTAINER_SIGNATURES;
      return { member, manifest: isRead ? parseManifest(member.bytes) : null };
    });
}

/** Names of the members that are signatures, in the order of what they are over. */
export function signaturesOf(
  { kind }: AsicContainer,
  manifests: readonly ReadManifest[],
): readonly string[] {
  return kind === 'asic-s'
    ? [ASIC_S_SIGNATURE]
    : manifests.flatMap(({ manifest }) => (manifest === null ? [] : [manifest.signature]));
}

export function memberOf<T extends ZipMember>(members: readonly T[], name: string): T | null {
  return members.find((member) => member.name === name) ?? null;
}

export function checkContainer(
  subject: ContainerSubject,
  rules: Rules<ContainerSubject> = CONTAINER_RULES,
): Outcome {
  const broken = brokenRule(rules, subject);
  if (broken !== null) return failed(broken);
  const { files } = subject.container;
  return passed('math', 'container.pass', { count: files.length });
}

const MANIFEST = new RegExp(`^${META_FOLDER}ASiCManifest[A-Za-z0-9._-]*\\.xml$`);

function listed({ manifest }: ReadManifest): { names: readonly string[] } {
  return { names: manifest?.references.map(({ name }) => name) ?? [] };
}
