/** An export on its way into a file, and whether all of it came. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { systemErrorCode } from '../base/system-error.js';
import { CliError } from './cli-error.js';
import type { NodeClient } from './node-client.js';
import { oneLine } from './terminal.js';

export interface SavedExport {
  readonly count: number;
  /** Tree size that it is as of. */
  readonly size: number;
  /** Hex: over the leaf hashes of the entries. */
  readonly rootHash: string;
}

const savedSchema = z.object({
  count: z.coerce.number().int().min(0),
  size: z.coerce.number().int().min(0),
  rootHash: z.string().regex(/^[0-9a-f]{64}$/),
});
const endSchema = z.object({ end: z.object({ count: z.number(), rootHash: z.string() }) });

/**
 * For its owner alone: what is exported may be about persons. A file that did not come whole is removed.
 * @throws CliError CLI_FILE, CLI_ANSWER_UNUSABLE; as `NodeClient.open`.
 */
export async function saveExport(
  client: NodeClient,
  path: string,
  file: string,
  format: string,
): Promise<SavedExport> {
  const { said, chunks } = await client.open(path, saidBy);
  const tail = new Tail();
  try {
    await pipeline(tail.through(chunks), createWriteStream(file, { mode: 0o600 }));
  } catch (cause) {
    if (cause instanceof CliError) {
      await rm(file, { force: true });
      throw cause;
    }
    throw new CliError(
      'CLI_FILE',
      `${oneLine(file)}: it cannot be written (${systemErrorCode(cause) ?? 'error'})`,
      { cause },
    );
  }
  if (format === 'ndjson' && !isWhole(tail, said)) {
    await rm(file, { force: true });
    throw new CliError('CLI_ANSWER_UNUSABLE', 'the export was cut: its last line is missing');
  }
  return said;
}

/** @throws CliError CLI_ANSWER_UNUSABLE. */
function saidBy(headers: Headers): SavedExport {
  const said = savedSchema.safeParse({
    count: headers.get('x-chirograph-count') ?? undefined,
    size: headers.get('x-chirograph-as-of') ?? undefined,
    rootHash: headers.get('x-chirograph-root') ?? undefined,
  });
  if (said.success) return said.data;
  throw new CliError('CLI_ANSWER_UNUSABLE', 'what answers is no export of this version');
}

function isWhole(tail: Tail, { count, rootHash }: SavedExport): boolean {
  const end = endSchema.safeParse(tail.lastLine());
  if (!end.success || tail.lines !== count + 1) return false;
  return end.data.end.count === count && end.data.end.rootHash === rootHash;
}

const LINE_FEED = 0x0a;
/** The line at the end is shorter. */
const TAIL_BYTES = 4096;

/** Of what passes through: how many lines, and how they end. */
class Tail {
  lines = 0;
  #last: Uint8Array = new Uint8Array(0);

  async *through(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1))
        this.lines++;
      this.#last = Buffer.concat([this.#last, chunk]).subarray(-TAIL_BYTES);
      yield chunk;
    }
  }

  /** The JSON of the last line, or null. */
  lastLine(): unknown {
    const line = Buffer.from(this.#last).toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    try {
      return JSON.parse(line) as unknown;
    } catch (cause) {
      if (cause instanceof SyntaxError) return null;
      throw cause;
    }
  }
}
