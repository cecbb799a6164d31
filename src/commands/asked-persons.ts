/**
 * What was asked, as an access entry keeps it: persons by their tags. A name would lie there sealed
 * under the secret of whoever asked, and outlive the secret of whom it names (design §3.11).
 */
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { canonicalJson } from '../base/canonical-json.js';
import { sha256Hex } from '../base/hash.js';
import { isJsonObject } from '../base/json-members.js';
import { tagsScope } from '../base/secret-scope.js';
import type { Vault } from '../keys/vault.js';
import { personOpener, tagOf } from '../records/tag.js';

export interface AskedQuestion {
  readonly question: JsonObject;
  /** Whom it names, and who is known here: the tag that stands for each of them. */
  readonly tags: ReadonlyMap<string, string>;
}

/** Members of questions that name persons. */
const PERSON_MEMBERS: ReadonlySet<string> = new Set([
  'subject',
  'subjects',
  'party',
  'parties',
  'actor',
  'author',
  'authors',
]);

/** A longer one is kept as its hash: the client has it. */
const MAX_QUESTION_BYTES = 16 * 1024;

/**
 * Never mints a secret: a name that nobody here has had is not made known by being asked for.
 */
export async function askedQuestion(vault: Vault, asked: JsonObject): Promise<AskedQuestion> {
  const text = canonicalJson(asked);
  const names = [...new Set(namesIn(asked, false))];
  const tags = new Map<string, string>();
  for (const name of names) {
    const found = await vault.find(tagsScope(name));
    if (found !== null) tags.set(name, tagOf(personOpener(found.secret, 'party'), name));
  }
  const question =
    Buffer.byteLength(text) > MAX_QUESTION_BYTES
      ? { sha256: sha256Hex(text), size: Buffer.byteLength(text) }
      : (tagged(asked, false, tags) as JsonObject);
  return { question, tags };
}

/** @param isPerson whether it stands under a member that names persons. */
function namesIn(value: JsonValue, isPerson: boolean): string[] {
  if (typeof value === 'string') return isPerson ? [value] : [];
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).flatMap((item) => namesIn(item, isPerson));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    namesIn(member, PERSON_MEMBERS.has(name)),
  );
}

function tagged(value: JsonValue, isPerson: boolean, tags: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === 'string') return isPerson ? { tag: tags.get(value) ?? null } : value;
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).map((item) => tagged(item, isPerson, tags));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      tagged(member, PERSON_MEMBERS.has(name), tags),
    ]),
  );
}
