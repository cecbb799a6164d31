/** What a record says of other persons, each part opened under the secret of whom it is about. */
import { type JsonValue, parseCanonicalJson } from '../base/canonical-json.js';
import { isJsonObject } from '../base/json-members.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import { type OpenedRecord, openRecordPart, unlessErased } from './opened-entry.js';

export interface OtherPerson {
  readonly subject: string;
  readonly payload: JsonValue;
}

/** In the order of the record; null for one that has been erased. @throws as `openEntry`. */
export async function partsOf(
  vault: Vault,
  { entry, statement }: Pick<OpenedRecord, 'entry' | 'statement'>,
): Promise<readonly (OtherPerson | null)[]> {
  const parts: (OtherPerson | null)[] = [];
  for (let at = 0; at < (statement.parts ?? []).length; at++) {
    const opened = await unlessErased(openRecordPart(vault, entry, statement, at), null);
    if (opened === null) {
      parts.push(null);
      continue;
    }
    const said = parseCanonicalJson(opened.bytes);
    const subject = isJsonObject(said) ? said['subject'] : undefined;
    if (!isJsonObject(said) || typeof subject !== 'string')
      throw damaged(`part ${at} of entry ${entry.index} names nobody`);
    parts.push({ subject, payload: said['payload'] ?? null });
  }
  return parts;
}
