/**
 * Flags, then CHIROGRAPH_* environment, then chirograph.config.json in the data directory, then
 * defaults. What is unknown or malformed is refused by name, so that a misspelt setting is never
 * silently a default.
 */
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { JsonObject } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { Secret } from '../base/secret.js';
import type { Config, Secrets } from '../config.js';
import { checkAnchorKeySettings } from './anchor-key-settings.js';
import { ConfigError } from './config-error.js';
import { CONFIG_FILE } from './config-file.js';
import { checkSealSettings } from './seal-settings.js';
import { environmentName, flagName, mustBe, type Setting } from './setting.js';
import {
  DEFAULT_DATA,
  DEFAULTS,
  SETTING_NAMES,
  type SettingName,
  type Settings,
  SETTINGS,
} from './settings-table.js';

const DEVELOPMENT_GRACE_MILLIS = 2_000;

export interface ConfigSources {
  /** By the setting's name; a flag that was not given is undefined. */
  readonly flags: Texts;
  readonly env: Texts;
  /** The members of the configuration file in that data directory; none if there is no file. */
  readonly readFile: (dataDirectory: string) => JsonObject;
  /** What relative paths are relative to. */
  readonly workingDirectory: string;
}

export interface ParsedConfig {
  readonly config: Config;
  readonly secrets: Secrets;
}

type Texts = Readonly<Record<string, string | undefined>>;

/** Never in a file or a flag: both are read by others more easily than the environment. */
const SECRET_NAMES = [
  'adminKey',
  'bitcoinRpcUser',
  'bitcoinRpcPassword',
  'anchorUpstreamKey',
  'sealPassphrase',
  'pkcs11Pin',
  'anchorPkcs11Pin',
] as const;

/** Read by the command line's client: a node has no use for them, and no quarrel with them. */
const CLIENT_VARIABLES = [
  'CHIROGRAPH_URL',
  'CHIROGRAPH_KEY',
  'CHIROGRAPH_CACERT',
  'CHIROGRAPH_CERT',
  'CHIROGRAPH_CERT_KEY',
];

/** @throws ConfigError CONFIG_UNKNOWN_SETTING or CONFIG_MALFORMED, naming the setting; what `readFile` throws. */
export function parseConfig({
  flags,
  env,
  readFile,
  workingDirectory,
}: ConfigSources): ParsedConfig {
  refuseUnknownNames(flags, env);
  const data = resolve(workingDirectory, dataDirectory(flags, env));
  const file = readFile(data);
  refuseUnknown(Object.keys(file), SETTING_NAMES, inFile);
  const found = readSettings({ flags, env, file });
  const keys = resolve(workingDirectory, found.keys ?? `${data}.keys`);
  const paths = resolvePaths(found, workingDirectory);
  const settled = { ...DEFAULTS, ...found };
  // Whoever asked for no part that is made for development gets none unasked.
  const timeStamps =
    found.timeStamps ?? (settled.seal === 'development' ? DEFAULTS.timeStamps : 'off');
  // Whoever lists revocation in this process has heard of it at once; others take a day or more.
  const signatureGraceMillis =
    found.signatureGraceMillis ??
    (timeStamps === 'development' ? DEVELOPMENT_GRACE_MILLIS : DEFAULTS.signatureGraceMillis);
  const backupDirectories = found.backupDirectories?.map((one) => resolve(workingDirectory, one));
  const backups = backupDirectories === undefined ? {} : { backupDirectories };
  const config: Config = {
    ...settled,
    ...paths,
    ...backups,
    timeStamps,
    signatureGraceMillis,
    data,
    keys,
  };
  checkTogether(config);
  const secrets = readSecrets(env);
  checkSealSettings(config, secrets);
  checkAnchorKeySettings(config, secrets);
  if (config.anchorUpstream === undefined && secrets.anchorUpstreamKey !== undefined)
    throw mustBe(environmentName('anchorUpstreamKey'), 'set together with an upstream');
  return { config, secrets };
}

