/**
 * What a node without configuration makes for itself (design §3.14): a certificate authority with a
 * seal and time-stamps, and a chain. All of it says that it is for development, everywhere it shows.
 */
import { join } from 'node:path';
import { anchorFees } from './anchoring/anchor-fee-settings.js';
import { DevChain } from './anchoring/devchain.js';
import { randomBytes, type RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import {
  createDevelopmentCa,
  issueSealCertificate,
  issueTimeStampCertificate,
  type IssueOptions,
} from './keys/development-authority.js';
import type { DevelopmentAuthorityKeys, KeyStore, SealKeys } from './keys/key-store.js';
import { type SealSigner, softwareSealSigner } from './keys/seal-signer.js';
import type { AnchoringOptions } from './node-anchoring.js';
import type { OpenedAnchorSigner } from './open-anchor-signer.js';
import { parseCertificate } from './signing/certificate.js';

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

/** @throws AnchoringError DEVCHAIN_DAMAGED. */
export async function openDevelopmentAnchoring(
  clock: Clock,
  dataDirectory: string,
  key: OpenedAnchorSigner,
): Promise<DevelopmentAnchoring> {
  const path = join(dataDirectory, 'devchain');
  const devchain = await DevChain.open({ path, clock, blocksPerBroadcast: 1 });
  return { devchain, anchoring: anchoringOn(devchain, key) };
}

function anchoringOn(
  devchain: DevChain,
  { signer, origin, signatureMillis }: OpenedAnchorSigner,
): AnchoringOptions {
  return {
    chain: 'devchain',
    source: devchain,
    ...{ signer, origin, signatureMillis },
    confirmations: 1,
    fees: anchorFees({ maxFee: 50_000, maxRate: 100 }),
    firstCoin: (script) => devchain.fund(script),
  };
}

async function makeSeal(options: DevelopmentPartsOptions): Promise<SealKeys> {
  const authority = await openDevelopmentAuthority(options);
  const made = issueSealCertificate(authority, issueOptions(options));
  const keys = {
    certificate: made.sealCertificate,
    chain: [authority.caCertificate],
    privateKey: made.sealPrivateKey,
    isDevelopment: true,
  };
  await options.keyStore.putSealKeys(keys);
  return keys;
}

/** Time enough to notice that a node has not been started for long. */
const RENEWAL_MILLIS = 60 * 86_400_000;

/**
 * The embedded authority, made where there is none. Its certificate for time-stamps is issued anew when it
 * ends soon; tokens made before rest on the old one, which they carry.
 */
export async function openDevelopmentAuthority(
  options: DevelopmentPartsOptions,
): Promise<DevelopmentAuthorityKeys> {
  const known = await options.keyStore.developmentAuthority();
  if (known !== null && !endsSoon(known, options)) return known;
  const ca = known ?? createDevelopmentCa(issueOptions(options));
  const { caCertificate, caPrivateKey } = ca;
  const issued = issueTimeStampCertificate(ca, issueOptions(options));
  const keys = { caCertificate, caPrivateKey, ...issued };
  await options.keyStore.putDevelopmentAuthority(keys);
  return keys;
}

function endsSoon(
  { timeStampCertificate }: DevelopmentAuthorityKeys,
  { clock }: DevelopmentPartsOptions,
): boolean {
  return parseCertificate(timeStampCertificate).notAfter - clock.now() < RENEWAL_MILLIS;
}

function issueOptions({ clock, random }: DevelopmentPartsOptions): IssueOptions {
  return { at: clock.now(), random: (length) => randomBytes(random, length) };
}
