/** The parts as a browser gets them, over the stand-ins for Node's modules; with a fault in them, if asked. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from '@jest/globals';
import { mutate, type PlantedFault } from '../../support/mutant.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import type * as parts from './verifier-parts.js';

export type VerifierParts = typeof parts;

/** In a process of its own: esbuild does not run inside jest's realm. */
const BUNDLE = `
import { bundleForBrowser } from './scripts/browser-bundle.mjs';
const options = { format: 'esm', version: '0' };
const { script } = await bundleForBrowser('test/web/support/verifier-parts.ts', options);
process.stdout.write(script);
`;

async function bundleParts(): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', BUNDLE],
    { maxBuffer: 16 * 1024 * 1024 },
  );
  return stdout;
}

/** @param directory where the module is put; a module is loaded once, so each fault has its own file. */
async function loadParts(
  script: string,
  directory: string,
  fault?: Omit<PlantedFault, 'file'>,
): Promise<VerifierParts> {
  const file = `${fault?.name.replaceAll(' ', '-') ?? 'parts'}.mjs`;
  const path = join(directory, file);
  await writeFile(path, fault === undefined ? script : mutate(script, { ...fault, file }));
  return (await import(pathToFileURL(path).href)) as VerifierParts;
}

export interface BundledParts {
  readonly ofBrowser: VerifierParts;
  /** The same with a fault in them. */
  readonly faulty: (fault: Omit<PlantedFault, 'file'>) => Promise<VerifierParts>;
}

/** Bundled once for all tests of a suite, and removed after the last. */
export function openBundledParts(opened: (made: BundledParts) => void): void {
  let directory: string | undefined;
  beforeAll(async () => {
    const root = (directory = await temporaryDirectory());
    const script = await bundleParts();
    const ofBrowser = await loadParts(script, root);
    opened({ ofBrowser, faulty: (fault) => loadParts(script, root, fault) });
  });
  afterAll(async () => {
    if (directory !== undefined) await removeDirectory(directory);
  });
}
