/**
 * What a report says, without saying how it looks: the two builders make this, `pdf-report` prints it.
 * Plain data. Any text may be hostile, on any place; only the printer makes it fit to be shown.
 */
import type { UnixMillis } from '../base/brand.js';
import type { ReportLanguage } from './report-language.js';

export interface ReportDocument {
  readonly language: ReportLanguage;
  readonly title: string;
  /** In whose name: the name of the log. */
  readonly author: string;
  /** What the report is of, such as a case id: in the head of each page. */
  readonly reference: string;
  /** In large letters in the head of each page, if the report says that its proofs are worth nothing. */
  readonly mark: string | null;
  readonly createdAt: UnixMillis;
  readonly blocks: readonly Block[];
  readonly files: readonly EmbeddedFile[];
}

export type Block =
  | HeadingBlock
  | ParagraphBlock
  | WarningBlock
  | NoteBlock
  | RowsBlock
  | TableBlock
  | PreformattedBlock;

export interface HeadingBlock {
  readonly kind: 'heading';
  readonly level: 1 | 2 | 3 | 4;
  readonly text: string;
}

export interface ParagraphBlock {
  readonly kind: 'paragraph';
  readonly text: string;
}

/** In large letters and a frame: what nobody may overlook. */
export interface WarningBlock {
  readonly kind: 'warning';
  readonly text: string;
}

/** Small, for what explains. */
export interface NoteBlock {
  readonly kind: 'note';
  readonly text: string;
}

export interface RowsBlock {
  readonly kind: 'rows';
  readonly rows: readonly LabelledRow[];
}

export interface LabelledRow {
  readonly label: string;
  readonly value: string;
  /** How deep it is nested in the rows above; 0 if absent. */
  readonly depth?: number;
  /** For what is compared digit by digit: identifiers, digests, JSON. */
  readonly mono?: boolean;
}

export interface TableBlock {
  readonly kind: 'table';
  readonly columns: readonly TableColumn[];
  /** Each as long as `columns`. */
  readonly rows: readonly (readonly string[])[];
}

export interface TableColumn {
  readonly title: string;
  /** Share of the width, of all columns' together. */
  readonly share: number;
  readonly mono?: boolean;
}

/** Lines as they are, broken only where they are too long. */
export interface PreformattedBlock {
  readonly kind: 'preformatted';
  readonly text: string;
}

/** A file that lies in the report, byte for byte (ISO 19005-3 §6.8). */
export interface EmbeddedFile {
  /** `[A-Za-z0-9][A-Za-z0-9._-]{0,99}`, unlike any other of the report, also but for case. */
  readonly name: string;
  /** RFC 6838, without parameters. */
  readonly mediaType: string;
  /** ISO 32000-2 §7.11.3. `Source`: what the report was made from. `Data`: what it shows, for programs. */
  readonly relationship: 'Source' | 'Data';
  readonly description: string;
  readonly modifiedAt: UnixMillis;
  readonly bytes: Uint8Array;
}
