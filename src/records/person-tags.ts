/** Which persons' lists an entry belongs to (docs/formats/person-map.md). */
import type { HexDigest } from '../base/hex-digest.js';
import type { Statement } from './statement.js';

/** The tags of the persons an entry is about, its author's not among them; each once. */
export function personTagsOf(statement: Statement): HexDigest[] {
  switch (statement.kind) {
    case 'record': {
      const { tags, parts = [] } = statement;
      return distinct([tags.subject, ...(tags.parties ?? []), ...parts.map((p) => p.subject)]);
    }
    case 'signature':
      return [statement.tags.subject];
    default:
      return [];
  }
}

function distinct(tags: readonly HexDigest[]): HexDigest[] {
  return [...new Set(tags)];
}
