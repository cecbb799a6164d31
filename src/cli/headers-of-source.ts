/**
 * The headers that a file's anchors need, from a source that the verifier chose. The verifier itself asks nobody: it
 * says which blocks the file shows, and judges what is brought for them as it judges a file of headers.
 */
import { AnchoringError } from '../anchoring/errors.js';
import { concat } from '../base/bytes.js';
import type { Clock } from '../base/time.js';
import type { HeadersInput } from '../evidence/chosen-headers.js';
import type { FileReport } from '../evidence/verify-file.js';
import type { OpenedSource } from './chosen-source.js';
import { CliError } from './cli-error.js';
import { oneLine } from './terminal.js';

/** The headers that an anchor shows, from its own block on. */
export interface ShownBlocks {
  readonly chain: string;
  readonly height: number;
  readonly confirmations: number;
}

/** Of the anchors of a report that hold; what does not hold needs no headers. */
export function shownBlocks({ checks }: FileReport): ShownBlocks[] {
  return checks.flatMap(({ id, result, facts: { chain, height, confirmations } }) =>
    (id === 'anchor:after' || id === 'anchor:before') &&
    result === 'pass' &&
    typeof chain === 'string' &&
    typeof height === 'number' &&
    typeof confirmations === 'number'
      ? [{ chain, height, confirmations }]
      : [],
  );
}

/** From the anchor's block on: what is deep enough. The last one says that the source knows all that is shown. */
const FIRST_HEADERS = 6;
/** For the headers of one file. */
export const MAX_FETCH_MILLIS = 120_000;

/**
 * At most seven headers for an anchor, however many it shows: those between follow from them.
 *
 * @throws CliError CLI_INPUT, where the source's chain does not reach so far, CLI_NODE_UNREACHABLE where it is too
 * slow; AnchoringError as `ChainSource.headerAt`.
 */
export async function headersOf(
  shown: readonly ShownBlocks[],
  { chain, source, url }: OpenedSource,
  clock: Clock,
): Promise<HeadersInput[]> {
  const started = clock.now();
  const inputs: HeadersInput[] = [];
  for (const { height, confirmations } of shown.filter((blocks) => blocks.chain === chain)) {
    const count = Math.min(confirmations, FIRST_HEADERS);
    const last = height + confirmations - 1;
    const runs = [
      { from: height, count },
      ...(confirmations > FIRST_HEADERS ? [{ from: last, count: 1 }] : []),
    ];
    for (const run of runs) {
      const headers: Uint8Array[] = [];
      for (let at = run.from; at < run.from + run.count; at++) {
        if (clock.now() - started > MAX_FETCH_MILLIS)
          throw new CliError(
            'CLI_NODE_UNREACHABLE',
            `${oneLine(url)} takes too long for a few headers: try later, or another source`,
          );
        headers.push(await headerAt(at, { source, url }));
      }
      inputs.push({ chain, from: run.from, path: oneLine(url), bytes: concat(...headers) });
    }
  }
  return inputs;
}

async function headerAt(
  height: number,
  { source, url }: Pick<OpenedSource, 'source' | 'url'>,
): Promise<Uint8Array> {
  try {
    return await source.headerAt(height);
  } catch (cause) {
    if (!(cause instanceof AnchoringError) || cause.code !== 'CHAIN_BLOCK_UNKNOWN') throw cause;
    throw new CliError(
      'CLI_INPUT',
      `${oneLine(url)} has no block ${height}, which the file shows: its chain may not have caught up, or the file is of another`,
      { cause },
    );
  }
}
