/** An access entry as an answer shows it: what its payload says (docs/formats/access.md), and who acted when. */
import { toHex, utf8ToString } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { formatInstant } from '../base/time.js';
import type { OpenedRecord } from './opened-entry.js';

export interface AccessView extends JsonObject {
  readonly id: string;
  readonly index: number;
  readonly origin: string;
  readonly recordedAt: string;
  readonly actor: string;
  /** How many persons it is about. */
  readonly persons: number;
}

export function accessView(
  origin: string,
  { entry, statement, said, payload }: OpenedRecord,
): AccessView {
  const written = JSON.parse(utf8ToString(payload.bytes)) as JsonObject;
  const members = Object.entries(written).filter(([name]) => name !== '$v');
  return {
    ...Object.fromEntries(members),
    id: toHex(entry.leafHash),
    index: entry.index,
    origin,
    recordedAt: formatInstant(statement.recordedAt),
    actor: said.subject,
    // The inspection that it was made under is a party, and nobody.
    persons: (statement.tags.parties ?? []).length - (Object.hasOwn(written, 'inspection') ? 1 : 0),
  };
}
