/** Archives that no honest tool makes, by hand; and those that honest tools make of our files. */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Zippable, zipSync } from 'fflate';
import { utf8 } from '../../src/base/bytes.js';
import { CONTAINER_LIMITS } from '../../src/evidence/asic-container.js';
import { readZip, type ZipLimits } from '../../src/evidence/internal/zip-reader.js';
import { writeZip } from '../../src/evidence/internal/zip-writer.js';
import { descriptor, type Frame, makeZip, type Part } from './support/hand-made-zip.js';

const content = utf8('what is in it, what is in it, what is in it');
const honest: Part = { name: 'a.txt', content };
const other: Part = { name: 'b/c.txt', content: utf8('other') };

function read(bytes: Uint8Array, limits: ZipLimits = CONTAINER_LIMITS): [string, string][] {
  return readZip(bytes, limits).map(({ name, bytes: each }) => [
    name,
    Buffer.from(each).toString(),
  ]);
}

const HONEST = [
  ['a.txt', Buffer.from(content).toString()],
  ['b/c.txt', 'other'],
];

describe('an archive', () => {
  it('is read as it was written', () => {
    const name = fc.stringMatching(
      /^[a-z0-9_-][A-Za-z0-9._-]{0,20}(\/[a-z0-9_-][a-z0-9._-]{0,20}){0,3}$/,
    );
    const members = fc.uniqueArray(fc.record({ name, bytes: fc.uint8Array({ maxLength: 500 }) }), {
      selector: (each) => each.name.toLowerCase(),
      maxLength: 20,
    });
    fc.assert(
      fc.property(members, (all) => {
        const found = readZip(writeZip(all), CONTAINER_LIMITS);
        expect(found).toEqual(all.map((each) => ({ ...each, isPlain: true })));
      }),
    );
  });

  it('is read as other tools write it, compressed or not', () => {
    for (const level of [0, 6, 9] as const) {
      const files: Zippable = {
        'a.txt': [content, { level }],
        'b/c.txt': [utf8('other'), { level }],
      };
      expect(read(zipSync(files))).toEqual(HONEST);
    }
    expect(read(makeZip([{ ...honest, method: 8 }, other]))).toEqual(HONEST);
    for (const signed of [true, false]) {
      const streamed = { ...honest, method: 8, flags: 8, after: descriptor(content, signed) };
      expect(read(makeZip([streamed, other]))).toEqual(HONEST);
    }
  });

  const REFUSED: readonly (readonly [string, RegExp, readonly Part[], Frame?])[] = [
    ['a name twice', /has the name of another/, [honest, { ...other, name: 'a.txt' }]],
    ['names that differ in case', /has the name of another/, [honest, { ...other, name: 'A.TXT' }]],
    ...[
      '/etc/passwd',
      '../up',
      'a/../../up',
      'a/./b',
      'a\\b',
      'C:/a',
      'a\0.txt',
      'a\n.txt',
      'folder/',
      'a//b',
      '.hidden',
      'é.txt',
      'e\u0301',
      '',
      'x'.repeat(201),
    ].map((name): [string, RegExp, Part[]] => [
      `the name ${JSON.stringify(name).slice(0, 20)}`,
      /name of member 1 is not allowed/,
      [{ ...honest, name }],
    ]),
    [
      'another name in the local header',
      /differs from the directory/,
      [{ ...honest, localName: 'z.txt' }],
    ],
    [
      'another size in the local header',
      /differs from the directory/,
      [{ ...honest, local: { size: 5 } }],
    ],
    ['an extra field', /uses what/, [{ ...honest, extra: utf8('\x01\0\0\0') }]],
    [
      'an extra field in the local header',
      /differs from/,
      [{ ...honest, localExtra: utf8('\x01\0\0\0') }],
    ],
    ['a comment of a member', /uses what/, [{ ...honest, comment: 'c' }]],
    ['a second disk', /uses what/, [{ ...honest, disk: 1 }]],
    ['encryption', /uses what/, [{ ...honest, flags: 1 }]],
    ['an unknown flag', /uses what/, [{ ...honest, flags: 1 << 6 }]],
    ['another method', /uses what/, [{ ...honest, method: 12 }]],
    ['Zip64', /uses what/, [{ ...honest, version: 45 }]],
    [
      'sizes of Zip64',
      /larger than is allowed/,
      [{ ...honest, size: 0xffffffff, compressedSize: 0xffffffff }],
    ],
    ['a stored size that is not the size', /do not fit/, [{ ...honest, size: 10 }]],
    ['a false checksum', /checksum/, [{ ...honest, crc: 1 }]],
    [
      'a deflated size that is too small',
      /does not inflate/,
      [{ ...honest, method: 8, size: content.length - 1 }],
    ],
    [
      'a deflated size that is too large',
      /does not inflate/,
      [{ ...honest, method: 8, size: content.length + 1 }],
    ],
    [
      'something behind the deflated data',
      /does not inflate/,
      [
        {
          ...honest,
          method: 8,
          data: Buffer.concat([deflateRawSync(content), Buffer.from('hidden')]),
        },
      ],
    ],
    [
      'much more deflated data than data',
      /do not fit/,
      [{ ...honest, method: 8, data: new Uint8Array(200) }],
    ],
    ['members that overlap', /does not follow/, [honest, { ...other, offset: 0 }]],
    ['a gap between members', /does not follow/, [{ ...honest, after: utf8('gap') }, other]],
    [
      'a false descriptor',
      /what stands behind/,
      [{ ...honest, method: 8, flags: 8, after: descriptor(utf8('other')) }],
    ],
    ['bytes before it', /does not follow/, [honest], { before: utf8('#!/bin/sh\n') }],
    [
      'bytes before its directory',
      /between its members/,
      [honest],
      { betweenDirectory: utf8('x') },
    ],
    ['bytes behind it', /does not end with/, [honest], { behind: utf8('x') }],
    ['a comment', /does not end with|end record/, [honest], { comment: 'x' }],
    ['a comment with another end in it', /end record/, [honest], { comment: endRecord() }],
    ['more members counted than there are', /ends before/, [honest], { count: 2 }],
    ['fewer members counted than there are', /as long as it says/, [honest, other], { count: 1 }],
  ];

  for (const [what, why, parts, frame] of REFUSED)
    it(`is refused with ${what}`, () => {
      expect(() => read(makeZip(parts, frame))).toThrow(why);
    });

  it('is refused cut short anywhere, or with a bit turned in its headers', () => {
    const whole = makeZip([{ ...honest, method: 8 }, other]);
    for (let length = 0; length < whole.length; length++)
      expect(() => read(whole.subarray(0, length))).toThrow(/not a container/);
    fc.assert(
      fc.property(fc.nat(whole.length * 8 - 1), (bit) => {
        const altered = Uint8Array.from(whole);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        // What is left: time, attributes, who made it; and flags that say how deflate was done.
        try {
          expect(read(altered).map(([, text]) => text)).toEqual(HONEST.map(([, text]) => text));
        } catch (cause) {
          expect(String(cause)).toMatch(/not a container/);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('is refused for a hundred thousand members before any is looked at', () => {
    const one = { name: 'x', content: new Uint8Array() };
    const many = makeZip(Array.from({ length: 100_000 }, () => one));
    expect(quickly(() => read(many))).toThrow(/more than 1000 members|ends|long/);
    const all = Array.from({ length: 1_001 }, (_, at) => ({ ...one, name: `x${at}` }));
    expect(() => read(makeZip(all))).toThrow(/more than 1000 members/);
    expect(read(makeZip(all.slice(1)))).toHaveLength(1_000);
  });

  it('is refused, and not inflated, if it would be a hundred times as large', () => {
    const zeros = new Uint8Array(16 * 1024 * 1024);
    const bomb = makeZip([{ name: 'a', content: zeros, method: 8 }]);
    expect(bomb.length).toBeLessThan(300_000);
    expect(quickly(() => read(bomb))).toThrow(/inflates to more than 100 times/);
    // Declared as little, so that the ratio is fine.
    const liar = makeZip([{ name: 'a', content: zeros, method: 8, size: 1024 * 1024 }]);
    expect(quickly(() => read(liar))).toThrow(/does not inflate/);
    const limits = { ...CONTAINER_LIMITS, maxBytes: 1_000, maxTotalBytes: 1_500 };
    const part = (name: string) => ({ name, content: new Uint8Array(900), method: 8 });
    expect(() => read(makeZip([part('a'), part('b')]), limits)).toThrow(/larger than is allowed/);
    expect(read(makeZip([part('a')]), limits)).toHaveLength(1);
  });
});

/** Throws what it throws, and fails if it takes a second of the processor. */
function quickly(run: () => unknown): () => unknown {
  return () => {
    const began = process.cpuUsage();
    try {
      return run();
    } finally {
      expect(process.cpuUsage(began).user / 1e6).toBeLessThan(1);
    }
  };
}

/** An end record as text, for readers that look for the last or the first. */
function endRecord(): string {
  return `PK\x05\x06${'\0'.repeat(18)}`;
}
