/** Which ledgers are drives: those that have settings of one, found by the tag without reading any. */
import { digestFromHex } from '../base/hex-digest.js';
import { tagsScope } from '../base/secret-scope.js';
import type { Vault } from '../keys/vault.js';
import type { Ledger } from '../ledger/ledger.js';
import { tagOf, thingOpener, thingValue } from '../records/tag.js';
import { OWN_SUBJECT } from '../schemas/own-records.js';
import { DRIVE_KEY, DRIVE_TYPE } from './drive-settings.js';

/** Also of one that was removed. @param vault of its tenant. */
export async function isDrive({ logs }: Pick<Ledger, 'logs'>, vault: Vault): Promise<boolean> {
  const own = await vault.find(tagsScope(OWN_SUBJECT));
  if (own === null) return false;
  const opener = thingOpener(own.secret, DRIVE_TYPE, DRIVE_KEY);
  const tag = digestFromHex(tagOf(opener, thingValue(DRIVE_TYPE, DRIVE_KEY)));
  for (const reader of logs) if ((await reader.latestVersion(tag)) !== null) return true;
  return false;
}
