/** From the name of a person to the tags that stand for it, which only the vault can make. */
import type { HexDigest } from '../base/hex-digest.js';
import { tagsScope } from '../base/secret-scope.js';
import type { Vault } from '../keys/vault.js';
import { personOpener, type PersonRole, tagOf, thingOpener, thingValue } from '../records/tag.js';

/** Null of somebody about whom nothing was recorded, or who has been forgotten: which cannot be told. */
export async function personTag(
  vault: Vault,
  person: string,
  role: PersonRole,
): Promise<HexDigest | null> {
  const secret = await secretOf(vault, person);
  return secret === null ? null : tagOf(personOpener(secret, role), person);
}

/** The two tags of one person that entries are found by. */
export interface SubjectTags {
  /** As subject, or in a part. */
  readonly tag: HexDigest;
  readonly partyTag: HexDigest;
}

/** Null as `personTag`. */
export async function subjectTags(vault: Vault, person: string): Promise<SubjectTags | null> {
  const secret = await secretOf(vault, person);
  if (secret === null) return null;
  return {
    tag: tagOf(personOpener(secret, 'subject'), person),
    partyTag: tagOf(personOpener(secret, 'party'), person),
  };
}

/** Of a thing that has a key. */
export async function thingTag(
  vault: Vault,
  { subject, type, key }: { readonly subject: string; readonly type: string; readonly key: string },
): Promise<HexDigest | null> {
  const secret = await secretOf(vault, subject);
  return secret === null ? null : tagOf(thingOpener(secret, type, key), thingValue(type, key));
}

async function secretOf(vault: Vault, person: string): Promise<Uint8Array | null> {
  return (await vault.find(tagsScope(person)))?.secret ?? null;
}
