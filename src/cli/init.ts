/** `chirograph init`: makes the data directory, the keys and the first API key, and starts nothing. */
import type { Command } from 'commander';
import { RandomPool } from '../base/random.js';
import { systemClock } from '../base/time.js';
import { unobserved } from '../ledger/commit-observer.js';
import { openNode } from '../open-node.js';
import { withExamples } from './command-help.js';
import { type SettingFlags, settingsFrom, withSettings } from './setting-options.js';
import { printResult, type Terminal } from './terminal.js';

export function addInitCommand(program: Command, terminal: Terminal): void {
  const command = withSettings(program.command('init'))
    .description('make a node: directories, keys, first API key; what is there stays as it is')
    .option('--json', 'print JSON')
    .action(async (flags: SettingFlags & { readonly json?: true }) => {
      await init(flags, terminal);
    });
  withExamples(command, 'chirograph init --data ./ledger');
}

async function init(
  { json, ...flags }: SettingFlags & { readonly json?: true },
  terminal: Terminal,
): Promise<void> {
  const { config, secrets } = settingsFrom(flags, terminal);
  const opened = await openNode(config, secrets, {
    clock: systemClock,
    random: new RandomPool(),
    observer: unobserved,
    needsRecoveryKeys: terminal.env['NODE_ENV'] === 'production',
    // The command that comes to wait for the entry gets the same error.
    onFailure: () => undefined,
  });
  const { logName, isDevelopment, firstKey, anchorAddress } = opened;
  await opened.close();
  const { data, keys } = config;
  const made = { data, keys, logName, development: isDevelopment };
  const result = {
    ...made,
    ...(firstKey !== null && { key: firstKey }),
    ...(anchorAddress !== null && { anchorAddress }),
  };
  printResult(terminal, json, result, [
    `data directory  ${data}`,
    `key store       ${keys} (back it up apart from the data)`,
    `log name        ${logName}`,
    ...(anchorAddress === null ? [] : [`anchor address  ${anchorAddress}`]),
    ...(firstKey === null ? [] : [`first API key   ${firstKey} (shown this once)`]),
    ...(isDevelopment ? ['for development: seal or chain prove nothing to others'] : []),
  ]);
}
