/** Which settings of the seal go together. */
import type { Config, Secrets } from '../config.js';
import { refuseOtherKinds } from './kind-settings.js';
import { environmentName, flagName, mustBe } from './setting.js';
import type { SettingName } from './settings-table.js';

type SealKind = Config['seal'];

/** By the settings that mean nothing elsewhere. */
const KINDS = {
  sealFile: ['pem', 'pkcs12'],
  sealCertificates: ['pem', 'pkcs12', 'pkcs11'],
  sealAlgorithm: ['pem', 'pkcs12', 'pkcs11'],
  sealPassphraseFile: ['pem', 'pkcs12'],
  pkcs11Module: ['pkcs11'],
  pkcs11Token: ['pkcs11'],
  pkcs11Key: ['pkcs11'],
  pkcs11KeyId: ['pkcs11'],
  pkcs11PinFile: ['pkcs11'],
} as const satisfies Partial<Record<SettingName, readonly SealKind[]>>;

const SECRET_KINDS = {
  sealPassphrase: ['pem', 'pkcs12'],
  pkcs11Pin: ['pkcs11'],
} as const satisfies Partial<Record<keyof Secrets, readonly SealKind[]>>;

/** @throws ConfigError CONFIG_MALFORMED, naming what does not go with what. */
export function checkSealSettings(config: Config, secrets: Secrets): void {
  const { seal } = config;
  const isSet = (name: keyof typeof KINDS): boolean => config[name] !== undefined;
  refuseOtherKinds('the seal', seal, KINDS, isSet, flagName);
  const isGiven = (name: keyof typeof SECRET_KINDS): boolean => secrets[name] !== undefined;
  refuseOtherKinds('the seal', seal, SECRET_KINDS, isGiven, environmentName);
  if ((seal === 'pem' || seal === 'pkcs12') && config.sealFile === undefined)
    throw mustBe(flagName('sealFile'), `set where the seal is ${seal}`);
  if (seal === 'pkcs11' && config.pkcs11Module === undefined)
    throw mustBe(flagName('pkcs11Module'), 'set where the seal is pkcs11');
  if (seal === 'pkcs11' && config.pkcs11Key === undefined && config.pkcs11KeyId === undefined)
    throw mustBe(flagName('pkcs11Key'), 'set where the seal is pkcs11, or --pkcs11-key-id');
  if (config.batchSealMillis !== undefined && seal === 'off')
    throw mustBe(flagName('batchSealMillis'), 'left out where the seal is off');
  if (config.sealPassphraseFile !== undefined && secrets.sealPassphrase !== undefined)
    throw mustBe(
      flagName('sealPassphraseFile'),
      'left out where CHIROGRAPH_SEAL_PASSPHRASE is set',
    );
  if (config.pkcs11PinFile !== undefined && secrets.pkcs11Pin !== undefined)
    throw mustBe(flagName('pkcs11PinFile'), 'left out where CHIROGRAPH_PKCS11_PIN is set');
}
