/** Faults of the readers and checks of containers that their mutations must notice, each by the tests with that in their name. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const suite = 'test/evidence/container-mutations.test.ts';

const READER = 'evidence/internal/zip-reader.js';
const DIRECTORY = 'evidence/internal/zip-directory.js';
const INFLATE = 'evidence/internal/inflate.js';
const XML = 'evidence/internal/xml-reader.js';
const MANIFEST = 'evidence/asic-manifest.js';
const CHECK = 'evidence/internal/check-container.js';

const ARCHIVE = { suite, tests: 'of an entry does not pass', cases: 1_000 };
const SEALED_MANIFEST = { suite, tests: 'with a manifest that does not say the same', cases: 500 };
const SEALED_FILES = { suite, tests: 'with a file that the evidence does not give', cases: 200 };

export const CONTAINER_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'checksums are not compared',
    file: READER,
    find: 'crc32(bytes) !== crc',
    replace: 'false',
    ...ARCHIVE,
  },
  {
    name: 'local headers may say anything',
    file: READER,
    find: ' || !isLocal(view, member)',
    replace: '',
    ...ARCHIVE,
  },
  {
    name: 'local headers may have other flags',
    file: READER,
    find: 'u16(6) === member.flags && ',
    replace: '',
    ...ARCHIVE,
  },
  {
    name: 'local headers may have extra fields',
    file: READER,
    find: ' && u16(28) === 0',
    replace: '',
    ...ARCHIVE,
  },
  {
    name: 'local headers may have another name',
    file: READER,
    find: ' && asciiAt(view, offset + LOCAL_LENGTH, name.length) === name',
    replace: '',
    ...ARCHIVE,
  },
  {
    name: 'what stands behind a member may say other sizes',
    file: READER,
    find: 'if (says(at)) return 12;',
    replace: 'return 16;',
    ...ARCHIVE,
  },
  {
    name: 'something may stand before the directory',
    file: READER,
    find: 'end !== offset',
    replace: 'false',
    ...ARCHIVE,
  },
  {
    name: 'a name may stand twice',
    file: READER,
    find: 'names.size <= at',
    replace: 'false',
    ...ARCHIVE,
  },
  {
    name: 'bytes may stand behind what is deflated',
    file: INFLATE,
    find: ' && engine.bytesWritten === input.length',
    replace: '',
    ...ARCHIVE,
  },
  {
    name: 'deflate that is none is an error of the program',
    file: INFLATE,
    find: '"Z_DATA_ERROR"',
    replace: '"NOTHING"',
    ...ARCHIVE,
  },
  {
    name: 'flags may be any',
    file: DIRECTORY,
    find: '(flags & ~READABLE_FLAGS) === 0 && ',
    replace: '',
    ...ARCHIVE,
  },
  {
    name: 'members may be of any version',
    file: DIRECTORY,
    find: '(versionNeeded === 10 || versionNeeded === 20) && ',
    replace: '',
    ...ARCHIVE,
  },
  {
    name: 'there may be more disks',
    file: DIRECTORY,
    find: 'view.getUint32(end + 4, true) === 0 && ',
    replace: '',
    ...ARCHIVE,
  },
  {
    name: 'members may be on another disk',
    file: DIRECTORY,
    find: ' + u16(34)',
    replace: '',
    ...ARCHIVE,
  },
  {
    name: 'the type may be compressed',
    file: 'evidence/asic-reader.js',
    find: ' || !first.isPlain',
    replace: '',
    ...ARCHIVE,
  },
  {
    name: 'anything may be about the files',
    file: CHECK,
    find: 'other === void 0 ? null : finding("container.unknown"',
    replace: 'true ? null : finding("container.unknown"',
    ...ARCHIVE,
  },
  {
    name: 'nobody looks whether the container is signed',
    file: 'evidence/internal/check-container-signature.js',
    find: 'if (flaw !== null) return failed(flaw);',
    replace: '',
    ...ARCHIVE,
  },
  {
    name: 'a control character is text',
    file: XML,
    find: '|(?![\\\\t\\\\r\\\\n])\\\\p{Cc}',
    replace: '',
    ...SEALED_MANIFEST,
  },
  {
    name: 'comments and document types are skipped',
    file: XML,
    find: 'text.replace(DECLARATION, "")',
    replace: 'text.replace(DECLARATION, "").replace(/<![^>]*>/g, "")',
    ...SEALED_MANIFEST,
  },
  {
    name: 'prefixes of attributes may stand for nothing',
    file: XML,
    find: 'prefixed.every(([prefix]) => namespaces.has(prefix))',
    replace: 'true',
    ...SEALED_MANIFEST,
  },
  {
    name: 'an attribute may stand twice under two prefixes',
    file: XML,
    find: ' && new Set(full).size === full.length',
    replace: '',
    ...SEALED_MANIFEST,
  },
  {
    name: 'an attribute may stand twice',
    file: XML,
    find: 'if (attributes.has(name)) return null;',
    replace: '',
    ...SEALED_MANIFEST,
  },
  {
    name: 'text may stand outside',
    file: XML,
    find: 'return /^[ \\t\\r\\n]*$/.test(characters);',
    replace: 'return true;',
    ...SEALED_MANIFEST,
  },
  {
    name: 'text may stand in a manifest',
    file: MANIFEST,
    find: ' || !isBlank(root.text)',
    replace: '',
    ...SEALED_MANIFEST,
  },
  {
    name: 'text may stand in a reference',
    file: MANIFEST,
    find: '!isBlank(element.text) || ',
    replace: '',
    ...SEALED_MANIFEST,
  },
  {
    name: 'elements may stand in a digest',
    file: MANIFEST,
    find: ' || value.children.length > 0',
    replace: '',
    ...SEALED_MANIFEST,
  },
  {
    name: 'something may stand in the reference to the signature',
    file: MANIFEST,
    find: ' && isEmpty(first)',
    replace: '',
    ...SEALED_MANIFEST,
  },
  {
    name: 'extensions are not looked at',
    file: MANIFEST,
    find: 'value === void 0 || others.length > 0',
    replace: 'value === void 0',
    ...SEALED_MANIFEST,
  },
  {
    name: 'digests are not compared',
    file: CHECK,
    find: 'file !== null && !matches(reference, file.bytes)',
    replace: 'false',
    ...SEALED_MANIFEST,
  },
  {
    name: 'a file may be listed twice',
    file: CHECK,
    find: ' || names.indexOf(name) !== at',
    replace: '',
    ...SEALED_MANIFEST,
  },
  {
    name: 'a file may be listed by nobody',
    file: CHECK,
    find: 'if (missing !== void 0) return finding("container.not-listed"',
    replace: 'if (false) return finding("container.not-listed"',
    ...SEALED_MANIFEST,
  },
  {
    name: 'files may say something else than the evidence',
    file: CHECK,
    find: 'file === null || !equalBytes(file.bytes, bytes)',
    replace: 'file === null',
    ...SEALED_FILES,
  },
  {
    name: 'files may be missing',
    file: CHECK,
    find: 'file === null || !equalBytes(file.bytes, bytes)',
    replace: 'file !== null && !equalBytes(file.bytes, bytes)',
    ...SEALED_FILES,
  },
  {
    name: 'files may be there that the evidence does not give',
    file: CHECK,
    find: 'if (stray !== void 0)',
    replace: 'if (false)',
    ...SEALED_FILES,
  },
];