/** Not the modules of PKCS#11: a name without a slash is looked up where the system keeps its modules. */
const PATHS = [
  'tlsCertificate',
  'tlsKey',
  'tlsClientCa',
  'sealFile',
  'sealCertificates',
  'sealPassphraseFile',
  'pkcs11PinFile',
  'anchorPkcs11PinFile',
  'signatureTrust',
  'witnessPolicy',
  'replication',
  'anchorFiles',
  'recoveryKeys',
  'escrowDirectory',
] as const;

function resolvePaths(found: Found, workingDirectory: string): Pick<Found, (typeof PATHS)[number]> {
  const absolute: Pick<Found, (typeof PATHS)[number]> = {};
  for (const name of PATHS) {
    const path = found[name];
    if (path !== undefined) absolute[name] = resolve(workingDirectory, path);
  }
  return absolute;
}

function refuseUnknownNames(flags: Texts, env: Texts): void {
  const everywhere = [...SETTING_NAMES, 'data'];
  refuseUnknown(Object.keys(flags), everywhere, flagName);
  const variables = Object.keys(env).filter((name) => name.startsWith('CHIROGRAPH_'));
  const known = [...everywhere, ...SECRET_NAMES].map(environmentName);
  refuseUnknown(variables, [...known, ...CLIENT_VARIABLES], (name) => name);
}

function refuseUnknown(
  names: readonly string[],
  known: readonly string[],
  spell: (name: string) => string,
): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ConfigError(
    'CONFIG_UNKNOWN_SETTING',
    `there is no setting ${spell(printable(unknown))}`,
  );
}

function dataDirectory(flags: Texts, env: Texts): string {
  const [spelling, value] =
    flags['data'] === undefined
      ? ['CHIROGRAPH_DATA', env['CHIROGRAPH_DATA']]
      : ['--data', flags['data']];
  if (value === '' || value?.includes('\0') === true) throw mustBe(spelling, 'a path');
  return value ?? DEFAULT_DATA;
}

interface Sources {
  readonly flags: Texts;
  readonly env: Texts;
  readonly file: JsonObject;
}

type Found = { -readonly [Name in SettingName]?: Settings[Name] };

/** What the sources say; a setting that none of them has is not a member. */
function readSettings(sources: Sources): Found {
  const found: Found = {};
  for (const name of SETTING_NAMES) put(found, name, find(name, sources));
  return found;
}

function put<Name extends SettingName>(
  found: Found,
  name: Name,
  value: Settings[Name] | undefined,
): void {
  if (value !== undefined) found[name] = value;
}

/** The value in the first source that has one. */
function find<Name extends SettingName>(name: Name, sources: Sources): Settings[Name] | undefined {
  const setting: Setting<Settings[Name]> = SETTINGS[name];
  const flag = sources.flags[name];
  if (flag !== undefined) return checked(flagName(name), setting, () => setting.fromText(flag));
  const variable = environmentName(name);
  const value = sources.env[variable];
  if (value !== undefined) return checked(variable, setting, () => setting.fromText(value));
  const member = sources.file[name];
  if (member !== undefined) return checked(inFile(name), setting, () => setting.fromJson(member));
  return undefined;
}

function checked<T>(spelling: string, { what }: Setting<T>, read: () => T | null): T {
  let value: T | null;
  try {
    value = read();
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw mustBe(spelling, `${what}: ${cause.message}`);
  }
  if (value === null) throw mustBe(spelling, what);
  return value;
}

