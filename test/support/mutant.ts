/**
 * A copy of the built product with one fault in it, so that the product itself needs no switches. The
 * copy lies inside the project, where what it imports is found, in a directory that git ignores.
 */
import {
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { productRoot } from './product.js';

/** `find` is one exact piece of a built file: a refactoring that moves it fails loudly. */
export interface PlantedFault {
  readonly name: string;
  /** Below `dist/`, with slashes. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  /** Laid out as the project: `bin/`, `dist/`, `package.json`. */
  readonly root: string;
  /** For `node PROGRAM serve …`. */
  readonly program: string;
  /** The URL of a built module, such as `ledger/fsck.js`, for an `import()`. */
  moduleUrl(file: string): string;
  remove(): Promise<void>;
}

const MUTANTS = fileURLToPath(new URL('../../.mutants', import.meta.url));
const NOT_RUN = /\.map$|\/dist\/bench$/;

/**
 * @param fault `null` for a faithful copy, the control of an experiment.
 * @throws Error if what the fault replaces is not there exactly once, or if nothing is built.
 */
export async function plant(fault: PlantedFault | null): Promise<Mutant> {
  const place = `dist/${fault?.file ?? ''}`;
  const mutated =
    fault === null ? null : mutate(await readFile(join(productRoot, place), 'utf8'), fault);
  await mkdir(MUTANTS, { recursive: true });
  const root = await mkdtemp(join(MUTANTS, `${slug(fault?.name ?? 'no fault')}-`));
  for (const part of ['bin', 'dist', 'package.json'])
    await linkAll(join(productRoot, part), join(root, part));
  if (mutated !== null) {
    // A file of its own: written through the link, the fault would be in the product.
    await unlink(join(root, place));
    await writeFile(join(root, place), mutated);
  }
  return {
    root,
    program: join(root, 'bin', 'chirograph.js'),
    moduleUrl: (file) => pathToFileURL(join(root, 'dist', file)).href,
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Linked, as a thousand files are copied in a second and there are hundreds of faults. */
async function linkAll(from: string, to: string): Promise<void> {
  if (NOT_RUN.test(from)) return;
  if (!(await stat(from)).isDirectory()) {
    await link(from, to);
    return;
  }
  await mkdir(to);
  for (const name of await readdir(from)) await linkAll(join(from, name), join(to, name));
}

/** @throws Error if the fault changes nothing, or its place is not found exactly once. */
export function mutate(source: string, { name, file, find, replace }: PlantedFault): string {
  const pieces = source.split(find);
  if (find === '' || find === replace || pieces.length !== 2)
    throw new Error(`the fault "${name}" has ${pieces.length - 1} places in ${file}, not one`);
  return pieces.join(replace);
}

function slug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}
