import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { unzipSync, zipSync } from 'fflate';
import { utf8, utf8ToString } from '../../src/base/bytes.js';
import { type ContainerFile, EVIDENCE_NAME } from '../../src/evidence/asic-container.js';
import { formatManifest } from '../../src/evidence/asic-manifest.js';
import { readContainer } from '../../src/evidence/asic-reader.js';
import { completeAsic, prepareAsicE, prepareAsicS } from '../../src/evidence/asic-writer.js';
import {
  checkContainer,
  CONTAINER_RULES,
  readManifests,
} from '../../src/evidence/internal/check-container.js';
import { COLLECTION_README, ENTRY_README } from '../../src/evidence/internal/container-readme.js';
import type { ZipMember } from '../../src/evidence/internal/zip-layout.js';
import { CATALOGUES } from '../../src/evidence/languages.js';
import { reportAsJson } from '../../src/evidence/report-json.js';
import { reportAsText } from '../../src/evidence/report-text.js';
import { NO_TRUST, type Trust } from '../../src/evidence/trust.js';
import { verifyBytes } from '../../src/evidence/verify-file.js';
import {
  bent,
  collectionContainer,
  entryContainer,
  entryFiles,
  manifestOfOthers,
  sealed,
} from './support/containers.js';
import { readExample } from './support/example.js';
import { edited, set } from './support/json-edit.js';

const { bytes: container, trust } = entryContainer();

function failing(bytes: Uint8Array, by: Trust = trust): readonly string[] {
  return verifyBytes(bytes, by)
    .checks.filter(({ result }) => result === 'fail' || result === 'not-done')
    .map(({ id, code }) => `${id}: ${code}`);
}

function replaced(name: string, bytes: Uint8Array): (members: readonly ZipMember[]) => ZipMember[] {
  return (members) => members.map((each) => (each.name === name ? { name, bytes } : each));
}

function without(name: string): (members: readonly ZipMember[]) => ZipMember[] {
  return (members) => members.filter((each) => each.name !== name);
}

function renamed(name: string, to: string): (members: readonly ZipMember[]) => ZipMember[] {
  return (members) => members.map((each) => (each.name === name ? { ...each, name: to } : each));
}

