/** The worker's side: takes batches from a port until that is closed. */
import type { MessagePort } from 'node:worker_threads';
import { assert } from '../../../base/errors.js';
import type { RandomSource } from '../../../base/random.js';
import { PersonTags } from '../../../records/tag.js';
import { prepareTexts } from '../inline-preparer.js';
import type { FindSecrets } from '../preparer.js';
import { decodeBatch } from './batch-codec.js';
import { packetOf, post } from './packet.js';
import { encodeResults } from './results-codec.js';
import { SecretCache } from './secret-cache.js';
import { decodeFound, encodeScopes } from './secrets-codec.js';

/** @param onFailure told of a mistake of ours: nothing that was asked for may then go unanswered. */
export function servePreparation(
  port: MessagePort,
  random: RandomSource,
  onFailure: (cause: unknown) => void,
): void {
  const cache = new SecretCache();
  const tools = { random, tags: new PersonTags() };
  /** By batch: who waits for secrets. */
  const asking = new Map<number, (found: Uint8Array) => void>();

  const prepare = async (id: number, bytes: Uint8Array): Promise<void> => {
    const batch = decodeBatch(bytes);
    const ask: FindSecrets = async (scopes) => {
      const answer = new Promise<Uint8Array>((resolve) => asking.set(id, resolve));
      post(port, { kind: 'find', id, bytes: encodeScopes(scopes) });
      return decodeFound(await answer);
    };
    const results = await prepareTexts(batch, cache.finder(batch, ask), tools);
    post(port, { kind: 'prepared', id, bytes: encodeResults(results) });
  };

  port.on('message', (message: unknown) => {
    const { kind, id, bytes } = packetOf(message);
    if (kind === 'prepare') {
      prepare(id, bytes).catch(onFailure);
      return;
    }
    const resolve = asking.get(id);
    assert(kind === 'found' && resolve !== undefined, 'an answer to what was asked');
    asking.delete(id);
    resolve(bytes);
  });
}
