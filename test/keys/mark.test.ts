import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Sha256Digest, TreeSize } from '../../src/base/brand.js';
import { utf8 } from '../../src/base/bytes.js';
import { sha256Hex } from '../../src/base/hash.js';
import { JsonMembers } from '../../src/base/json-members.js';
import { formatStoredJson } from '../../src/base/stored-json.js';
import {
  compareWithMark,
  type DataState,
  formatRunFile,
  type Mark,
  markContent,
  parseRunFile,
  readMark,
} from '../../src/keys/mark.js';
import { failure } from '../support/errors.js';

const NODE = 'a'.repeat(32);
const ROOT = new Uint8Array(32).fill(1) as Sha256Digest;
const OTHER_ROOT = new Uint8Array(32).fill(2) as Sha256Digest;
const size = (value: number): TreeSize => value as TreeSize;
const MARK: Mark = { run: 5, epochs: { size: size(10), rootHash: ROOT } };
const DATA: DataState = {
  runFile: { nodeId: NODE, run: 5 },
  epochSize: size(10),
  rootAtMark: ROOT,
};

describe('compareWithMark', () => {
  it.each<[string, Mark | null, DataState]>([
    ['nothing was ever written', null, { runFile: null, epochSize: size(0), rootAtMark: null }],
    [
      'a crash came before the first run file',
      { run: 0, epochs: null },
      { ...DATA, runFile: null },
    ],
    ['data and mark agree', MARK, DATA],
    [
      'a crash came between run file and mark',
      MARK,
      { ...DATA, runFile: { nodeId: NODE, run: 6 } },
    ],
    ['epochs were added since the mark', MARK, { ...DATA, epochSize: size(12) }],
    ['no epoch has been marked', { ...MARK, epochs: null }, { ...DATA, epochSize: size(0) }],
    [
      'the mark is of an empty epoch log',
      { ...MARK, epochs: { size: size(0), rootHash: ROOT } },
      { ...DATA, epochSize: size(0) },
    ],
  ])('lets the node write when %s', (_, mark, data) => {
    expect(compareWithMark(mark, NODE, data)).toBeNull();
  });

  it.each<[string, Mark | null, DataState, RegExp]>([
    [
      'the data is of another node',
      MARK,
      { ...DATA, runFile: { nodeId: 'b'.repeat(32), run: 5 } },
      /another node/,
    ],
    [
      'the data is of another node, though there is no mark',
      null,
      { ...DATA, runFile: { nodeId: 'b'.repeat(32), run: 1 } },
      /another node/,
    ],
    ['the mark was lost', null, { ...DATA, runFile: { nodeId: NODE, run: 1 } }, /mark is missing/],
    ['the run is behind', MARK, { ...DATA, runFile: { nodeId: NODE, run: 4 } }, /run 4.*says 5/],
    ['the run file is gone', MARK, { ...DATA, runFile: null }, /run 0.*says 5/],
    ['an epoch is missing', MARK, { ...DATA, epochSize: size(9), rootAtMark: null }, /9 .*says 10/],
    ['all epochs are missing', MARK, { ...DATA, epochSize: size(0), rootAtMark: null }, /0 .*10/],
    ['the epochs are others', MARK, { ...DATA, rootAtMark: OTHER_ROOT }, /another root at 10/],
    [
      'the epochs are others and more',
      MARK,
      { ...DATA, epochSize: size(20), rootAtMark: OTHER_ROOT },
      /rewritten/,
    ],
    ['the root at the mark is not known', MARK, { ...DATA, rootAtMark: null }, /another root/],
  ])('does not let it write when %s', (_, mark, data, reason) => {
    expect(compareWithMark(mark, NODE, data)).toMatch(reason);
  });
});

describe('the mark', () => {
  it('round-trips', () => {
    const digest = fc
      .uint8Array({ minLength: 32, maxLength: 32 })
      .map((bytes) => bytes as Sha256Digest);
    const epochs = fc.option(fc.record({ size: fc.maxSafeNat().map(size), rootHash: digest }));
    fc.assert(
      fc.property(fc.record({ run: fc.maxSafeNat(), epochs }), (mark) => {
        const members = new JsonMembers(markContent(mark), (reason) => new Error(reason));
        expect(readMark(members)).toEqual(mark);
        members.end();
      }),
    );
  });
});

describe('the run file', () => {
  it('round-trips, in the form of docs/formats/vault.md', () => {
    const run = { nodeId: NODE, run: 3 };
    const covered = `{"$v":1,"nodeId":"${NODE}","run":3}`;
    const digest = sha256Hex(`run.json\0${covered}`);
    const text = `${covered.slice(0, -1)},"sha256":"${digest}"}`;
    expect(formatRunFile(run)).toEqual(utf8(text));
    expect(parseRunFile(formatRunFile(run))).toEqual(run);
  });

  it('is refused whichever of its bytes is flipped, and under another name', () => {
    const good = formatRunFile({ nodeId: NODE, run: 3 });
    for (let at = 0; at < good.length; at++) {
      const bad = Uint8Array.from(good, (byte, place) => (place === at ? byte ^ 1 : byte));
      expect(failure(() => parseRunFile(bad)).code).toMatch(/^KEYS_(FILE_DAMAGED|FORMAT_NEWER)$/);
    }
    expect(failure(() => parseRunFile(formatStoredJson('mark.json', { run: 3 }))).code).toBe(
      'KEYS_FILE_DAMAGED',
    );
  });

  it.each([
    ['', 'KEYS_FILE_DAMAGED'],
    ['{}', 'KEYS_FILE_DAMAGED'],
    [`{"$v":1,"nodeId":"${NODE}","run":-1}`, 'KEYS_FILE_DAMAGED'],
    [`{"$v":1,"nodeId":"${NODE}"}`, 'KEYS_FILE_DAMAGED'],
    [`{"$v":1,"nodeId":"AA","run":1}`, 'KEYS_FILE_DAMAGED'],
    [`{"$v":1,"nodeId":"${NODE}","run":1,"x":1}`, 'KEYS_FILE_DAMAGED'],
    [`{"run":1,"nodeId":"${NODE}","$v":1}`, 'KEYS_FILE_DAMAGED'],
    [`{"$v":0,"nodeId":"${NODE}","run":1}`, 'KEYS_FILE_DAMAGED'],
    [`{"$v":2,"nodeId":"${NODE}","run":1}`, 'KEYS_FORMAT_NEWER'],
  ])('refuses %j', (text, code) => {
    const error = failure(() => parseRunFile(utf8(text)));
    expect(error.code).toBe(code);
    expect(error.message).toContain('run.json');
  });
});