/** What no setting can say alone. */
function checkTogether(config: Config): void {
  if (isInside(config.data, config.keys))
    throw mustBe(
      flagName('keys'),
      'outside the data directory: a copy of the data must not hold its keys',
    );
  if (isInside(config.keys, config.data))
    throw mustBe(
      flagName('data'),
      'outside the key store: a copy of the data must not hold its keys',
    );
  checkRecoveryPlaces(config);
  for (const directory of config.backupDirectories ?? [])
    if (
      [config.data, config.keys].some((own) => isInside(own, directory) || isInside(directory, own))
    )
      throw mustBe(
        flagName('backupDirectories'),
        'apart from the data directory and the key store: what lies there is lost with them',
      );
  if (config.backupIntervalMillis !== undefined && config.backupDirectories === undefined)
    throw mustBe(flagName('backupIntervalMillis'), 'set together with --backup-directories');
  if (config.metricsPort !== undefined && config.metricsPort === config.port && config.port !== 0)
    throw mustBe(flagName('metricsPort'), 'another port than --port');
  if (config.s3Port !== undefined && config.s3Port !== 0)
    if (config.s3Port === config.port || config.s3Port === config.metricsPort)
      throw mustBe(flagName('s3Port'), 'another port than --port and --metrics-port');
  if (config.maxPayloadBytes > config.maxBodyBytes)
    throw mustBe(flagName('maxPayloadBytes'), 'at most --max-body-bytes');
  const sources = [config.bitcoinRpcUrl, config.esploraUrl].filter((url) => url !== undefined);
  if (config.anchorChain === 'bitcoin' && sources.length === 0)
    throw mustBe(flagName('bitcoinRpcUrl'), 'set where the anchor chain is bitcoin');
  if (sources.length > 1)
    throw mustBe(flagName('esploraUrl'), 'set instead of --bitcoin-rpc-url, not beside it');
  if ((config.tlsCertificate === undefined) !== (config.tlsKey === undefined))
    throw mustBe(flagName('tlsCertificate'), 'set together with --tls-key');
  if (config.tlsClientCa !== undefined && config.tlsCertificate === undefined)
    throw mustBe(flagName('tlsClientCa'), 'set together with --tls-certificate and --tls-key');
  if (config.clientCertificates !== undefined && config.tlsClientCa === undefined)
    throw mustBe(flagName('clientCertificates'), 'set together with --tls-client-ca');
  if (config.anchorChain === 'upstream' && !hasCalendars(config))
    throw mustBe(flagName('anchorChain'), 'set to upstream where an upstream or calendars are set');
  checkTimeStamps(config);
}

/** What is lost together with the keys, or the data, restores nothing. */
function checkRecoveryPlaces({ data, keys, escrowDirectory, recoveryKeys }: Config): void {
  const places = { escrowDirectory, recoveryKeys };
  for (const name of ['escrowDirectory', 'recoveryKeys'] as const) {
    const place = places[name];
    if (place !== undefined && (isInside(data, place) || isInside(keys, place)))
      throw mustBe(flagName(name), 'outside the data directory and the key store');
  }
}

function hasCalendars({ anchorUpstream, calendars }: Config): boolean {
  return anchorUpstream !== undefined || calendars !== undefined;
}

function checkTimeStamps({ timeStamps, timeStampAuthorities, signatureTrust }: Config): void {
  const isAsked = timeStamps === 'rfc3161';
  if (isAsked !== (timeStampAuthorities !== undefined))
    throw mustBe(flagName('timeStampAuthorities'), 'set together with --time-stamps rfc3161');
  // Otherwise every token would be refused, one by one, when there is a signature to stamp.
  if (isAsked && signatureTrust === undefined)
    throw mustBe(flagName('signatureTrust'), 'set where time-stamps are of other authorities');
}

function isInside(outer: string, inner: string): boolean {
  const path = relative(outer, inner);
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

function readSecrets(env: Texts): Secrets {
  const found: { -readonly [Name in keyof Secrets]: Secrets[Name] } = {};
  for (const name of SECRET_NAMES) {
    const value = env[environmentName(name)];
    if (value === '') throw mustBe(environmentName(name), 'not empty');
    if (value !== undefined) found[name] = new Secret(value);
  }
  if ((found.bitcoinRpcUser === undefined) !== (found.bitcoinRpcPassword === undefined))
    throw mustBe(
      'CHIROGRAPH_BITCOIN_RPC_USER',
      'set together with CHIROGRAPH_BITCOIN_RPC_PASSWORD',
    );
  return found;
}

function inFile(name: string): string {
  return `"${name}" in ${CONFIG_FILE}`;
}

/** A name that a stranger may have chosen, fit for one line of a terminal. */
function printable(name: string): string {
  return name.replace(/[^\x21-\x7e]/g, '?').slice(0, 80);
}
