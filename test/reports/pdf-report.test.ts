import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { printReport, REPORT_LIMITS } from '../../src/reports/pdf-report.js';
import type { Block, EmbeddedFile, TableBlock } from '../../src/reports/report-document.js';
import { ReportError } from '../../src/reports/report-error.js';
import { rejection } from '../support/errors.js';
import { documentOf, printed } from './support/print.js';
import { readPdf, textOf } from './support/read-pdf.js';
import { CREATED, exampleData, exampleEvidence } from './support/report-data.js';

const paragraph = (text: string): Block => ({ kind: 'paragraph', text });

function longTable(rows: number): TableBlock {
  return {
    kind: 'table',
    columns: [
      { title: 'Number', share: 1 },
      { title: 'Word', share: 3 },
    ],
    rows: Array.from({ length: rows }, (_, at) => [`row ${at}`, 'word '.repeat(at % 30)]),
  };
}

describe('a printed report', () => {
  it('is the same, byte for byte, whenever it is printed, and another for another time', async () => {
    const document = documentOf([paragraph('the same'), longTable(80)], {
      files: [exampleEvidence()],
    });
    const first = await printed(document);
    expect(await printed(document)).toEqual(first);
    const later = await printed({ ...document, createdAt: (CREATED + 1000) as typeof CREATED });
    expect(later).not.toEqual(first);
  });

  it('says who, what, when and in which language, in its metadata too', async () => {
    const document = documentOf([paragraph('x')], {
      title: 'Q&A <b>\u202e',
      author: 'log.example/a',
      language: 'de',
    });
    const file = await printed(document);
    const { xmp } = readPdf(file);
    expect(xmp).toContain('<rdf:li xml:lang="x-default">Q&amp;A &lt;b&gt;⟨U+202E⟩</rdf:li>');
    expect(xmp).toContain('<rdf:li>log.example/a</rdf:li>');
    expect(xmp).toContain('<xmp:CreateDate>2026-03-09T08:30:00Z</xmp:CreateDate>');
    expect(xmp).toContain('<pdfaid:part>3</pdfaid:part>');
    expect(xmp).toContain('<pdfaid:conformance>B</pdfaid:conformance>');
    const text = Buffer.from(file).toString('latin1');
    expect(text).toContain('/Lang (de)');
    expect(text).toContain('/S /GTS_PDFA1');
    expect(text).not.toContain('/Helvetica');
  });

  it('repeats the headings of a table on each page, numbers the pages and loses no row', async () => {
    const file = readPdf(await printed(documentOf([longTable(300)])));
    const { pages } = file;
    expect(pages.length).toBeGreaterThan(5);
    for (const [at, page] of pages.entries()) {
      expect(page).toContain('Number');
      expect(page).toContain(`Page ${at + 1} of ${pages.length}`);
      expect(page).toContain('Case 1');
    }
    const numbers = pages.flat().filter((text) => text.startsWith('row '));
    expect(numbers).toEqual(Array.from({ length: 300 }, (_, at) => `row ${at}`));
    // Once for those who listen: the repeated headings are no part of the text.
    expect(file.structure.filter((type) => type === 'Table')).toHaveLength(1);
    expect(file.structure.filter((type) => type === 'TH')).toHaveLength(2);
    expect(file.structure.filter((type) => type === 'TR')).toHaveLength(301);
  });

  it('breaks a cell that is longer than a page, and loses nothing', async () => {
    const words = Array.from({ length: 6_000 }, (_, at) => `w${at}`);
    const table: TableBlock = { ...longTable(0), rows: [['one', words.join(' ')]] };
    const { pages } = readPdf(await printed(documentOf([table, paragraph('the end')])));
    expect(pages.length).toBeGreaterThan(2);
    const found = pages
      .flat()
      .join(' ')
      .split(' ')
      .filter((word) => /^w\d+$/.test(word));
    expect(found).toEqual(words);
    expect(pages.at(-1)).toContain('the end');
  });

  it('keeps the lines of preformatted text and marks what was made for development', async () => {
    const blocks: Block[] = [
      { kind: 'preformatted', text: 'one\n  two' },
      { kind: 'warning', text: 'NOT REAL' },
    ];
    const [page] = readPdf(await printed(documentOf(blocks, { mark: 'DEVELOPMENT' }))).pages;
    expect(page).toEqual(expect.arrayContaining(['one', '  two', 'NOT REAL', 'DEVELOPMENT']));
  });

  it('holds embedded files byte for byte, with what they are', async () => {
    const evidence = exampleEvidence();
    const file = readPdf(await printed(documentOf([], { files: [evidence, exampleData()] })));
    expect(file.files.map(({ bytes }) => Buffer.from(bytes))).toEqual(
      [evidence, exampleData()].map(({ bytes }) => Buffer.from(bytes)),
    );
    const [first, second] = file.files;
    expect(first?.specification).toContain('/AFRelationship /Source');
    expect(second?.specification).toContain('/AFRelationship /Data');
    expect(first?.specification).toContain(`/UF (${evidence.name})`);
    expect(first?.stream).toContain('/Subtype /application#2fjson');
    expect(first?.stream).toContain(`/Size ${evidence.bytes.length}`);
    expect(first?.stream).toContain('/ModDate (D:20260309083000Z)');
    const md5 = createHash('md5').update(evidence.bytes).digest('hex');
    expect(first?.stream).toContain(`/CheckSum <${md5}>`);
  });

  it('is refused a file whose name another has, or that is a path', async () => {
    const file = exampleData();
    for (const name of ['answers.JSON', '../answers.json', 'a b', '', 'x'.repeat(101)])
      await expect(printed(documentOf([], { files: [file, { ...file, name }] }))).rejects.toThrow(
        'assertion failed',
      );
  });

  it('of no blocks has one page', async () => {
    expect(readPdf(await printed(documentOf([]))).pages).toHaveLength(1);
  });
});

