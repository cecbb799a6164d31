/** The key of the anchor chain: made with the node, and bound to the kind of chain it was made for. */
import { randomBytes, type RandomSource } from './base/random.js';
import type { AnchorKey, KeyStore } from './keys/key-store.js';
import { flagName, mustBe } from './settings/setting.js';

export interface AnchorKeyOptions {
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  readonly isDevelopment: boolean;
}

/**
 * secp256k1, 32 bytes; made if there is none.
 *
 * @throws ConfigError CONFIG_MALFORMED where the node's anchors are in a chain of the other kind:
 * evidence names one chain for all of them.
 */
export async function anchorSecret(options: AnchorKeyOptions): Promise<Uint8Array> {
  const { keyStore, isDevelopment } = options;
  const key = (await keyStore.anchorKey()) ?? (await makeAnchorKey(options));
  if (key.isDevelopment !== isDevelopment)
    throw mustBe(flagName('anchorChain'), 'the one that this data directory was made with');
  return key.secret;
}

async function makeAnchorKey({ keyStore, random, isDevelopment }: AnchorKeyOptions) {
  const key = newAnchorKey(random, isDevelopment);
  await keyStore.putAnchorKey(key);
  return key;
}

export function newAnchorKey(random: RandomSource, isDevelopment: boolean): AnchorKey {
  // All but 2⁻¹²⁸ of 32-byte strings are scalars; the top bit cleared makes it all of them but zero.
  const secret = randomBytes(random, 32);
  secret[0] = (secret[0] ?? 0) & 0x7f;
  return { secret, isDevelopment };
}
