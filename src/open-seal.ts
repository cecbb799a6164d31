/**
 * The operator's seal as the configuration describes it: made for development, from a file, or in a token.
 * What cannot seal is found at the start, and not when somebody asks for the first seal.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { fromHex } from './base/bytes.js';
import type { Secret } from './base/secret.js';
import type { Config, Secrets } from './config.js';
import { type DevelopmentPartsOptions, openDevelopmentSeal } from './development-parts.js';
import { certificatesIn, privateKeyIn } from './keys/pem-key.js';
import { openPkcs11Signer } from './keys/pkcs11-signer.js';
import { openPkcs12 } from './keys/pkcs12.js';
import { isCertificateOf, orderCertificates } from './keys/seal-material.js';
import { type SealSigner, sealSignerOf } from './keys/seal-signer.js';
import type { Signer } from './keys/signer.js';
import { softwareSigner } from './keys/software-signer.js';
import { readSealFile, sealError, secretInFile } from './seal-files.js';
import { isSelfIssued } from './signing/certificate.js';

export interface SealParts extends DevelopmentPartsOptions {
  /** Told why a token's process ended that was not told to. Not to be shown to clients. */
  readonly onTokenCrash: (cause: unknown) => void;
}

export interface OpenedSeal {
  /** Null for a node without. */
  readonly seal: SealSigner | null;
  /** DER of the root that the seal ends at; none where its chain does not have it. */
  readonly roots: readonly Uint8Array[];
  close(): Promise<void>;
}

/**
 * @throws ConfigError CONFIG_SEAL_UNUSABLE: a file that cannot be read, or is not what it should be;
 * KeysError KEYS_PASSPHRASE_WRONG, KEYS_SEAL_UNUSABLE, KEYS_TOKEN_*; SigningError
 * SEAL_CERTIFICATE_UNSUITABLE, KEY_UNSUPPORTED, CERTIFICATE_MALFORMED.
 */
export async function openSeal(
  config: Config,
  secrets: Secrets,
  parts: SealParts,
): Promise<OpenedSeal> {
  switch (config.seal) {
    case 'off':
      return { seal: null, roots: [], close: () => Promise.resolve() };
    case 'development':
      return { ...(await openDevelopmentSeal(parts)), close: () => Promise.resolve() };
    case 'pem':
      return sealOf(await pemSigner(config, secrets), config);
    case 'pkcs12':
      return sealOf(await pkcs12Signer(config, secrets), config);
    case 'pkcs11':
      return sealOf(await tokenSigner(config, secrets, parts), config);
  }
}

async function sealOf(signer: Signer, { sealAlgorithm }: Config): Promise<OpenedSeal> {
  try {
    const root = signer.describe().chain.at(-1);
    return {
      seal: sealSignerOf(signer, sealAlgorithm),
      roots: root !== undefined && isSelfIssued(root) ? [root.der] : [],
      close: () => signer.close(),
    };
  } catch (cause) {
    await signer.close();
    throw cause;
  }
}

async function pemSigner(config: Config, secrets: Secrets): Promise<Signer> {
  const file = await readSealFile('sealFile', config.sealFile);
  const privateKey = privateKeyIn(file, await passphrase(config, secrets));
  return fileSigner(
    privateKey,
    [...certificatesIn(file), ...(await certificatesBeside(config))],
    'software',
  );
}

async function pkcs12Signer(config: Config, secrets: Secrets): Promise<Signer> {
  const file = await readSealFile('sealFile', config.sealFile);
  const { privateKey, certificates } = openPkcs12(file, await passphrase(config, secrets));
  return fileSigner(privateKey, [...certificates, ...(await certificatesBeside(config))], 'pkcs12');
}

function fileSigner(
  privateKey: KeyObject,
  certificates: readonly Uint8Array[],
  where: 'software' | 'pkcs12',
): Signer {
  const isOfKey = isCertificateOf(createPublicKey(privateKey));
  const { certificate, chain } = orderCertificates(isOfKey, certificates);
  return softwareSigner({
    privateKey,
    certificate: certificate.der,
    chain: chain.map(({ der }) => der),
    where,
  });
}

async function tokenSigner(
  config: Config,
  secrets: Secrets,
  { onTokenCrash }: SealParts,
): Promise<Signer> {
  const { pkcs11Module, pkcs11Token, pkcs11Key, pkcs11KeyId, pkcs11PinFile } = config;
  if (pkcs11Module === undefined) throw sealError('pkcs11Module', 'is not set');
  return openPkcs11Signer({
    module: pkcs11Module,
    token: pkcs11Token ?? null,
    keyLabel: pkcs11Key ?? null,
    keyId: pkcs11KeyId === undefined ? null : fromHex(pkcs11KeyId),
    pin:
      pkcs11PinFile === undefined
        ? (secrets.pkcs11Pin ?? null)
        : await secretInFile('pkcs11PinFile', pkcs11PinFile),
    sessions: config.pkcs11Sessions,
    certificates: await certificatesBeside(config),
    onCrash: onTokenCrash,
  });
}

async function certificatesBeside({ sealCertificates }: Config): Promise<readonly Uint8Array[]> {
  if (sealCertificates === undefined) return [];
  const found = certificatesIn(await readSealFile('sealCertificates', sealCertificates));
  if (found.length === 0) throw sealError('sealCertificates', 'names a file without a certificate');
  return found;
}

async function passphrase(
  { sealPassphraseFile }: Config,
  { sealPassphrase }: Secrets,
): Promise<Secret | null> {
  if (sealPassphraseFile === undefined) return sealPassphrase ?? null;
  return secretInFile('sealPassphraseFile', sealPassphraseFile);
}
