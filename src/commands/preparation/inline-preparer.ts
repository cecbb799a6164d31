/** Prepares in the thread that asks: for tests, and for hosts with a single core. */
import type { RandomSource } from '../../base/random.js';
import { PersonTags } from '../../records/tag.js';
import { orRefusal, type PreparationTools, prepareRecords } from './prepare-records.js';
import type { FindSecrets, Preparation, PreparationBatch, Preparer } from './preparer.js';
import { parseRecordText } from './record-request.js';

export function inlinePreparer(random: RandomSource): Preparer {
  const tools = { random, tags: new PersonTags() };
  return {
    prepare: (batch, find) => prepareTexts(batch, find, tools),
    close: () => Promise.resolve(),
  };
}

export async function prepareTexts(
  batch: PreparationBatch,
  find: FindSecrets,
  tools: PreparationTools,
): Promise<Preparation[]> {
  const requests = batch.texts.map((text) =>
    orRefusal(() => parseRecordText(text, batch.maxPayloadBytes)),
  );
  return prepareRecords(requests, batch, find, tools);
}
