/**
 * No altered container passes for the one it was made from: seeded alterations of ASiC-E and ASiC-S, of archive,
 * manifest, signatures and files. Each fails or is refused, raises nothing else, and costs less than a second of
 * this thread. What may differ, because it says nothing, is named in `FREEDOMS` and in docs/formats/asic.md.
 *
 * `npm test` takes a fixed share; `SUITE=long` ten times as many, and `FROM` and `TO` any others.
 */
import { describe, expect, it } from '@jest/globals';
import { utf8, utf8ToString } from '../../src/base/bytes.js';
import { type ContainerFile, EVIDENCE_NAME } from '../../src/evidence/asic-container.js';
import { completeAsic, type PreparedAsic, prepareAsicE } from '../../src/evidence/asic-writer.js';
import { EvidenceError } from '../../src/evidence/evidence-error.js';
import { type FileReport, verifyBytes } from '../../src/evidence/verify-file.js';
import { bytesAltered } from '../support/byte-alterations.js';
import { type Alteration, offences } from '../support/offences.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, timeLimit } from '../support/suite.js';
import { byteMutation } from './support/byte-mutations.js';
import { containerAltered } from './support/container-alterations.js';
import {
  collectionContainer,
  containerOfOthers,
  entryContainer,
  entryFiles,
  sealed,
  singleContainer,
  type TestContainer,
} from './support/containers.js';
import { makeZip, type Part } from './support/hand-made-zip.js';
import { manifestAltered, meaningOf } from './support/manifest-alterations.js';
import { differences, partsOf } from './support/zip-taken-apart.js';

/** What of an archive says nothing of what is in it; the report is then the same, but for the file. */
const FREEDOMS: ReadonlySet<string> = new Set([
  'maker',
  'attributes',
  'time',
  'version',
  'flags',
  'compression',
  'order',
]);
/** Names of manifests are in no manifest. */
const MANIFEST = /^META-INF\/ASiCManifest[A-Za-z0-9._-]*\.xml$/;

function isFree(difference: string): boolean {
  return FREEDOMS.has(difference) || MANIFEST.test(difference);
}

/** Of a report all but which file it is about, and in which order its members stand. */
function said({ container, ...report }: FileReport): unknown {
  const files = container?.files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { ...report, file: null, container: { ...container, files } };
}

