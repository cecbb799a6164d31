/** The files that a record attaches. */
import { count, listOf, members, optional, type Reader, text } from './json-reading.js';

export interface Attachment {
  readonly name: string | null;
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** Of an entry as the node sent it; none where it attaches none. */
export const readAttachments: Reader<readonly Attachment[]> = (entry) =>
  optional(
    listOf((value) => {
      const { name, mediaType, size, sha256 } = members(value);
      return {
        name: optional(text)(name),
        mediaType: text(mediaType),
        size: count(size),
        sha256: text(sha256),
      };
    }),
  )(members(entry)['attachments']) ?? [];
