/** The worker's side: takes batches from a port until that is closed. */
import type { MessagePort } from 'node:worker_threads';
import { assert } from '../../../base/errors.js';
import type { RandomSource } from '../../../base/random.js';
import { PersonTags } from '../../../records/tag.js';
import { prepareTexts } from '../inline-preparer.js';
import type { PreparationSources } from '../preparer.js';
import { decodeBatch } from './batch-codec.js';
import { decodeFoundFiles, encodeEntries } from './files-codec.js';
import { packetOf, post } from './packet.js';
import { encodeResults } from './results-codec.js';
import { SchemaCache } from './schema-cache.js';
import { decodeFoundSchemas, encodeTypes } from './schemas-codec.js';
import { SecretCache } from './secret-cache.js';
import { decodeFound, encodeScopes } from './secrets-codec.js';

/** @param onFailure told of a mistake of ours: nothing that was asked for may then go unanswered. */
export function servePreparation(
  port: MessagePort,
  random: RandomSource,
  onFailure: (cause: unknown) => void,
): void {
  const cache = new SecretCache();
  const tools = { random, tags: new PersonTags(), schemas: new SchemaCache() };
  /** By batch: who waits for an answer, one at a time. */
  const asking = new Map<number, Asking>();

  const ask = (id: number, kind: Question, bytes: Uint8Array): Promise<Uint8Array> => {
    const answer = new Promise<Uint8Array>((resolve) => {
      asking.set(id, { kind: ANSWERS[kind], resolve });
    });
    post(port, { kind, id, bytes });
    return answer;
  };

  const prepare = async (id: number, bytes: Uint8Array): Promise<void> => {
    const batch = decodeBatch(bytes);
    const sources: PreparationSources = {
      findSecrets: cache.finder(batch, async (scopes) =>
        decodeFound(await ask(id, 'find', encodeScopes(scopes))),
      ),
      findSchemas: async (types) =>
        decodeFoundSchemas(await ask(id, 'findSchemas', encodeTypes(types))),
      findFiles: async (entries) =>
        decodeFoundFiles(await ask(id, 'findFiles', encodeEntries(entries))),
    };
    const results = await prepareTexts(batch, sources, tools);
    post(port, { kind: 'prepared', id, bytes: encodeResults(results) });
  };

  port.on('message', (message: unknown) => {
    const { kind, id, bytes } = packetOf(message);
    if (kind === 'prepare') {
      prepare(id, bytes).catch(onFailure);
      return;
    }
    const asked = asking.get(id);
    assert(asked?.kind === kind, 'an answer to what was asked');
    asking.delete(id);
    asked.resolve(bytes);
  });
}

const ANSWERS = { find: 'found', findSchemas: 'foundSchemas', findFiles: 'foundFiles' } as const;
type Question = keyof typeof ANSWERS;

interface Asking {
  readonly kind: (typeof ANSWERS)[Question];
  readonly resolve: (answer: Uint8Array) => void;
}
