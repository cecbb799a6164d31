/**
 * A source of the best chain that the person at the command line chose: `NETWORK:esplora:URL` or `NETWORK:core:URL`.
 * What it says is checked as far as it can be; whether its chain is the best one is its word.
 */
import { BITCOIN_NETWORKS } from '../anchoring/bitcoin-network.js';
import type { ChainSource } from '../anchoring/chain-source.js';
import { openSource, type SourcePlace } from '../anchoring/open-source.js';
import { utf8ToString } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import { Secret } from '../base/secret.js';
import type { BitcoinNetworkName } from '../evidence/bitcoin/network.js';
import type { ChainName } from '../evidence/chains.js';
import { CliError } from './cli-error.js';
import { readFileUpTo } from './files.js';
import type { Terminal } from './terminal.js';

export interface SourceOption {
  readonly chain: ChainName & `bitcoin:${BitcoinNetworkName}`;
  readonly kind: SourcePlace['kind'];
  /** http or https, without credentials. */
  readonly url: string;
}

export interface OpenedSource {
  readonly chain: ChainName;
  readonly url: string;
  readonly source: ChainSource;
}

export const SOURCE_FORM =
  'NETWORK:esplora:URL or NETWORK:core:URL, with a plain http or https URL';
export const COOKIE_HELP =
  'credentials for core, USER:PASSWORD as in the .cookie of Bitcoin Core (else: CHIROGRAPH_BITCOIN_RPC_USER and CHIROGRAPH_BITCOIN_RPC_PASSWORD)';

const OPTION = /^(mainnet|testnet|testnet4|signet|regtest):(esplora|core):(.+)$/s;
const MAX_URL_CHARACTERS = 2_048;
const MAX_COOKIE_BYTES = 1_024;

/** Null unless it has that form. Credentials in a URL would be on the list of processes: they are refused. */
export function parseSourceOption(text: string): SourceOption | null {
  const [, network, kind, url = ''] = OPTION.exec(text) ?? [];
  if (url.length > MAX_URL_CHARACTERS || !URL.canParse(url)) return null;
  const { protocol, username, password, hash } = new URL(url);
  if (!/^https?:$/.test(protocol) || `${username}${password}${hash}` !== '') return null;
  return {
    chain: `bitcoin:${network as BitcoinNetworkName}`,
    kind: kind as SourcePlace['kind'],
    url,
  };
}

/**
 * @param cookie path of a file with `USER:PASSWORD`; without it the environment’s.
 * @throws CliError CLI_FILE, CLI_INPUT; AnchoringError CHAIN_MISMATCH, CHAIN_UNAVAILABLE, CHAIN_REFUSED,
 * CHAIN_RESPONSE_INVALID.
 */
export async function openChosenSource(
  { chain, kind, url }: SourceOption,
  cookie: string | undefined,
  { env }: Pick<Terminal, 'env'>,
): Promise<OpenedSource> {
  const name = chain.slice('bitcoin:'.length) as BitcoinNetworkName;
  const place: SourcePlace =
    kind === 'esplora' ? { kind, url } : { kind, url, ...(await credentials(cookie, env)) };
  return { chain, url, source: await openSource(place, BITCOIN_NETWORKS[name]) };
}

async function credentials(
  cookie: string | undefined,
  env: Terminal['env'],
): Promise<{ user: Secret; password: Secret }> {
  if (cookie !== undefined) return fromCookie(await readFileUpTo(cookie, MAX_COOKIE_BYTES));
  return {
    user: new Secret(env['CHIROGRAPH_BITCOIN_RPC_USER'] ?? ''),
    password: new Secret(env['CHIROGRAPH_BITCOIN_RPC_PASSWORD'] ?? ''),
  };
}

function fromCookie(bytes: Uint8Array): { user: Secret; password: Secret } {
  const [, user, password] = /^([^:\s]+):(\S+)\s*$/.exec(textOf(bytes)) ?? [];
  if (user === undefined || password === undefined)
    throw new CliError('CLI_INPUT', 'the file of --rpc-cookie is not USER:PASSWORD on one line');
  return { user: new Secret(user), password: new Secret(password) };
}

/** Empty for what is no text. */
function textOf(bytes: Uint8Array): string {
  try {
    return utf8ToString(bytes);
  } catch (cause) {
    if (cause instanceof BaseError) return '';
    throw cause;
  }
}
