/** The files that a record attaches, as data and as rows of a report. What is in them is not in the report. */
import type { HexDigest } from '../base/hex-digest.js';
import { rows, type RowText } from './internal/blocks.js';
import type { Block } from './report-document.js';
import type { Say } from './report-language.js';

export interface AttachedFile {
  /** Leaf hash of the entry that brought it. */
  readonly id: HexDigest;
  /** The record's own word for it. */
  readonly name: string | null;
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: HexDigest;
}

/** Nothing where there are none. */
export function attachedBlocks(files: readonly AttachedFile[], say: Say): readonly Block[] {
  if (files.length === 0) return [];
  return [
    rows(
      files.flatMap(({ id, name, mediaType, size, sha256 }): RowText[] => [
        [say('label.attached'), say('value.binary', { size, mediaType })],
        ...(name === null ? [] : [[say('label.attached-as'), name] as const]),
        [say('label.sha256'), sha256, 'mono'],
        [say('label.attached-entry'), id, 'mono'],
      ]),
    ),
  ];
}