describe('a report that is too large', () => {
  const small: EmbeddedFile = { ...exampleData(), bytes: utf8('0123456789') };
  const cases: readonly [what: string, limits: Partial<typeof REPORT_LIMITS>][] = [
    ['pages', { maxPages: 2 }],
    ['files', { maxFiles: 0 }],
    ['bytes of files', { maxFileBytes: 9 }],
    ['bytes', { maxBytes: 4_000 }],
  ];
  const document = documentOf([longTable(200)], { files: [small] });

  it.each(cases)('in %s is refused', async (_what, limits) => {
    const error = await rejection(printed(document, { limits: { ...REPORT_LIMITS, ...limits } }));
    expect(error).toBeInstanceOf(ReportError);
    expect(error.code).toBe('REPORT_TOO_LARGE');
  });

  it('is refused before its first byte, if its pages or files are too many', async () => {
    for (const [what, limits] of cases.filter(([what]) => what !== 'bytes')) {
      const pieces = printReport(document, { limits: { ...REPORT_LIMITS, ...limits } });
      const error = await rejection(pieces.next());
      expect([what, error.code]).toEqual([what, 'REPORT_TOO_LARGE']);
    }
  });

  it('stops when it is no longer wanted', async () => {
    const aborted = AbortSignal.abort(new Error('gone'));
    await expect(printed(document, { signal: aborted })).rejects.toThrow('gone');
  });
});

describe('text that is hostile', () => {
  it('is shown as its number where it could hide or turn text around, and the report says so', async () => {
    const hostile =
      'pay \u202e0001\u202c\u0000\u200b\u{1f9ff}\ud800 \u05d0 ⟨U+0041⟩ a\u0301\u0301\u0301';
    const text = textOf(readPdf(await printed(documentOf([paragraph(hostile)]))));
    expect(text).toContain(
      'pay ⟨U+202E⟩0001⟨U+202C⟩⟨U+0000⟩⟨U+200B⟩⟨U+1F9FF⟩⟨U+D800⟩ ⟨U+05D0⟩ ⟨U+27E8⟩U+0041⟨U+27E9⟩',
    );
    expect(text).toContain('a\u0301\u0301⟨U+0301⟩');
    expect(text).toContain('the embedded evidence has them as they are');
    const plain = textOf(readPdf(await printed(documentOf([paragraph('Zoë Ελληνικά Жук')]))));
    expect(plain).toContain('Zoë Ελληνικά Жук');
    expect(plain).not.toContain('embedded evidence');
  });

  it('cannot leave its place by line breaks, of whatever kind', async () => {
    const text = textOf(readPdf(await printed(documentOf([paragraph('a\nb\r\u2028c\u0085d')]))));
    expect(text).toContain('a⟨U+000A⟩b⟨U+000D⟩⟨U+2028⟩c⟨U+0085⟩d');
  });

  it('is cut into lines that stay in their column, and comes out whole', async () => {
    const word = 'x'.repeat(5_000);
    const { pages } = readPdf(await printed(documentOf([paragraph(word)])));
    const lines = pages.flat().filter((line) => /^x+$/.test(line));
    expect(lines.join('')).toBe(word);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(120);
  });
});
