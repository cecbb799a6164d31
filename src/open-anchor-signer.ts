/**
 * The key of the chain of anchors as the configuration describes it: in the key store, in a token, or elsewhere
 * (docs/decisions/0034-anchor-keys-elsewhere.md). A token that is away holds up no start.
 */
import { anchorSecret } from './anchor-key.js';
import type { KeyOrigin } from './anchoring/anchor-psbt.js';
import {
  type AnchorSigner,
  distantAnchorSigner,
  softwareAnchorSigner,
} from './anchoring/anchor-signer.js';
import { TokenAnchorSigner } from './anchoring/token-anchor-signer.js';
import { fromHex, toHex } from './base/bytes.js';
import type { RandomSource } from './base/random.js';
import type { Config, Secrets } from './config.js';
import type { KeyStore } from './keys/key-store.js';
import { openPkcs11CurveKey, type TokenOptions } from './keys/pkcs11-curve-key.js';
import { secretInFile } from './seal-files.js';
import { ConfigError } from './settings/config-error.js';
import { environmentName, flagName, mustBe } from './settings/setting.js';

export interface AnchorSignerParts {
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  /** Whether it is for the chain that the node makes for itself. */
  readonly isDevelopment: boolean;
  /** Told why a token's process ended that was not told to. Not to be shown to clients. */
  readonly onTokenCrash: (cause: unknown) => void;
}

export interface OpenedAnchorSigner {
  readonly signer: AnchorSigner;
  /** Where a wallet finds the key; null where it is not said. */
  readonly origin: KeyOrigin | null;
  /** After which a signature that is waited for is an alarm. */
  readonly signatureMillis: number;
  close(): Promise<void>;
}

/**
 * @throws ConfigError CONFIG_MALFORMED as `anchorSecret`, and naming the token's public key where the settings do not
 * name one; CONFIG_SEAL_UNUSABLE for a file of a PIN; then KeysError KEYS_TOKEN_* as well.
 */
export async function openAnchorSigner(
  config: Config,
  secrets: Secrets,
  parts: AnchorSignerParts,
): Promise<OpenedAnchorSigner> {
  // Made also where it does not sign: it says which kind of chain the data directory was made with.
  const secret = await anchorSecret(parts);
  const { anchorKey, anchorPublicKey, anchorKeyOrigin, anchorSignatureMillis } = config;
  const opened = {
    origin: anchorKeyOrigin === undefined ? null : keyOriginOf(anchorKeyOrigin),
    signatureMillis: anchorSignatureMillis,
    close: () => Promise.resolve(),
  };
  switch (anchorKey) {
    case 'software':
      return { ...opened, signer: softwareAnchorSigner(secret) };
    case 'psbt':
      if (anchorPublicKey === undefined) throw mustBe(flagName('anchorPublicKey'), 'set');
      return { ...opened, signer: distantAnchorSigner(fromHex(anchorPublicKey)) };
    case 'pkcs11': {
      const token = await tokenOptions(config, secrets, parts);
      if (anchorPublicKey === undefined) throw await unnamed(token);
      const publicKey = fromHex(anchorPublicKey);
      const signer = new TokenAnchorSigner({ publicKey, open: () => openPkcs11CurveKey(token) });
      // A trial at the start, which nothing waits for: what comes of it is shown.
      void signer.look();
      return { ...opened, signer, close: () => signer.close() };
    }
  }
}

async function tokenOptions(
  config: Config,
  { anchorPkcs11Pin }: Secrets,
  { onTokenCrash: onCrash }: AnchorSignerParts,
): Promise<TokenOptions> {
  const { anchorPkcs11Module: module, anchorPkcs11Token, anchorPkcs11Key } = config;
  const { anchorPkcs11KeyId, anchorPkcs11PinFile } = config;
  if (module === undefined) throw mustBe(flagName('anchorPkcs11Module'), 'set');
  return {
    module,
    token: anchorPkcs11Token ?? null,
    keyLabel: anchorPkcs11Key ?? null,
    keyId: anchorPkcs11KeyId === undefined ? null : fromHex(anchorPkcs11KeyId),
    pin:
      anchorPkcs11PinFile === undefined
        ? (anchorPkcs11Pin ?? null)
        : await secretInFile('anchorPkcs11PinFile', anchorPkcs11PinFile),
    onCrash,
  };
}

/** The operator is there at the first start: from then on the settings say what the token must have. */
async function unnamed(token: TokenOptions): Promise<ConfigError> {
  const key = await openPkcs11CurveKey(token);
  await key.close();
  return new ConfigError(
    'CONFIG_MALFORMED',
    `the token works, and its anchor key is ${toHex(key.publicKey)}: set ${environmentName('anchorPublicKey')} to that`,
  );
}

/** `d34db33f/84h/0h/0h/0/0`, as the setting has been checked for. */
function keyOriginOf(text: string): KeyOrigin {
  const [fingerprint = '', ...steps] = text.split('/');
  const path = ['m', ...steps.map((step) => step.replace('h', "'"))].join('/');
  return { fingerprint: fromHex(fingerprint), path };
}
