/** Prepares in the thread that asks: for tests, and for hosts with a single core. */
import type { RandomSource } from '../../base/random.js';
import { orRefusal, prepareRecords } from './prepare-records.js';
import type { FindSecrets, Preparation, PreparationBatch, Preparer } from './preparer.js';
import { parseRecordLine } from './record-request.js';

export function inlinePreparer(random: RandomSource): Preparer {
  return {
    prepare: (batch, find) => prepareLines(batch, find, random),
    close: () => Promise.resolve(),
  };
}

export async function prepareLines(
  batch: PreparationBatch,
  find: FindSecrets,
  random: RandomSource,
): Promise<Preparation[]> {
  const requests = batch.lines.map((line) =>
    orRefusal(() => parseRecordLine(line, batch.maxPayloadBytes)),
  );
  return prepareRecords(requests, batch, find, random);
}
