/**
 * A report as PDF/A-3b (ISO 19005-3): tagged, with its fonts, its colours and the embedded files inside,
 * so that it needs neither us nor the network. The same document gives the same bytes; what makes that
 * true is that no clock is read, and that the file's identifier is made of the document's information.
 */
import { setImmediate } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { assert } from '../base/errors.js';
import { asDate, formatInstant } from '../base/time.js';
import { embedFile } from './internal/embed-file.js';
import { openFonts } from './internal/font-set.js';
import { type Measure, measureWith } from './internal/measure.js';
import { pagesOf } from './internal/page-layout.js';
import { PagePrinter } from './internal/page-printer.js';
import { PAGE } from './internal/page-style.js';
import { shownText } from './internal/shown-text.js';
import { XmpText } from './internal/xmp-text.js';
import type { Block, EmbeddedFile, ReportDocument } from './report-document.js';
import { ReportError } from './report-error.js';
import { speaker } from './report-language.js';

export interface ReportLimits {
  readonly maxPages: number;
  readonly maxFiles: number;
  /** Of all embedded files together, as they are. */
  readonly maxFileBytes: number;
  /** Of the report. */
  readonly maxBytes: number;
}

export const REPORT_LIMITS: ReportLimits = {
  maxPages: 2_000,
  maxFiles: 10_000,
  maxFileBytes: 256 * 1024 * 1024,
  maxBytes: 512 * 1024 * 1024,
};

export interface PrintOptions {
  readonly limits?: ReportLimits;
  readonly signal?: AbortSignal;
}

/**
 * In pieces, as far as it is printed. Pages and files are counted before the first piece; only
 * `maxBytes` can be found out later.
 *
 * @throws ReportError REPORT_TOO_LARGE
 */
export async function* printReport(
  document: ReportDocument,
  { limits = REPORT_LIMITS, signal }: PrintOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  checkFiles(document.files, limits);
  const say = speaker(document.language);
  const fonts = openFonts();
  const { blocks, pages } = await countedPages(document, measureWith(fonts), limits, signal);

  const doc = openDocument(document);
  const measure = measureWith(fonts);
  const printer = new PagePrinter(doc, fonts, measure);
  const drain = drained(doc, limits.maxBytes);
  let number = 0;
  for (const page of pagesOf(blocks, measure)) {
    number++;
    printer.print(page, {
      ...document,
      foot: say('foot', { author: document.author, at: formatInstant(document.createdAt) }),
      pageNumber: say('page-number', { number, pages }),
    });
    yield* drain();
    await turn(signal);
  }
  for (const [at, file] of document.files.entries()) {
    embedFile(doc, { ...file, description: everywhereShowable(file.description) }, at);
    yield* drain();
    await turn(signal);
  }
  doc.end();
  yield* drain();
}

const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

function checkFiles(files: readonly EmbeddedFile[], limits: ReportLimits): void {
  const names = new Set(files.map(({ name }) => name.toLowerCase()));
  assert(names.size === files.length, 'embedded files have different names');
  assert(
    files.every(({ name }) => FILE_NAME.test(name)),
    'embedded files have plain names',
  );
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (files.length > limits.maxFiles || bytes > limits.maxFileBytes)
    throw new ReportError(
      'REPORT_TOO_LARGE',
      `the report would embed more than ${limits.maxFiles} files or ${limits.maxFileBytes} bytes; ask for less at a time`,
    );
}

/** How many pages there are, and the note that says so if something stands as its number. */
async function countedPages(
  { blocks, language }: ReportDocument,
  measure: Measure,
  limits: ReportLimits,
  signal: AbortSignal | undefined,
): Promise<{ readonly blocks: readonly Block[]; readonly pages: number }> {
  const pages = await countPages(blocks, measure, limits, signal);
  if (!measure.escaped) return { blocks, pages };
  const [first, ...rest] = blocks;
  const note: Block = { kind: 'note', text: speaker(language)('note.escaped') };
  const noted = first === undefined ? [note] : [first, note, ...rest];
  return { blocks: noted, pages: await countPages(noted, measure, limits, signal) };
}

async function countPages(
  blocks: readonly Block[],
  measure: Measure,
  { maxPages }: ReportLimits,
  signal: AbortSignal | undefined,
): Promise<number> {
  const found = pagesOf(blocks, measure);
  let pages = 0;
  while (found.next().done !== true) {
    pages++;
    if (pages > maxPages)
      throw new ReportError(
        'REPORT_TOO_LARGE',
        `the report would have more than ${maxPages} pages; ask for less at a time`,
      );
    await turn(signal);
  }
  return pages;
}

function openDocument(document: ReportDocument): PDFKit.PDFDocument {
  return new PDFDocument({
    subset: 'PDF/A-3b',
    pdfVersion: '1.7',
    tagged: true,
    lang: document.language,
    displayTitle: true,
    autoFirstPage: false,
    size: [PAGE.width, PAGE.height],
    margin: 0,
    // None but ours: pdfkit's own would not be embedded.
    font: '',
    // It would grow with every word.
    fontLayoutCache: false,
    info: {
      Title: asInfo(document.title),
      Author: asInfo(document.author),
      Subject: asInfo(document.reference),
      Creator: 'Chirograph',
      Producer: 'Chirograph',
      CreationDate: asDate(document.createdAt),
    },
  });
}

/** pdfkit asks for a string and takes the object that is one in two ways. */
function asInfo(text: string): string {
  return new XmpText(everywhereShowable(text)) as unknown as string;
}

/** What any font could show, and XML and the lists of viewers may hold. */
function everywhereShowable(text: string): string {
  return shownText(text, () => true).text;
}

/** What pdfkit has ready. It never waits for its reader, so that after each page it is asked. */
function drained(doc: PDFKit.PDFDocument, maxBytes: number): () => Generator<Uint8Array> {
  let total = 0;
  return function* () {
    const bytes = doc.read() as Buffer | null;
    if (bytes === null) return;
    total += bytes.length;
    if (total > maxBytes)
      throw new ReportError(
        'REPORT_TOO_LARGE',
        `the report would have more than ${maxBytes} bytes; ask for less at a time`,
      );
    yield bytes;
  };
}

/** Lets others have the processor: a long report takes seconds of it. */
async function turn(signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await setImmediate();
}
