/** Every setting as an option, for the commands that open a node's data. */
import { type Command, Option } from 'commander';
import { readConfigFile } from '../settings/config-file.js';
import { type ParsedConfig, parseConfig } from '../settings/parse-config.js';
import { environmentName, flagName } from '../settings/setting.js';
import { DEFAULT_DATA, DEFAULTS, SETTING_NAMES, SETTINGS } from '../settings/settings-table.js';
import type { Terminal } from './terminal.js';

/** By the setting's name; what was not given is not there. */
export type SettingFlags = Readonly<Record<string, string | undefined>>;

export function withSettings(command: Command): Command {
  command.option('--data <directory>', `data directory (default: ${DEFAULT_DATA})`);
  const defaults: Readonly<Record<string, string | number | undefined>> = DEFAULTS;
  for (const name of SETTING_NAMES) {
    const usual = defaults[name] === undefined ? '' : ` (default: ${defaults[name]})`;
    const help = `${SETTINGS[name].help}${usual}`;
    command.addOption(new Option(`${flagName(name)} <value>`, help));
  }
  return command.addHelpText(
    'after',
    [
      '',
      `Each option but --data is also a variable, such as ${environmentName('port')}, and a member of`,
      'chirograph.config.json in the data directory; options go first, then variables. Only variables:',
      'CHIROGRAPH_ADMIN_KEY (the first API key), CHIROGRAPH_BITCOIN_RPC_USER and _PASSWORD.',
    ].join('\n'),
  );
}

/** @throws ConfigError, naming the setting. */
export function settingsFrom(flags: SettingFlags, { env }: Terminal): ParsedConfig {
  const known = ['data', ...SETTING_NAMES];
  const given = Object.fromEntries(Object.entries(flags).filter(([name]) => known.includes(name)));
  return parseConfig({
    flags: given,
    env,
    readFile: readConfigFile,
    workingDirectory: process.cwd(),
  });
}
