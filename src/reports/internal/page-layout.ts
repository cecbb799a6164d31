/**
 * Strips onto pages. It knows no pdfkit: laid out once to count the pages, and once more to print them,
 * a report is never in memory as a whole, and yet each page says of how many it is.
 */
import type { Block } from '../report-document.js';
import type { Measure } from './measure.js';
import { CONTENT_HEIGHT } from './page-style.js';
import { type Strip, stripsOf } from './strip.js';

export interface Page {
  readonly pieces: readonly Piece[];
}

/** The lines `from` to before `to` of a strip, on one page. */
export interface Piece {
  readonly strip: Strip;
  readonly from: number;
  readonly to: number;
  /** Points below the top of the page's content. */
  readonly y: number;
  /** Headings of a table that goes on: no second ones for whoever listens to the report. */
  readonly isRepeat: boolean;
}

/** At least one page. */
export function* pagesOf(blocks: readonly Block[], measure: Measure): Generator<Page> {
  let pieces: Piece[] = [];
  let y = 0;
  const put = (strip: Strip, from: number, to: number, isRepeat = false): void => {
    if (y > 0) y += strip.spaceBefore;
    pieces.push({ strip, from, to, y, isRepeat });
    y += heightOf(strip, to - from);
  };
  const turn = (): Page => {
    const page = { pieces };
    pieces = [];
    y = 0;
    return page;
  };
  /** Headings and what they stand above: together, as far as a page has room for it. */
  function* place(group: readonly Strip[]): Generator<Page> {
    if (y > 0 && y + leastHeight(group) > CONTENT_HEIGHT) {
      yield turn();
      repeatHead(group[0], put);
    }
    for (const strip of group) {
      const count = lineCount(strip);
      for (let from = 0; ;) {
        const room = CONTENT_HEIGHT - y - (y > 0 ? strip.spaceBefore : 0);
        const to = Math.min(count, from + linesIn(strip, room));
        if (to > from) put(strip, from, to);
        if (to >= count) break;
        from = to;
        yield turn();
        repeatHead(strip, put);
      }
    }
  }

  let kept: Strip[] = [];
  for (const block of blocks)
    for (const strip of stripsOf(block, measure)) {
      if (strip.keepWithNext && kept.length < MAX_KEPT) {
        kept.push(strip);
        continue;
      }
      yield* place([...kept, strip]);
      kept = [];
    }
  yield* place(kept);
  yield turn();
}

const MAX_KEPT = 4;

/** Above and below the lines of a frame. */
export const FRAME_PADDING = 10;

export const BELOW_FRAME = 8;

export function lineCount({ cells }: Strip): number {
  return Math.max(0, ...cells.map(({ lines }) => lines.length));
}

export function heightOf(strip: Strip, lines: number): number {
  return lines * strip.leading + paddingOf(strip);
}

function paddingOf({ decoration }: Strip): number {
  if (decoration === 'frame') return 2 * FRAME_PADDING + BELOW_FRAME;
  return decoration === 'rule' || decoration === 'shade' ? 4 : 0;
}

function linesIn(strip: Strip, room: number): number {
  return Math.max(0, Math.floor((room - paddingOf(strip)) / strip.leading + 1e-6));
}

/** With headings in front, and of the last strip as much as makes it worth beginning. */
function leastHeight(group: readonly Strip[]): number {
  const last = group.at(-1);
  return group.reduce((sum, strip) => {
    const count = lineCount(strip);
    const lines = strip === last && count > FEW_LINES ? WORTH_LINES : count;
    return sum + strip.spaceBefore + heightOf(strip, lines);
  }, 0);
}

const FEW_LINES = 6;
const WORTH_LINES = 3;

function repeatHead(
  strip: Strip | undefined,
  put: (strip: Strip, from: number, to: number, isRepeat: boolean) => void,
): void {
  const head = strip?.table?.strip;
  // The heading itself has come to the top of the page.
  if (!head || head.cells === strip.cells) return;
  put(head, 0, lineCount(head), true);
}
