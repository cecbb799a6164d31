/** From a key to what can be done with it. */
import type { AnchorsAnswer, LedgerAnswer, Page } from './answers.js';
import type { ApiClient } from './api-client.js';
import { type Features, featuresOf, NO_FEATURES } from './features.js';
import { NodeApi } from './node-api.js';
import { problemOfError } from './problem.js';

export interface SignedIn {
  readonly api: NodeApi;
  /** Null for a key that may see some ledger and list none. */
  readonly ledgers: Page<LedgerAnswer> | null;
  /** Null where the key may not know it. */
  readonly chain: AnchorsAnswer | null;
  readonly features: Features;
}

/** @throws what says that the node does not take the key, or cannot be asked. */
export async function signIn(client: ApiClient, signal: AbortSignal): Promise<SignedIn> {
  const api = new NodeApi(client);
  const ledgers = await unlessDenied(() => api.ledgers(signal));
  // A key that may not even list ledgers would put a refusal on record for nothing.
  const chain = ledgers === null ? null : await unlessDenied(() => api.anchors(signal));
  return { api, ledgers, chain, features: await featuresOfNode(client, signal) };
}

/** A node that does not describe itself is taken for one that can the least. */
async function featuresOfNode(client: ApiClient, signal: AbortSignal): Promise<Features> {
  try {
    return featuresOf(await client.get('/openapi.json', signal));
  } catch (error) {
    if (signal.aborted) throw error;
    return NO_FEATURES;
  }
}

async function unlessDenied<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (problemOfError(error).code === 'ACCESS_DENIED') return null;
    throw error;
  }
}
