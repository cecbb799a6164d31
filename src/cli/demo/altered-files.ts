/** A file altered in several ways, and verified each time: the check that was to notice must have. */
import type { JsonValue } from '../../base/canonical-json.js';
import { EXIT } from '../terminal.js';
import type { Notes } from './story.js';
import { failing, verify } from './verify-file.js';

/** A way to alter one file. */
export interface WayToAlter {
  /** `payload`, `dropped`, … */
  readonly part: string;
  /** For people. */
  readonly what: string;
  /** @returns the file, altered. */
  readonly make: () => Uint8Array;
  /** The check that must fail, whichever else do. */
  readonly caughtBy: string;
}

export interface Altered {
  readonly part: string;
  readonly bytes: Uint8Array;
}

/** Says of each way what failed, and expects its check among that; `caughtBy` of the facts has all that did. */
export function alterEachWay(
  { line, expect, fact }: Notes,
  ways: readonly WayToAlter[],
  trust: Uint8Array,
): readonly Altered[] {
  const caught: Record<string, JsonValue> = {};
  const altered = ways.map(({ part, what, make, caughtBy }) => {
    const bytes = make();
    const verified = verify(bytes, trust);
    const checks = failing(verified);
    line(`${part}: ${what}`);
    for (const { id, detail } of checks) line(`      fails  ${id.padEnd(14)} ${detail}`);
    expect(
      `caught by the check "${caughtBy}", exit code ${verified.exitCode}`,
      checks.some(({ id }) => id === caughtBy) && verified.exitCode === EXIT.no,
    );
    caught[part] = checks.map(({ id }) => id);
    return { part, bytes };
  });
  fact('caughtBy', caught);
  return altered;
}
