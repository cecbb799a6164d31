/** What schemas have against records, between threads. */
import type { ByteReader, ByteWriter } from '../../../base/byte-codec.js';
import type { SchemaFault } from '../../../schemas/schemas-error.js';
import { readMany } from './batch-codec.js';
import type { TextReader, TextWriter } from './text-codec.js';

export function writeFaults(
  writer: ByteWriter,
  texts: TextWriter,
  faults: readonly SchemaFault[],
): void {
  writer.u32(faults.length);
  for (const { pointer, detail } of faults) {
    texts.add(pointer);
    texts.add(detail);
  }
}

export function readFaults(reader: ByteReader, texts: TextReader): SchemaFault[] {
  return readMany(reader, () => ({ pointer: texts.next(), detail: texts.next() }));
}
