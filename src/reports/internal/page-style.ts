/** A4 and its type, in points: sober, and legible when printed and copied. */
import type { TextStyle } from './measure.js';

export const PAGE = { width: 595.28, height: 841.89 } as const;
export const MARGIN = { left: 62, right: 56, top: 76, bottom: 70 } as const;

export const CONTENT_WIDTH = PAGE.width - MARGIN.left - MARGIN.right;
export const CONTENT_HEIGHT = PAGE.height - MARGIN.top - MARGIN.bottom;

export const STYLES = {
  H1: { font: 'strong', size: 17 },
  H2: { font: 'strong', size: 12 },
  H3: { font: 'strong', size: 10.5 },
  H4: { font: 'strong', size: 9 },
  body: { font: 'text', size: 9.5 },
  label: { font: 'strong', size: 8.5 },
  note: { font: 'text', size: 8 },
  warning: { font: 'strong', size: 15 },
  head: { font: 'strong', size: 8 },
  table: { font: 'text', size: 8 },
  mono: { font: 'mono', size: 7.8 },
  smallMono: { font: 'mono', size: 6.8 },
  running: { font: 'text', size: 7.5 },
  mark: { font: 'strong', size: 10 },
} as const satisfies Readonly<Record<string, TextStyle>>;

/** From base line to base line. */
export const LEADING = {
  H1: 22,
  H2: 16,
  H3: 14,
  H4: 13,
  body: 13,
  table: 10.5,
  warning: 20,
} as const;

export const INK = '#111111';
export const PALE = '#555555';
export const RULE = '#b8bcc4';
export const SHADE = '#e9ebf0';
export const ALARM = '#a40000';
