/**
 * What a node without configuration makes for itself (design §3.14): a certificate authority with a
 * seal, and a chain. All of it says that it is for development, everywhere it shows.
 */
import { join } from 'node:path';
import { anchorSecret } from './anchor-key.js';
import { DevChain } from './anchoring/devchain.js';
import { randomBytes, type RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import { createDevelopmentAuthority } from './keys/development-authority.js';
import type { KeyStore, SealKeys } from './keys/key-store.js';
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

export interface DevelopmentSeal {
  readonly seal: SealSigner;
  /** DER of the authority's root. */
  readonly roots: readonly Uint8Array[];
}

export interface DevelopmentParts extends DevelopmentSeal {
  readonly openAnchoring: (dataDirectory: string) => Promise<DevelopmentAnchoring>;
}

export async function openDevelopmentParts(
  options: DevelopmentPartsOptions,
): Promise<DevelopmentParts> {
  return {
    ...(await openDevelopmentSeal(options)),
    openAnchoring: (dataDirectory) => openDevelopmentAnchoring(options, dataDirectory),
  };
}

export async function openDevelopmentSeal(
  options: DevelopmentPartsOptions,
): Promise<DevelopmentSeal> {
  const { certificate, chain, privateKey } =
    (await options.keyStore.sealKeys()) ?? (await makeSeal(options));
  return {
    // The root itself does not travel in a seal: who trusts it has it.
    seal: softwareSealSigner({
      certificate,
      chain: chain.slice(0, -1),
      privateKeyPkcs8: privateKey,
    }),
    roots: chain.slice(-1),
  };
}

/** @throws ConfigError CONFIG_MALFORMED as `anchorSecret`; AnchoringError DEVCHAIN_DAMAGED. */
export async function openDevelopmentAnchoring(
  { keyStore, random, clock }: DevelopmentPartsOptions,
  dataDirectory: string,
): Promise<DevelopmentAnchoring> {
  const secret = await anchorSecret({ keyStore, random, isDevelopment: true });
  const path = join(dataDirectory, 'devchain');
  const devchain = await DevChain.open({ path, clock, blocksPerBroadcast: 1 });
  return { devchain, anchoring: anchoringOn(devchain, secret) };
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
