/** The options of every command that talks to a node. */
import type { Command } from 'commander';
import { Secret } from '../base/secret.js';
import { CliError } from './cli-error.js';
import { createNodeClient, DEFAULT_TIMEOUT_MILLIS, type NodeClient } from './node-client.js';
import type { Terminal } from './terminal.js';

export interface NodeFlags {
  readonly url?: string;
  readonly key?: string;
  readonly timeout?: string;
}

export function withNodeOptions(command: Command): Command {
  return command
    .option('--url <url>', 'the node (or CHIROGRAPH_URL)')
    .option('--key <key>', 'an API key (better: CHIROGRAPH_KEY, which others cannot see)')
    .option('--timeout <milliseconds>', `for an answer (default: ${DEFAULT_TIMEOUT_MILLIS})`)
    .option('--json', 'print JSON');
}

/** Below the node's URL. */
export function ledgerPath(ledger: string): string {
  return `/v1/ledgers/${encodeURIComponent(ledger)}`;
}

export function recordsPath(ledger: string): string {
  return `${ledgerPath(ledger)}/records`;
}

export function entryPath(ledger: string, id: string): string {
  return `${recordsPath(ledger)}/${encodeURIComponent(id)}`;
}

/** @throws CliError CLI_USAGE, naming what is missing. */
export function nodeClientFor(flags: NodeFlags, { env }: Terminal): NodeClient {
  const url = flags.url ?? env['CHIROGRAPH_URL'];
  const key = flags.key ?? env['CHIROGRAPH_KEY'];
  if (url === undefined)
    throw new CliError(
      'CLI_USAGE',
      'say which node: --url http://127.0.0.1:8787 or CHIROGRAPH_URL',
    );
  if (key === undefined)
    throw new CliError('CLI_USAGE', 'give an API key: --key or CHIROGRAPH_KEY');
  // fetch would refuse it too, with the key in its message.
  if (!/^[\x21-\x7e]{1,260}$/.test(key)) throw new CliError('CLI_USAGE', '--key is not an API key');
  return createNodeClient({ url, key: new Secret(key), timeoutMillis: timeoutOf(flags) });
}

function timeoutOf({ timeout }: NodeFlags): number {
  if (timeout === undefined) return DEFAULT_TIMEOUT_MILLIS;
  if (!/^[1-9]\d{0,8}$/.test(timeout))
    throw new CliError('CLI_USAGE', '--timeout must be a number of milliseconds');
  return Number(timeout);
}
