/** What a record says of other persons, each part opened under the secret of whom it is about. */
import { type JsonValue, parseCanonicalJson } from '../base/canonical-json.js';
import { isJsonObject } from '../base/json-members.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import { type OpenedRecord, openRecordPart } from './opened-entry.js';

export interface OtherPerson {
  readonly subject: string;
  readonly payload: JsonValue;
}

/** In the order of the record. @throws as `openEntry`. */
export async function partsOf(
  vault: Vault,
  { entry, statement }: Pick<OpenedRecord, 'entry' | 'statement'>,
): Promise<readonly OtherPerson[]> {
  const parts: OtherPerson[] = [];
  for (let at = 0; at < (statement.parts ?? []).length; at++) {
    const { bytes } = await openRecordPart(vault, entry, statement, at);
    const said = parseCanonicalJson(bytes);
    const subject = isJsonObject(said) ? said['subject'] : undefined;
    if (!isJsonObject(said) || typeof subject !== 'string')
      throw damaged(`part ${at} of entry ${entry.index} names nobody`);
    parts.push({ subject, payload: said['payload'] ?? null });
  }
  return parts;
}
