/** The options of every command that opens a store without its node. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { RandomPool, type RandomSource } from '../base/random.js';
import type { Config } from '../config.js';
import { DirectoryKeyStore } from '../keys/directory-key-store.js';
import type { KeyStore } from '../keys/key-store.js';
import { recoveryKeyFor } from '../keys/recovery-key-directory.js';
import { logNameOf } from '../open-node.js';
import { readConfigFile } from '../settings/config-file.js';
import { parseConfig } from '../settings/parse-config.js';
import { CliError } from './cli-error.js';
import { isDirectory } from './files.js';
import { oneLine, type Terminal } from './terminal.js';

export interface StoreFlags {
  readonly data?: string;
  readonly keys?: string;
  readonly anchorFiles?: string;
  readonly json?: true;
}

export interface ClosedStore {
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  /** As the setting names it. */
  readonly anchorFiles?: string;
}

/** @param keys what the key store is to the command. */
export function withStoreOptions(command: Command, keys = 'key store'): Command {
  return command
    .option('--data <directory>', 'data directory (or CHIROGRAPH_DATA)')
    .option('--keys <directory>', `${keys} (default: the data directory with ".keys" behind it)`)
    .option('--json', 'print JSON');
}

/**
 * Opening makes what is missing, which is right for `serve` and would be wrong here: there must be
 * something to look at.
 *
 * @throws CliError CLI_USAGE; ConfigError; KeysError.
 */
export async function closedStore(
  flags: StoreFlags,
  { env }: Terminal,
  use: 'read' | 'change' = 'change',
): Promise<ClosedStore> {
  const { data, keys, anchorFiles } = await dataThatAreThere(configOf(flags, env));
  const opened = await openKeys(data, keys, use);
  return { ...opened, ...(anchorFiles !== undefined && { anchorFiles }) };
}

/** As `closedStore`, where the key store is still to be made. @throws CliError CLI_USAGE; ConfigError. */
export async function dataWithoutKeys(
  flags: StoreFlags,
  { env }: Terminal,
): Promise<{ readonly dataDirectory: string; readonly directory: string }> {
  const { data: dataDirectory, keys: directory } = await dataThatAreThere(configOf(flags, env));
  return { dataDirectory, directory };
}

/** As `closedStore`, where the data are still to be put in. @throws CliError CLI_USAGE; ConfigError; KeysError. */
export async function keysBesideData(
  flags: StoreFlags,
  { env }: Terminal,
  use: 'read' | 'change' = 'change',
): Promise<ClosedStore> {
  const { data, keys } = configOf(flags, env);
  return openKeys(data, keys, use);
}

/** As `keysBesideData`, for data that begin anew: with what new logs are made by. @throws as that. */
export async function emptyData(
  flags: StoreFlags,
  { env }: Terminal,
): Promise<
  ClosedStore & {
    readonly logName: string;
    readonly recoveryKeyFor: (tenant: string) => Promise<Uint8Array | null>;
  }
> {
  const config = configOf(flags, env);
  const opened = await openKeys(config.data, config.keys, 'change');
  const recovery = {
    directory: config.recoveryKeys ?? null,
    mayBeDevelopment: env['NODE_ENV'] !== 'production',
  };
  return {
    ...opened,
    logName: logNameOf(config, opened.keyStore),
    recoveryKeyFor: (tenant) => recoveryKeyFor(recovery, tenant),
  };
}

async function dataThatAreThere(config: Config): Promise<Config> {
  // Of all parts the one that is in its place even after a restore that was cut short.
  if (!(await isDirectory(join(config.data, 'vault'))))
    throw new CliError('CLI_USAGE', `${oneLine(config.data)} is no data directory (--data)`);
  return config;
}

function configOf(flags: StoreFlags, env: Terminal['env']): Config {
  const { data, keys, anchorFiles } = flags;
  const sources = { env, readFile: readConfigFile, workingDirectory: process.cwd() };
  return parseConfig({ ...sources, flags: { data, keys, anchorFiles } }).config;
}

async function openKeys(
  dataDirectory: string,
  directory: string,
  use: 'read' | 'change',
): Promise<ClosedStore> {
  if (!(await isDirectory(directory)))
    throw new CliError('CLI_USAGE', `${oneLine(directory)} is no key store (--keys)`);
  const random = new RandomPool();
  const places = { directory, dataDirectory, random };
  const keyStore =
    use === 'read'
      ? await DirectoryKeyStore.openUnchanged(places)
      : await DirectoryKeyStore.open(places);
  return { dataDirectory, keyStore, random };
}
