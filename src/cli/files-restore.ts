/** A whole folder made as it was, page by page. */
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { expected } from './answers.js';
import { drivePath, isPassing, retried } from './files-client.js';
import type { NodeClient } from './node-client.js';
import type { Progress } from './progress.js';

export interface RestoredAll {
  readonly restored: number;
  readonly deleted: number;
  readonly left: readonly { readonly path: string; readonly code: string }[];
}

const pageSchema = z.object({
  restored: z.number(),
  deleted: z.number(),
  left: z.array(z.object({ path: z.string(), code: z.string() })),
  cursor: z.string().nullable(),
});

/** A page that is asked for again finds done what was done: nothing is restored twice. @throws CliError. */
export async function restoreAll(
  client: NodeClient,
  drive: string,
  prefix: string,
  asOf: string,
  progress: Progress,
): Promise<RestoredAll> {
  const left: { path: string; code: string }[] = [];
  let [restored, deleted] = [0, 0];
  let cursor: string | null = null;
  do {
    const body: JsonObject = { asOf, ...(cursor !== null && { cursor }) };
    const path = drivePath(drive, { action: 'restore', prefix });
    const answer: JsonValue = await retried(
      () => client.request({ method: 'POST', path, body }),
      isPassing,
    );
    const page = expected(pageSchema, answer);
    left.push(...page.left);
    restored += page.restored;
    deleted += page.deleted;
    cursor = page.cursor;
    progress.show(`restored ${restored}, deleted ${deleted}`);
  } while (cursor !== null);
  return { restored, deleted, left };
}
