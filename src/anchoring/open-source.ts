/** A source of the chain, by the kind of server that is asked and where it is; with the patience that all of them get. */
import type { Secret } from '../base/secret.js';
import type { BitcoinNetwork } from './bitcoin-network.js';
import { BitcoinRpc } from './bitcoin-rpc.js';
import type { ChainSource } from './chain-source.js';
import { Esplora } from './esplora.js';

export type SourcePlace =
  /** `url`: http or https, without credentials, up to where paths like `/tx` begin. */
  | { readonly kind: 'esplora'; readonly url: string }
  /** JSON-RPC of a Bitcoin node. `user` and `password` are empty texts where it asks for none. */
  | {
      readonly kind: 'core';
      readonly url: string;
      readonly user: Secret;
      readonly password: Secret;
    };

const TRIES = { timeoutMillis: 30_000, retries: 3, retryMillis: 500 } as const;
const ACCEPT_MILLIS = 5_000;

/**
 * Makes sure that the server is of the network.
 *
 * @throws AnchoringError CHAIN_MISMATCH, CHAIN_UNAVAILABLE, CHAIN_REFUSED, CHAIN_RESPONSE_INVALID
 */
export function openSource(place: SourcePlace, network: BitcoinNetwork): Promise<ChainSource> {
  const { kind, url } = place;
  if (kind === 'esplora') return Esplora.open({ ...TRIES, url, network });
  return BitcoinRpc.open({
    ...TRIES,
    url,
    user: place.user.reveal(),
    password: place.password.reveal(),
    network,
    acceptMillis: ACCEPT_MILLIS,
  });
}
