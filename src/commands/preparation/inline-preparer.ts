/** Prepares in the thread that asks: for tests, and for hosts with a single core. */
import type { RandomSource } from '../../base/random.js';
import { PersonTags } from '../../records/tag.js';
import { attachFiles } from './attach-files.js';
import { checkPayloads } from './check-payloads.js';
import { SchemaCache } from './internal/schema-cache.js';
import { orRefusal, type PreparationTools, prepareRecords } from './prepare-records.js';
import type { Preparation, PreparationBatch, PreparationSources, Preparer } from './preparer.js';
import { parseRecordText } from './record-request.js';

export function inlinePreparer(random: RandomSource): Preparer {
  const tools = { random, tags: new PersonTags(), schemas: new SchemaCache() };
  return {
    prepare: (batch, sources) => prepareTexts(batch, sources, tools),
    close: () => Promise.resolve(),
  };
}

export interface TextTools extends PreparationTools {
  readonly schemas: SchemaCache;
}

export async function prepareTexts(
  batch: PreparationBatch,
  { findSecrets, findSchemas, findFiles }: PreparationSources,
  { schemas, ...tools }: TextTools,
): Promise<Preparation[]> {
  const requests = batch.texts.map((text) =>
    orRefusal(() => parseRecordText(text, batch.maxPayloadBytes)),
  );
  const checked =
    batch.schemas === null
      ? requests
      : await checkPayloads(requests, { ...batch, schemas: batch.schemas }, findSchemas, schemas);
  return prepareRecords(await attachFiles(checked, findFiles), batch, findSecrets, tools);
}
