/**
 * A block as strips: cells side by side, each with its lines, which a page takes as a whole or from
 * above. Everything that breaks over pages is one of these, so that there is one way of breaking.
 */
import type {
  Block,
  HeadingBlock,
  LabelledRow,
  TableBlock,
  TableColumn,
} from '../report-document.js';
import type { Measure, TextStyle } from './measure.js';
import { CONTENT_WIDTH, LEADING, STYLES } from './page-style.js';

export interface Strip {
  /** Of the structure tree (ISO 32000-1 §14.8.4). */
  readonly tag: 'Code' | 'H1' | 'H2' | 'H3' | 'H4' | 'P' | 'TR';
  readonly cells: readonly Cell[];
  readonly leading: number;
  /** Not at the top of a page. */
  readonly spaceBefore: number;
  readonly decoration: 'bar' | 'frame' | 'none' | 'rule' | 'shade';
  /** A heading does not stay alone at the foot of a page. */
  readonly keepWithNext: boolean;
  /** Of a table's rows. */
  readonly table: TableHead | null;
  /** The table ends with it. */
  readonly last: boolean;
}

export interface Cell {
  readonly tag: 'TD' | 'TH';
  readonly scope: 'Column' | 'Row';
  readonly x: number;
  readonly style: TextStyle;
  readonly lines: readonly string[];
}

/** What all rows of one table share, and repeat at the top of a page; null if it has no headings. */
export interface TableHead {
  readonly strip: Strip | null;
}

const GAP = 8;

export function* stripsOf(block: Block, measure: Measure): Generator<Strip> {
  switch (block.kind) {
    case 'heading':
      yield heading(block.text, block.level, measure);
      return;
    case 'paragraph':
      yield whole(block.text, STYLES.body, measure, { spaceBefore: 6 });
      return;
    case 'note':
      yield whole(block.text, STYLES.note, measure, { spaceBefore: 4 });
      return;
    case 'warning':
      yield whole(block.text, STYLES.warning, measure, {
        spaceBefore: 14,
        decoration: 'frame',
        indent: 12,
        leading: LEADING.warning,
      });
      return;
    case 'rows':
      yield* labelledRows(block.rows, measure);
      return;
    case 'table':
      yield* tableRows(block, measure);
      return;
    case 'preformatted':
      yield* preformatted(block.text, measure);
      return;
  }
}

function heading(text: string, level: HeadingBlock['level'], measure: Measure): Strip {
  const tag = `H${level}` as const;
  return whole(text, STYLES[tag], measure, {
    tag,
    leading: LEADING[tag],
    spaceBefore: [24, 18, 14, 10][level - 1] ?? 10,
    decoration: level === 2 ? 'rule' : 'none',
    keepWithNext: true,
  });
}

interface Whole {
  readonly tag?: Strip['tag'];
  readonly leading?: number;
  readonly spaceBefore?: number;
  readonly decoration?: Strip['decoration'];
  readonly keepWithNext?: boolean;
  readonly indent?: number;
}

/** A strip of one cell over the whole width. */
function whole(text: string, style: TextStyle, measure: Measure, how: Whole): Strip {
  const { indent = 0 } = how;
  return {
    tag: how.tag ?? 'P',
    cells: [cell(indent, style, measure.lines(text, style, CONTENT_WIDTH - 2 * indent))],
    leading: how.leading ?? LEADING.body,
    spaceBefore: how.spaceBefore ?? 0,
    decoration: how.decoration ?? 'none',
    keepWithNext: how.keepWithNext ?? false,
    table: null,
    last: false,
  };
}

const LABEL_WIDTH = 140;
const INDENT = 12;
const MAX_DEPTH = 8;

function* labelledRows(rows: readonly LabelledRow[], measure: Measure): Generator<Strip> {
  const table: TableHead = { strip: null };
  for (const [at, { label, value, depth = 0, mono = false }] of rows.entries()) {
    const indent = Math.min(depth, MAX_DEPTH) * INDENT;
    const style = mono ? STYLES.mono : STYLES.body;
    const room = CONTENT_WIDTH - LABEL_WIDTH - GAP - indent;
    yield {
      tag: 'TR',
      cells: [
        cell(indent, STYLES.label, measure.lines(label, STYLES.label, LABEL_WIDTH), 'TH', 'Row'),
        cell(indent + LABEL_WIDTH + GAP, style, measure.lines(value, style, room)),
      ],
      leading: LEADING.body,
      spaceBefore: at === 0 ? 6 : 2,
      decoration: 'none',
      keepWithNext: false,
      table,
      last: at === rows.length - 1,
    };
  }
}

function* tableRows({ columns, rows }: TableBlock, measure: Measure): Generator<Strip> {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  const room = CONTENT_WIDTH - GAP * (columns.length - 1) - 2 * CELL_MARGIN;
  const places: Place[] = [];
  let x = CELL_MARGIN;
  for (const column of columns) {
    const width = (room * column.share) / shares;
    places.push({ column, x, width });
    x += width + GAP;
  }
  const head: Strip = {
    tag: 'TR',
    cells: places.map(({ column, x: left, width }) =>
      cell(left, STYLES.head, headLines(measure, column.title, width), 'TH'),
    ),
    leading: LEADING.table,
    spaceBefore: 8,
    decoration: 'shade',
    keepWithNext: true,
    table: { strip: null },
    last: false,
  };
  const table: TableHead = { strip: head };
  yield { ...head, table, last: rows.length === 0, keepWithNext: rows.length > 0 };
  for (const [at, row] of rows.entries())
    yield {
      tag: 'TR',
      cells: places.map(({ column, x: left, width }, position) => {
        const style = column.mono === true ? STYLES.smallMono : STYLES.table;
        return cell(left, style, measure.lines(row[position] ?? '', style, width));
      }),
      leading: LEADING.table,
      spaceBefore: 4,
      decoration: 'rule',
      keepWithNext: false,
      table,
      last: at === rows.length - 1,
    };
}

const CELL_MARGIN = 3;

/** Headings are repeated on each page, so they must leave room on it. */
const MAX_HEAD_LINES = 4;

function headLines(measure: Measure, title: string, width: number): readonly string[] {
  return measure.lines(title, STYLES.head, width).slice(0, MAX_HEAD_LINES);
}

interface Place {
  readonly column: TableColumn;
  readonly x: number;
  readonly width: number;
}

function* preformatted(text: string, measure: Measure): Generator<Strip> {
  for (const [at, line] of text.split('\n').entries()) {
    yield whole(line, STYLES.mono, measure, {
      tag: 'Code',
      indent: 10,
      spaceBefore: at === 0 ? 6 : 0,
      decoration: 'bar',
    });
  }
}

function cell(
  x: number,
  style: TextStyle,
  lines: readonly string[],
  tag: Cell['tag'] = 'TD',
  scope: Cell['scope'] = 'Column',
): Cell {
  return { tag, scope, x, style, lines };
}
