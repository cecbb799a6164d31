/** What EU DSS says of containers; a missing program is a failure, not a skip. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';

const DSS = 'test/interop/dss';

/** Lines of `ReadContainer.java`, by the name of the file. */
export async function dssVerdicts(
  paths: readonly string[],
): Promise<Readonly<Record<string, readonly string[]>>> {
  expect(existsSync(`${DSS}/jars`)).toBe(true);
  const { stdout } = await promisify(execFile)('java', [
    ...['-cp', `${DSS}/jars/*`, `${DSS}/ReadContainer.java`],
    ...paths,
  ]);
  const verdicts: Record<string, string[]> = {};
  let said: string[] = [];
  for (const line of stdout.trim().split('\n')) {
    if (line.startsWith('file ')) verdicts[basename(line)] = said = [];
    else said.push(line);
  }
  return verdicts;
}
