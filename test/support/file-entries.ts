/** Files as entries of a ledger, without a drive: their manifests, and a preparer that takes them from clients. */
import { createHash } from 'node:crypto';
import { utf8ToString } from '../../src/base/bytes.js';
import { type JsonObject, parseStrictJson } from '../../src/base/canonical-json.js';
import { RandomPool } from '../../src/base/random.js';
import { inlinePreparer } from '../../src/commands/preparation/inline-preparer.js';
import { prepareRecords } from '../../src/commands/preparation/prepare-records.js';
import type { Preparer } from '../../src/commands/preparation/preparer.js';
import type { RecordText } from '../../src/commands/preparation/record-request.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { PersonTags } from '../../src/records/tag.js';

export const sha256Of = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/** Of a version that is put, with its content inside. */
export function fileRecord(
  subject: string,
  content: string,
  more: {
    readonly path?: string;
    readonly manifest?: JsonObject;
    readonly retention?: string;
  } = {},
): JsonObject {
  const { path = 'a.pdf', manifest = {}, retention = 'default' } = more;
  const etag = createHash('md5').update(content).digest('hex');
  return {
    ...{ type: 'chirograph.File', subject, key: sha256Of(path), retention },
    payload: {
      ...{ $v: 1, action: 'put', path, etag, mediaType: 'application/pdf' },
      ...{ sha256: sha256Of(content), size: Buffer.byteLength(content) },
      content: { inline: Buffer.from(content).toString('base64') },
      ...manifest,
    },
  };
}

/** Takes files from whoever posts them, as a node does from itself alone. */
export function preparerOfFiles(): Preparer {
  const random = new RandomPool();
  const tools = { random, tags: new PersonTags() };
  const inner = inlinePreparer(random);
  return {
    prepare: (batch, sources) => {
      if (!batch.texts.some(isFile)) return inner.prepare(batch, sources);
      const requests = batch.texts.map(({ bytes }) => ({
        record: parseRecordInput(parseStrictJson(utf8ToString(bytes))),
        idempotencyKey: null,
      }));
      return prepareRecords(requests, batch, sources.findSecrets, tools);
    },
    close: () => inner.close(),
  };
}

function isFile({ bytes }: RecordText): boolean {
  return utf8ToString(bytes).includes('"type":"chirograph.File"');
}
