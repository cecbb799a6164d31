/** Prepares in the thread that asks: for tests, and for hosts with a single core. */
import type { RandomSource } from '../../base/random.js';
import { PersonTags } from '../../records/tag.js';
import { orRefusal, type PreparationTools, prepareRecords } from './prepare-records.js';
import type { FindSecrets, Preparation, PreparationBatch, Preparer } from './preparer.js';
import { parseRecordLine } from './record-request.js';

export function inlinePreparer(random: RandomSource): Preparer {
  const tools = { random, tags: new PersonTags() };
  return {
    prepare: (batch, find) => prepareLines(batch, find, tools),
    close: () => Promise.resolve(),
  };
}

export async function prepareLines(
  batch: PreparationBatch,
  find: FindSecrets,
  tools: PreparationTools,
): Promise<Preparation[]> {
  const requests = batch.lines.map((line) =>
    orRefusal(() => parseRecordLine(line, batch.maxPayloadBytes)),
  );
  return prepareRecords(requests, batch, find, tools);
}
