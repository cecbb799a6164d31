/** The options of every command that talks to a node. */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Command } from 'commander';
import { INSPECTION_ID_PATTERN } from '../access/inspection.js';
import { Secret } from '../base/secret.js';
import { systemErrorCode } from '../base/system-error.js';
import { createBalancedClient } from './balanced-client.js';
import { CliError } from './cli-error.js';
import { type ClientTls, nodeTls } from './http-exchange.js';
import { createNodeClient, DEFAULT_TIMEOUT_MILLIS, type NodeClient } from './node-client.js';
import type { Terminal } from './terminal.js';

export interface NodeFlags {
  readonly url?: string;
  readonly key?: string;
  readonly cacert?: string;
  readonly cert?: string;
  readonly certKey?: string;
  readonly timeout?: string;
  /** Of commands that read content. */
  readonly inspection?: string;
}

export function withNodeOptions(command: Command): Command {
  return command
    .option(
      '--url <url>',
      'the node (or CHIROGRAPH_URL); several that keep a ledger together are named with commas, and the one that is least behind is asked',
    )
    .option(
      '--key <key>',
      'API key or access token (better: CHIROGRAPH_KEY: others cannot see it); of several nodes one for all, or one each, with commas',
    )
    .option('--cacert <file>', 'authorities of its certificate, PEM (or CHIROGRAPH_CACERT)')
    .option('--cert <file>', 'a client certificate, PEM (or CHIROGRAPH_CERT)')
    .option('--cert-key <file>', 'the private key of that, PEM (or CHIROGRAPH_CERT_KEY)')
    .option('--timeout <milliseconds>', `for an answer (default: ${DEFAULT_TIMEOUT_MILLIS})`)
    .option('--json', 'print JSON');
}

/** Of commands that read content: an inspector's key does so under an inspection alone. */
export function withReadOptions(command: Command): Command {
  return withNodeOptions(command).option('--inspection <id>', 'the inspection to read it under');
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

/** @throws CliError CLI_USAGE, naming what is missing; CLI_FILE. */
export function nodeClientFor(flags: NodeFlags, { env }: Terminal): NodeClient {
  const url = flags.url ?? env['CHIROGRAPH_URL'];
  const key = flags.key ?? env['CHIROGRAPH_KEY'];
  if (url === undefined)
    throw new CliError(
      'CLI_USAGE',
      'say which node: --url http://127.0.0.1:8787 or CHIROGRAPH_URL',
    );
  const urls = url.split(',');
  const tls = tlsFor(flags, env);
  if (key === undefined && tls.certificate === undefined)
    throw new CliError(
      'CLI_USAGE',
      'give an API key or access token: --key or CHIROGRAPH_KEY; or a client certificate: --cert',
    );
  // Node would refuse it too, with the key in its message.
  const keys = urls.length === 1 ? [key] : (key?.split(',') ?? [undefined]);
  if (keys.some((one) => one !== undefined && !/^[\x21-\x7e]{1,8192}$/.test(one)))
    throw new CliError('CLI_USAGE', '--key is neither an API key nor an access token');
  if (keys.length !== 1 && keys.length !== urls.length)
    throw new CliError('CLI_USAGE', 'give one key for all nodes, or one for each in their order');
  const { inspection } = flags;
  if (inspection !== undefined && !INSPECTION_ID_PATTERN.test(inspection))
    throw new CliError('CLI_USAGE', 'an inspection is named by its id: see `inspect list`');
  const timeoutMillis = timeoutOf(flags);
  const nodes = urls.map((one, at) => {
    const own = keys[at] ?? keys[0];
    const options = {
      ...{ url: one, tls },
      ...(inspection !== undefined && { inspection }),
      ...(own !== undefined && { key: new Secret(own) }),
    };
    const probeMillis = Math.min(timeoutMillis, PROBE_MILLIS);
    return {
      client: createNodeClient({ ...options, timeoutMillis }),
      probe: createNodeClient({ ...options, timeoutMillis: probeMillis }),
    };
  });
  const [only] = nodes;
  return nodes.length === 1 && only !== undefined ? only.client : createBalancedClient(nodes);
}

/** Who is slower than that is asked last. */
const PROBE_MILLIS = 2_000;

function tlsFor(flags: NodeFlags, env: Terminal['env']): ClientTls {
  const ca = flags.cacert ?? env['CHIROGRAPH_CACERT'];
  const certificate = flags.cert ?? env['CHIROGRAPH_CERT'];
  const key = flags.certKey ?? env['CHIROGRAPH_CERT_KEY'];
  if ((certificate === undefined) !== (key === undefined))
    throw new CliError('CLI_USAGE', 'give --cert and --cert-key together');
  const tls = {
    ...(ca !== undefined && { ca: readPem('--cacert', ca) }),
    ...(certificate !== undefined && { certificate: readPem('--cert', certificate) }),
    ...(key !== undefined && { key: readPem('--cert-key', key) }),
  };
  try {
    createSecureContext(nodeTls(tls));
  } catch (cause) {
    throw new CliError('CLI_FILE', '--cert and --cert-key are no certificate and its key in PEM', {
      cause,
    });
  }
  return tls;
}

const MAX_PEM_BYTES = 1024 * 1024;

/** An authority that cannot be read must not silently be those that Node comes with. */
function readPem(option: string, path: string): Uint8Array {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= MAX_PEM_BYTES && bytes.includes('-----BEGIN ')) return bytes;
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === null) throw cause;
    throw new CliError('CLI_FILE', `${option} cannot be read: ${code}`, { cause });
  }
  throw new CliError('CLI_FILE', `${option} is not PEM`);
}

function timeoutOf({ timeout }: NodeFlags): number {
  if (timeout === undefined) return DEFAULT_TIMEOUT_MILLIS;
  if (!/^[1-9]\d{0,8}$/.test(timeout))
    throw new CliError('CLI_USAGE', '--timeout must be a number of milliseconds');
  return Number(timeout);
}
