/** What veraPDF says of files; a missing program is a failure, not a skip. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';

const VERAPDF = 'test/interop/verapdf/greenfield-apps.jar';

/** From the name of the file to `PASS`, or to the rules that are broken. */
export type Verdicts = Readonly<Record<string, readonly string[]>>;

/** Whether each is PDF/A-3b. */
export async function verdictsOf(paths: readonly string[]): Promise<Verdicts> {
  expect(existsSync(VERAPDF)).toBe(true);
  const { stdout } = await promisify(execFile)('java', [
    ...['-cp', VERAPDF, 'org.verapdf.apps.GreenfieldCliWrapper'],
    ...['--flavour', '3b', '--format', 'text', '-v'],
    ...paths,
  ]).catch((error: unknown) => {
    // 1: judged, and not all of them conform.
    expect(error).toMatchObject({ code: 1 });
    return error as { readonly stdout: string };
  });
  const verdicts: Record<string, string[]> = {};
  let rules: string[] = [];
  for (const line of stdout.trim().split('\n')) {
    const [, verdict = '', file] = /^(PASS|FAIL) .*\/([^/]+) 3b$/.exec(line) ?? [];
    const [, rule] = /^ +FAIL (\S+)$/.exec(line) ?? [];
    if (rule !== undefined) rules.push(rule);
    else if (file !== undefined) verdicts[file] = rules = verdict === 'PASS' ? ['PASS'] : [];
    else throw new Error('veraPDF said something that this test does not read');
  }
  return verdicts;
}
