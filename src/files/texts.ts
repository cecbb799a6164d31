/** Objects all of whose members are text: tags, and what a writer adds to a file. */
import type { JsonValue } from '../base/canonical-json.js';
import { isJsonObject, type JsonMembers, type Shape } from '../base/json-members.js';

export type Texts = Readonly<Record<string, string>>;

const TEXTS: Shape<Texts> = {
  what: 'an object of texts',
  read: (value) => (isTexts(value) ? value : null),
};

export function readTexts(members: JsonMembers, name: string): Texts | undefined {
  return members.optional(name, TEXTS);
}

function isTexts(value: JsonValue): value is Record<string, string> {
  return isJsonObject(value) && Object.values(value).every((text) => typeof text === 'string');
}
