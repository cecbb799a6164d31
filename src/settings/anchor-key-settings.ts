/** Which settings of the anchor key go together. */
import type { AnchorKeyKind } from '../anchoring/anchor-signer.js';
import type { Config, Secrets } from '../config.js';
import { refuseOtherKinds } from './kind-settings.js';
import { environmentName, flagName, mustBe } from './setting.js';
import type { SettingName } from './settings-table.js';

/** By the settings that mean nothing elsewhere. */
const KINDS = {
  anchorPublicKey: ['pkcs11', 'psbt'],
  anchorKeyOrigin: ['psbt'],
  anchorPkcs11Module: ['pkcs11'],
  anchorPkcs11Token: ['pkcs11'],
  anchorPkcs11Key: ['pkcs11'],
  anchorPkcs11KeyId: ['pkcs11'],
  anchorPkcs11PinFile: ['pkcs11'],
} as const satisfies Partial<Record<SettingName, readonly AnchorKeyKind[]>>;

const SECRET_KINDS = {
  anchorPkcs11Pin: ['pkcs11'],
} as const satisfies Partial<Record<keyof Secrets, readonly AnchorKeyKind[]>>;

/** @throws ConfigError CONFIG_MALFORMED, naming what does not go with what. */
export function checkAnchorKeySettings(config: Config, secrets: Secrets): void {
  const { anchorKey, anchorChain } = config;
  const part = 'the anchor key';
  const isSet = (name: keyof typeof KINDS): boolean => config[name] !== undefined;
  refuseOtherKinds(part, anchorKey, KINDS, isSet, flagName);
  const isGiven = (name: keyof typeof SECRET_KINDS): boolean => secrets[name] !== undefined;
  refuseOtherKinds(part, anchorKey, SECRET_KINDS, isGiven, environmentName);
  if (anchorKey === 'software') return;
  if (anchorChain === 'upstream')
    throw mustBe(flagName('anchorKey'), 'left out where the anchor chain is upstream');
  if (anchorKey === 'psbt' && config.anchorPublicKey === undefined)
    throw mustBe(flagName('anchorPublicKey'), 'set where the anchor key is psbt');
  if (anchorKey !== 'pkcs11') return;
  if (config.anchorPkcs11Module === undefined)
    throw mustBe(flagName('anchorPkcs11Module'), 'set where the anchor key is pkcs11');
  if (config.anchorPkcs11Key === undefined && config.anchorPkcs11KeyId === undefined)
    throw mustBe(
      flagName('anchorPkcs11Key'),
      'set where the anchor key is pkcs11, or --anchor-pkcs11-key-id',
    );
  if (config.anchorPkcs11PinFile !== undefined && secrets.anchorPkcs11Pin !== undefined)
    throw mustBe(
      flagName('anchorPkcs11PinFile'),
      'left out where CHIROGRAPH_ANCHOR_PKCS11_PIN is set',
    );
}
