/** Laid-out pages through pdfkit: ink, and the structure that says what each line is. */
import type { FontSet } from './font-set.js';
import type { Measure, TextStyle } from './measure.js';
import {
  BELOW_FRAME,
  FRAME_PADDING,
  heightOf,
  lineCount,
  type Page,
  type Piece,
} from './page-layout.js';
import {
  ALARM,
  CONTENT_WIDTH,
  INK,
  MARGIN,
  PAGE,
  PALE,
  RULE,
  SHADE,
  STYLES,
} from './page-style.js';
import type { Cell, TableHead } from './strip.js';

/** What stands at head and foot of each page. */
export interface Running {
  readonly reference: string;
  readonly title: string;
  readonly mark: string | null;
  readonly foot: string;
  /** “3 of 12”. */
  readonly pageNumber: string;
}

export class PagePrinter {
  readonly #doc: PDFKit.PDFDocument;
  readonly #fonts: FontSet;
  readonly #measure: Measure;
  /** Of the strip that is being printed, by cell: it may go on over pages. */
  #contents: PDFKit.PDFStructureContent[][] = [];
  #table: OpenTable | null = null;

  constructor(doc: PDFKit.PDFDocument, fonts: FontSet, measure: Measure) {
    this.#doc = doc;
    this.#fonts = fonts;
    this.#measure = measure;
    for (const [name, { face }] of Object.entries(fonts)) doc.registerFont(name, face);
  }

  print({ pieces }: Page, running: Running): void {
    this.#doc.addPage();
    this.#printRunning(running);
    for (const piece of pieces) this.#printPiece(piece);
  }

  #printRunning({ reference, title, mark, foot, pageNumber }: Running): void {
    const half = CONTENT_WIDTH / 2 - 6;
    const right = MARGIN.left + CONTENT_WIDTH;
    this.#artifact('Pagination', () => {
      const top = MARGIN.top - 32;
      const bottom = PAGE.height - MARGIN.bottom + 30;
      this.#fitted(title, MARGIN.left, top, half, PALE);
      const code = this.#measure.fitted(reference, STYLES.running, half);
      this.#line(
        code,
        right - this.#measure.width(code, STYLES.running),
        top,
        STYLES.running,
        PALE,
      );
      if (mark !== null) {
        const shown = this.#measure.fitted(mark, STYLES.mark, CONTENT_WIDTH);
        this.#line(shown, MARGIN.left, top - 14, STYLES.mark, ALARM);
      }
      this.#rule(top + 8);
      this.#rule(bottom - 12);
      const room = CONTENT_WIDTH - this.#measure.width(pageNumber, STYLES.running) - 12;
      this.#fitted(foot, MARGIN.left, bottom, room, PALE);
      const left = right - this.#measure.width(pageNumber, STYLES.running);
      this.#line(pageNumber, left, bottom, STYLES.running, PALE);
    });
  }

  #printPiece(piece: Piece): void {
    const { strip, from, to, isRepeat } = piece;
    const top = MARGIN.top + piece.y;
    this.#artifact('Layout', () => {
      this.#decorate(piece, top);
    });
    if (isRepeat) {
      this.#artifact('Pagination', () => {
        for (const cell of strip.cells) this.#printCell(cell, piece, top);
      });
      return;
    }
    for (const [at, cell] of strip.cells.entries()) {
      if (from >= Math.min(to, cell.lines.length)) continue;
      const tag = strip.tag === 'TR' ? cell.tag : strip.tag;
      (this.#contents[at] ??= []).push(this.#doc.markStructureContent(tag));
      this.#printCell(cell, piece, top);
      this.#doc.endMarkedContent();
    }
    if (to >= lineCount(strip)) this.#closeStrip(piece);
  }

  #printCell(cell: Cell, { strip, from, to }: Piece, top: number): void {
    const ascent = this.#fonts[cell.style.font].ascent * cell.style.size;
    const inset = strip.decoration === 'frame' ? FRAME_PADDING : 2;
    const first = top + inset + ascent + (strip.leading - cell.style.size * 1.2) / 2 - 1;
    const colour = strip.decoration === 'frame' ? ALARM : cell.tag === 'TH' ? '#333333' : INK;
    for (const [at, line] of cell.lines.slice(from, to).entries())
      this.#line(line, MARGIN.left + cell.x, first + at * strip.leading, cell.style, colour);
  }

  #decorate({ strip, from, to }: Piece, top: number): void {
    const height = heightOf(strip, to - from);
    switch (strip.decoration) {
      case 'none':
        return;
      case 'rule':
        this.#rule(top + height);
        return;
      case 'shade':
        this.#doc.rect(MARGIN.left, top, CONTENT_WIDTH, height).fill(SHADE);
        return;
      case 'bar':
        this.#doc.rect(MARGIN.left, top, 2, height).fill(RULE);
        return;
      case 'frame':
        this.#doc
          .lineWidth(1.5)
          .rect(MARGIN.left, top, CONTENT_WIDTH, height - BELOW_FRAME)
          .stroke(ALARM);
        return;
    }
  }

  /** The strip's element goes into the tree only now that all its parts are known. */
  #closeStrip({ strip }: Piece): void {
    const contents = this.#contents;
    this.#contents = [];
    if (strip.tag !== 'TR') {
      this.#doc.addStructure(this.#doc.struct(strip.tag, {}, contents.flat()));
      return;
    }
    const cells = strip.cells.map(({ tag, scope }, at) =>
      this.#doc.struct(tag, tag === 'TH' ? { scope } : {}, contents[at] ?? []),
    );
    const table = this.#openTable(strip.table);
    table.add(this.#doc.struct('TR', {}, cells));
    if (!strip.last) return;
    table.end();
    this.#table = null;
  }

  #openTable(head: TableHead | null): PDFKit.PDFStructureElement {
    if (this.#table?.head !== head) {
      const element = this.#doc.struct('Table');
      this.#doc.addStructure(element);
      this.#table = { head, element };
    }
    return this.#table.element;
  }

  #artifact(type: 'Layout' | 'Pagination', draw: () => void): void {
    this.#doc.markContent('Artifact', { type });
    draw();
    this.#doc.endMarkedContent();
  }

  #rule(y: number): void {
    const doc = this.#doc.lineWidth(0.5).moveTo(MARGIN.left, y);
    doc.lineTo(MARGIN.left + CONTENT_WIDTH, y).stroke(RULE);
  }

  #fitted(text: string, x: number, baseLine: number, room: number, colour: string): void {
    this.#line(
      this.#measure.fitted(text, STYLES.running, room),
      x,
      baseLine,
      STYLES.running,
      colour,
    );
  }

  /** `text` as `shownText` has made it. */
  #line(text: string, x: number, baseLine: number, style: TextStyle, colour: string): void {
    if (text === '') return;
    this.#doc
      .font(style.font)
      .fontSize(style.size)
      .fillColor(colour)
      // With `features`, even none, pdfkit lays a line out as a whole and not word by word.
      .text(text, x, baseLine, { lineBreak: false, baseline: 'alphabetic', features: [] });
  }
}

interface OpenTable {
  readonly head: TableHead | null;
  readonly element: PDFKit.PDFStructureElement;
}
