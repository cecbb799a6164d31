/**
 * What a node without configuration makes for itself (design §3.14): a certificate authority with a
 * seal, and a chain. All of it says that it is for development, everywhere it shows.
 */
import { join } from 'node:path';
import { DevChain } from './anchoring/devchain.js';
import { randomBytes, type RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { createDevelopmentAuthority } from './keys/development-authority.js';
import type { AnchorKey, KeyStore, SealKeys } from './keys/key-store.js';
import { type SealSigner, softwareSealSigner } from './keys/seal-signer.js';
import type { AnchoringOptions } from './node-anchoring.js';

export interface DevelopmentPartsOptions {
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
}

export interface DevelopmentAnchoring {
  readonly devchain: DevChain;
  readonly anchoring: AnchoringOptions;
}

export interface DevelopmentParts {
  readonly seal: SealSigner;
  /** DER of the authority's root. */
  readonly roots: readonly Uint8Array[];
  readonly openAnchoring: (dataDirectory: string) => Promise<DevelopmentAnchoring>;
}

export async function openDevelopmentParts(
  options: DevelopmentPartsOptions,
): Promise<DevelopmentParts> {
  const { keyStore } = options;
  const { certificate, chain, privateKey } =
    (await keyStore.sealKeys()) ?? (await makeSeal(options));
  const { secret } = (await keyStore.anchorKey()) ?? (await makeAnchorKey(options));
  return {
    // The root itself does not travel in a seal: who trusts it has it.
    seal: softwareSealSigner({
      certificate,
      chain: chain.slice(0, -1),
      privateKeyPkcs8: privateKey,
    }),
    roots: chain.slice(-1),
    openAnchoring: async (dataDirectory) => {
      const path = join(dataDirectory, 'devchain');
      const devchain = await DevChain.open({ path, clock: options.clock, blocksPerBroadcast: 1 });
      return { devchain, anchoring: anchoringOn(devchain, secret) };
    },
  };
}

function anchoringOn(devchain: DevChain, secret: Uint8Array): AnchoringOptions {
  return {
    chain: 'devchain',
    source: devchain,
    secret,
    confirmations: 1,
    firstCoin: (script) => devchain.fund(script),
  };
}

async function makeSeal({ keyStore, clock, random }: DevelopmentPartsOptions): Promise<SealKeys> {
  const made = createDevelopmentAuthority({
    at: clock.now(),
    random: (length) => randomBytes(random, length),
  });
  const keys = {
    certificate: made.sealCertificate,
    chain: [made.caCertificate],
    privateKey: made.sealPrivateKey,
    isDevelopment: true,
  };
  await keyStore.putSealKeys(keys);
  return keys;
}

async function makeAnchorKey({ keyStore, random }: DevelopmentPartsOptions): Promise<AnchorKey> {
  // All but 2⁻¹²⁸ of 32-byte strings are scalars; the top bit cleared makes it all of them but zero.
  const secret = randomBytes(random, 32);
  secret[0] = (secret[0] ?? 0) & 0x7f;
  const key = { secret, isDevelopment: true };
  await keyStore.putAnchorKey(key);
  return key;
}