describe('a container of an entry', () => {
  it('is verified as the evidence in it, and by whom it is sealed', () => {
    const report = verifyBytes(container, trust);
    expect(report.result).toBe('verified');
    expect(report.checks.slice(0, 3)).toMatchObject([
      { id: 'container', result: 'pass', word: 'math' },
      { id: 'container-signature:1', result: 'pass', word: 'trust' },
      { id: 'format' },
    ]);
    const alone = verifyBytes(readExample().evidence, trust);
    expect(report.checks.slice(2)).toEqual(alone.checks);
    expect(report.file.size).toBe(container.length);
    expect(report.container).toMatchObject({
      kind: 'asic-e',
      signatures: [{ signer: { name: 'Seal of the operator' }, indication: 'TOTAL-PASSED' }],
    });
    expect(report.container?.files.map(({ name }) => name)).toEqual([
      'evidence.json',
      'statement.json',
      'payload.json',
      'batch.json',
      'signatures/001.p7s',
      'signatures/002.p7s',
      'signatures/003.p7s',
      'README.txt',
    ]);
  });

  it('never vouches for itself', () => {
    expect(verifyBytes(container, readExample().trust)).toMatchObject({ result: 'consistent' });
    expect(verifyBytes(container, NO_TRUST)).toMatchObject({ result: 'consistent' });
    const byStranger = verifyBytes(entryContainer(undefined, 'stranger').bytes, trust);
    expect(byStranger.result).toBe('consistent');
    expect(byStranger.checks[1]).toMatchObject({
      code: 'container-signature.pass-self',
      word: 'self',
    });
  });

  it('says so to people in their language, and to programs', () => {
    const report = verifyBytes(container, trust);
    expect(reportAsText(report)).toContain('ASiC-E with CAdES (EN 319 162-1), 8 files');
    expect(reportAsText(report, CATALOGUES.de)).toContain('Der Container enthält, was er aufführt');
    expect(JSON.parse(reportAsJson(report))).toMatchObject({
      container: { kind: 'asic-e', files: [{ name: EVIDENCE_NAME }, {}, {}, {}, {}, {}, {}, {}] },
    });
  });

  it('is the same bytes for the same signature, whatever the time zone', () => {
    const prepared = prepareAsicE(entryFiles());
    const cms = sealed(prepared.toBeSigned);
    const once = completeAsic(prepared, cms);
    const zone = process.env['TZ'];
    try {
      process.env['TZ'] = 'Pacific/Chatham';
      expect(completeAsic(prepareAsicE(entryFiles()), cms)).toEqual(once);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it('begins with its type where `file` looks for it', () => {
    expect(utf8ToString(container.subarray(30, 38))).toBe('mimetype');
    const type = 'application/vnd.etsi.asic-e+zip';
    expect(utf8ToString(container.subarray(38, 38 + type.length))).toBe(type);
  });

  it('may be compressed by others, and signed by others too', () => {
    const files = unzipSync(container);
    const mimetype = files['mimetype'] ?? new Uint8Array();
    const prefixed = manifestOfOthers();
    const added = zipSync({
      ...files,
      mimetype: [mimetype, { level: 0 }],
      'META-INF/ASiCManifest002.xml': prefixed,
      'META-INF/signature002.p7s': sealed(prefixed, 'stranger'),
    });
    const report = verifyBytes(added, trust);
    expect(report.checks.slice(0, 3)).toMatchObject([
      { id: 'container', result: 'pass' },
      { id: 'container-signature:1', word: 'trust' },
      { id: 'container-signature:2', word: 'self' },
    ]);
    expect(report.result).toBe('consistent');
  });
});

describe('a container that was altered', () => {
  const other = utf8('something else');
  const manifest = utf8ToString(prepareAsicE(entryFiles()).toBeSigned);
  const rewritten = (from: string | RegExp, to: string) =>
    replaced('META-INF/ASiCManifest001.xml', utf8(manifest.replace(from, to)));
  const reference = /<DataObjectReference URI="README.txt".*?<\/DataObjectReference>/;
  const CASES: Readonly<Record<string, [(all: readonly ZipMember[]) => ZipMember[], string]>> = {
    'another statement': [replaced('statement.json', other), 'container: container.digest'],
    'another README': [replaced('README.txt', other), 'container: container.digest'],
    'a file less': [without('payload.json'), 'container: container.missing'],
    'a file more': [
      (all) => [...all, { name: 'x.txt', bytes: other }],
      'container: container.not-listed',
    ],
    'another name': [renamed('payload.json', 'payload.txt'), 'container: container.not-listed'],
    'no manifest': [without('META-INF/ASiCManifest001.xml'), 'container: container.unsigned'],
    'no signature': [without('META-INF/signature001.p7s'), 'container: container.signature'],
    'something more about it': [
      (all) => [...all, { name: 'META-INF/manifest.xml', bytes: other }],
      'container: container.unknown',
    ],
    'a manifest that is none': [
      replaced('META-INF/ASiCManifest001.xml', other),
      'container: container.manifest',
    ],
    'a manifest with a file less': [rewritten(reference, ''), 'container: container.not-listed'],
    'a manifest with a file twice': [rewritten(reference, '$&$&'), 'container: container.missing'],
    'a manifest with a file that is not there': [
      rewritten(
        '</ASiCManifest>',
        `${reference.exec(manifest)?.[0].replace('README', 'OTHER') ?? ''}</ASiCManifest>`,
      ),
      'container: container.missing',
    ],
    'a manifest with another signature': [
      rewritten('signature001', 'signature002'),
      'container: container.signature',
    ],
    'a manifest that was written otherwise': [
      rewritten('<SigReference', '\n<SigReference'),
      'container-signature:1: cms.not-genuine',
    ],
    'a signature over something else': [
      replaced('META-INF/signature001.p7s', sealed(other)),
      'container-signature:1: cms.not-genuine',
    ],
    'a signature that is none': [
      replaced('META-INF/signature001.p7s', other),
      'container-signature:1: cms.not-genuine',
    ],
    'too many manifests': [
      (all) => [
        ...all,
        ...Array.from({ length: 16 }, (_, at) => ({
          name: `META-INF/ASiCManifest1${String(at).padStart(2, '0')}.xml`,
          bytes: other,
        })),
      ],
      'container: container.signatures',
    ],
  };

  for (const [what, [bend, found]] of Object.entries(CASES))
    it(`fails: ${what}`, () => {
      const bytes = bent(container, bend);
      expect(verifyBytes(bytes, trust).result).toBe('failed');
      expect(failing(bytes)).toContain(found);
    });

  const sealedAnew = (change: (files: ContainerFile[]) => ContainerFile[]) =>
    entryContainer(change(entryFiles())).bytes;

  it('fails though its operator sealed it, if people would read in it what is not proven', () => {
    const lying = (files: ContainerFile[]) =>
      files.map((file) => (file.name === 'payload.json' ? { ...file, bytes: utf8('{}') } : file));
    expect(failing(sealedAnew(lying))).toEqual(['container: container.differs']);
    const more = { name: 'note.txt', mediaType: 'text/plain', bytes: utf8('and he agreed') };
    expect(failing(sealedAnew((files) => [...files, more]))).toEqual([
      'container: container.stray',
    ]);
    const less = (files: ContainerFile[]) => files.filter(({ name }) => name !== 'statement.json');
    expect(failing(sealedAnew(less))).toEqual(['container: container.differs']);
  });

  it('fails as the evidence in it fails, and then judges no seal by its times', () => {
    const altered = edited(readExample().evidence, (file) => {
      set(file, ['entry', 'statement'], 'e30=');
    });
    const files = entryFiles().map((file) =>
      file.name === EVIDENCE_NAME ? { ...file, bytes: altered } : file,
    );
    const report = verifyBytes(entryContainer(files).bytes, trust);
    expect(report.result).toBe('failed');
    expect(report.checks.map(({ id, result }) => `${id} ${result}`)).toContain('statement fail');
  });

  it('is not judged if it is no container of evidence', () => {
    const refused = (bend: (all: readonly ZipMember[]) => ZipMember[]) => () =>
      verifyBytes(bent(container, bend), trust);
    expect(refused(without(EVIDENCE_NAME))).toThrow(/just one of/);
    expect(refused(without('mimetype'))).toThrow(/begin with its type/);
    expect(refused((all) => [...all].reverse())).toThrow(/begin with its type/);
    expect(refused(replaced('mimetype', utf8('application/zip')))).toThrow(/its type/);
    expect(refused(replaced(EVIDENCE_NAME, utf8('{}')))).toThrow(/not an evidence file/);
    const newer = utf8('Chirograph container, format 2\nand more');
    expect(refused(replaced('README.txt', newer))).toThrow(/format 2; this version reads 1/);
  });
});

describe('each rule of containers', () => {
  const PROOFS: Readonly<Record<keyof typeof CONTAINER_RULES, Uint8Array>> = {
    'each manifest can be read': bent(container, (all) =>
      all.filter(({ name }) => !name.startsWith('META-INF/')),
    ),
    'each signature is there, and over one thing': bent(
      container,
      without('META-INF/signature001.p7s'),
    ),
    'nothing else is about the files': bent(container, (all) => [
      ...all,
      { name: 'META-INF/container.xml', bytes: utf8('<x/>') },
    ]),
    'each manifest lists every file, once, and no other': bent(container, (all) =>
      all.map((each) =>
        each.name === 'META-INF/ASiCManifest001.xml'
          ? { ...each, bytes: formatManifest(entryFiles().slice(1), 'META-INF/signature001.p7s') }
          : each,
      ),
    ),
    'each file has the digest that is listed': bent(container, (all) =>
      all.map((each) =>
        each.name === 'META-INF/ASiCManifest001.xml'
          ? {
              ...each,
              bytes: formatManifest(
                entryFiles().map((file) => ({ ...file, bytes: utf8('other') })),
                'META-INF/signature001.p7s',
              ),
            }
          : each,
      ),
    ),
    'the files say what the evidence says': entryContainer(entryFiles().slice(0, -1)).bytes,
  };

  it('is tried', () => {
    expect(Object.keys(PROOFS)).toEqual(Object.keys(CONTAINER_RULES));
  });

  for (const [rule, bytes] of Object.entries(PROOFS))
    it(`alone finds something: ${rule}`, () => {
      const read = readContainer(bytes);
      const subject = { container: read, manifests: readManifests(read), expected: entryFiles() };
      expect(checkContainer(subject).result).toBe('fail');
      const others = Object.entries(CONTAINER_RULES).filter(([name]) => name !== rule);
      expect(checkContainer(subject, Object.fromEntries(others)).result).toBe('pass');
    });
});

describe('a container of one signed file', () => {
  const [evidence] = entryFiles();
  if (evidence === undefined) throw new Error('no evidence');
  const prepared = prepareAsicS(evidence);
  const single = completeAsic(prepared, sealed(prepared.toBeSigned));

  it('is verified too', () => {
    const report = verifyBytes(single, trust);
    expect(report).toMatchObject({ result: 'verified', container: { kind: 'asic-s' } });
  });

  it('has nothing else in it', () => {
    const more = bent(single, (all) => [...all, { name: 'x.txt', bytes: utf8('x') }]);
    expect(failing(more)).toEqual(['container: container.stray']);
    const meta = bent(single, (all) => [...all, { name: 'META-INF/x.xml', bytes: utf8('x') }]);
    expect(failing(meta)).toEqual(['container: container.unknown']);
    const unsigned = bent(single, without('META-INF/signature.p7s'));
    expect(failing(unsigned)).toEqual([
      'container: container.signature',
      'container-signature:1: not-done',
    ]);
  });

  it('is not judged if it is a statement that somebody signed', () => {
    const statement = entryFiles()[1];
    if (statement === undefined) throw new Error('no statement');
    const own = prepareAsicS(statement);
    const bytes = completeAsic(own, sealed(own.toBeSigned));
    expect(() => verifyBytes(bytes, trust)).toThrow(/any validator of signatures reads/);
  });
});

describe('a container of a collection', () => {
  it('has a bundle of proofs and one for reading, and is verified as the collection', () => {
    const made = collectionContainer();
    const report = verifyBytes(made.bytes, made.trust);
    expect(report.checks.slice(0, 2)).toMatchObject([
      { id: 'container', result: 'pass' },
      { id: 'container-signature:1', word: 'trust' },
    ]);
    // As the collection alone: of a name that nobody has, only the file says which tag it would have.
    expect(report.result).toBe('consistent');
    const { 'entries.jsonl': lines } = unzipSync(made.bytes);
    const entries = utf8ToString(lines ?? new Uint8Array())
      .trimEnd()
      .split('\n');
    expect(entries.length).toBe('entries' in report ? report.entries.length : 0);
    for (const line of entries) expect(JSON.parse(line)).toHaveProperty('statement.index');
    expect(entries.some((line) => line.includes('"payload":'))).toBe(true);
  });
});

describe('the README of a container', () => {
  it.each([
    ['entry', ENTRY_README],
    ['collection', COLLECTION_README],
  ])('is the one of the format: %s', (kind, text) => {
    const file = `../../docs/formats/examples/container.${kind}.README.txt`;
    expect(utf8ToString(text)).toBe(readFileSync(new URL(file, import.meta.url), 'utf8'));
  });
});