/** Tells those that are taken for the one they were made from, though they are not. */
function taking({ bytes: original, trust }: TestContainer) {
  const genuine = said(verifyBytes(original, trust));
  return (bytes: Uint8Array): false | string => {
    const report = verifyBytes(bytes, trust);
    if (report.result === 'failed') return false;
    const found = differences(original, bytes);
    const strange = found.filter((each) => !isFree(each));
    if (found.length === 0 || strange.length > 0) return `differs in ${strange.join(', ')}`;
    return isEqual(said(report), genuine)
      ? false
      : `another report, and no more than ${found.join(', ')}`;
  };
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

describe('an altered container', () => {
  const CASES: readonly (readonly [string, TestContainer, number])[] = [
    ['of an entry', entryContainer(), 300],
    ['of an entry, as others write it', containerOfOthers(), 200],
    ['of one file', singleContainer(), 150],
    ['of a collection', collectionContainer(), 60],
  ];

  it.each(CASES)(
    '%s does not pass',
    (_, container, share) => {
      const { bytes: original, trust } = container;
      expect(verifyBytes(original, trust).result).not.toBe('failed');
      const found = offences(caseNumbers(share, 10 * share), {
        alter: (seed) => containerAltered(original, seed),
        isTheSame: (bytes) => isSame(bytes, original),
        isTaken: taking(container),
        refusal: EvidenceError,
      });
      expect(found).toEqual([]);
    },
    timeLimit,
  );
});

/** Each of `FREEDOMS`, and the name of a manifest. */
describe('an altered container says the same', () => {
  const { bytes: original, trust } = entryContainer();
  const ofFiles = (change: (part: Part) => Part) => (parts: readonly Part[]) =>
    parts.map((part, at) => (at === 0 ? part : change(part)));
  const NAMED: Readonly<Record<string, (parts: readonly Part[]) => readonly Part[]>> = {
    maker: ofFiles((part) => ({ ...part, madeBy: 0x031e })),
    attributes: ofFiles((part) => ({ ...part, attributes: Buffer.from([1, 0, 0, 0, 0xa4, 0x81]) })),
    time: ofFiles((part) => ({ ...part, time: 0x5c6d_7a8b })),
    version: ofFiles((part) => ({ ...part, version: 10 })),
    flags: ofFiles((part) => ({ ...part, flags: 1 << 11 })),
    compression: ofFiles(({ name, content }) => ({ name, content, method: 8, time: 0x0021_0000 })),
    order: ([first, ...others]) => [...(first === undefined ? [] : [first]), ...others.reverse()],
    'META-INF/ASiCManifest.xml': ofFiles((part) =>
      MANIFEST.test(part.name) ? { ...part, name: 'META-INF/ASiCManifest.xml' } : part,
    ),
  };

  it('in these only', () => {
    expect(Object.keys(NAMED).filter((each) => !MANIFEST.test(each))).toEqual([...FREEDOMS]);
  });

  it.each(Object.entries(NAMED))('with another: %s', (what, change) => {
    const altered = makeZip(change(partsOf(original)));
    expect(differences(original, altered)).toContain(what);
    expect(differences(original, altered).filter((each) => !isFree(each))).toEqual([]);
    const report = verifyBytes(altered, trust);
    expect(said(report)).toEqual(said(verifyBytes(original, trust)));
    expect(report.file.sha256).not.toBe(verifyBytes(original, trust).file.sha256);
  });
});

/** With a true seal: what only its operator could make, or who has the key. */
describe('an altered container that is sealed anew', () => {
  const { bytes: genuine, trust } = entryContainer();
  const prepared = prepareAsicE(entryFiles());
  const manifest = utf8ToString(prepared.toBeSigned);

  function resealed({ members, signature }: PreparedAsic, toBeSigned: Uint8Array): Uint8Array {
    const others = members.map((each) =>
      MANIFEST.test(each.name) ? { ...each, bytes: toBeSigned } : each,
    );
    return completeAsic({ members: others, signature, toBeSigned }, sealed(toBeSigned));
  }

  it(
    'does not pass with a manifest that does not say the same',
    () => {
      const report = said(verifyBytes(genuine, trust));
      let altered = '';
      const found = offences(caseNumbers(150, 1_500), {
        alter: (seed) => {
          const { text, what } = manifestAltered(manifest, new SeededChoice(`manifest ${seed}`));
          altered = text;
          return { bytes: resealed(prepared, utf8(text)), what };
        },
        isTheSame: () => altered === manifest,
        isTaken: (bytes) => {
          const found = verifyBytes(bytes, trust);
          if (found.result === 'failed') return false;
          if (meaningOf(altered) !== meaningOf(manifest)) return altered;
          return isEqual(said(found), report) ? false : 'says the same, and has another report';
        },
        refusal: EvidenceError,
      });
      expect(found).toEqual([]);
    },
    timeLimit,
  );

  it(
    'does not pass with a file that the evidence does not give, nor with other evidence',
    () => {
      const found = offences(caseNumbers(80, 800), {
        alter: (seed) => {
          const { files, what } = filesAltered(entryFiles(), seed);
          const listed = prepareAsicE(files);
          return { bytes: resealed(listed, listed.toBeSigned), what };
        },
        isTheSame: () => false,
        isTaken: (bytes) => verifyBytes(bytes, trust).result !== 'failed',
        refusal: EvidenceError,
      });
      expect(found).toEqual([]);
    },
    timeLimit,
  );
});

/** Never what they were. */
function filesAltered(
  files: readonly ContainerFile[],
  seed: number,
): { readonly files: readonly ContainerFile[]; readonly what: string } {
  const random = new SeededChoice(`files ${seed}`);
  const at = random.below(files.length);
  const file = random.pick(files.slice(at, at + 1));
  const { bytes, what } = otherBytes(file, random, seed);
  switch (random.below(6)) {
    case 0:
      return { files: files.toSpliced(at, 1), what: `without ${file.name}` };
    case 1: {
      const added = { ...file, name: `signatures/${String(3 + random.below(900))}.p7s` };
      return { files: [...files, added], what: `${file.name} as ${added.name}` };
    }
    default:
      return { files: files.with(at, { ...file, bytes }), what: `${file.name}: ${what}` };
  }
}

function otherBytes(file: ContainerFile, random: SeededChoice, seed: number): Alteration {
  for (;;) {
    const altered =
      file.name === EVIDENCE_NAME
        ? byteMutation(file.bytes, seed)
        : bytesAltered(file.bytes, random);
    if (!isSame(altered.bytes, file.bytes)) return altered;
  }
}
