/** The data directory: where what lies, and which format it is (docs/formats/data-directory.md). */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { utf8, utf8ToString } from '../base/bytes.js';
import { systemErrorCode } from '../base/system-error.js';
import {
  type DurableFileSystem,
  makeDirectoryDurably,
  writeFileDurably,
} from '../keys/durable-file.js';
import { damaged, LedgerError } from './ledger-error.js';

const FORMAT = 1;
const FILE = 'FORMAT';

export interface DataDirectory {
  readonly root: string;
  readonly journal: string;
  readonly logs: string;
  readonly state: string;
  readonly vault: string;
}

/** Makes the directory if there is none. @throws LedgerError LEDGER_FORMAT_NEWER, naming both formats. */
export async function openDataDirectory(
  root: string,
  files: DurableFileSystem,
): Promise<DataDirectory> {
  await makeDirectoryDurably(root, files);
  const found = await readFormat(root);
  if (found === null) await beginDirectory(root, files);
  else if (found > FORMAT)
    throw new LedgerError(
      'LEDGER_FORMAT_NEWER',
      `the data directory has format ${found}; this version reads up to ${FORMAT}`,
    );
  return {
    root,
    journal: join(root, 'journal'),
    logs: join(root, 'logs'),
    state: join(root, 'state'),
    vault: join(root, 'vault'),
  };
}

async function beginDirectory(root: string, files: DurableFileSystem): Promise<void> {
  // Written before all else: where there is more, it was lost, and so perhaps was more.
  const found = await readdir(root);
  if (found.includes('restored.tmp'))
    throw damaged('a restore into the data directory was cut short: give the same order again');
  if (found.some((name) => LATER.has(name)))
    throw damaged(`the file ${FILE} of the data directory is missing, and there are data`);
  await writeFileDurably(join(root, FILE), utf8(`chirograph ${FORMAT}\n`), 0o600, files);
}

const LATER: ReadonlySet<string> = new Set(['catalog', 'journal', 'logs', 'state', 'vault']);

async function readFormat(root: string): Promise<number | null> {
  let text: string;
  try {
    text = utf8ToString(await readFile(join(root, FILE)));
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return null;
    throw damaged(`the file ${FILE} of the data directory cannot be read`, cause);
  }
  const format = /^chirograph ([1-9][0-9]{0,3})\n$/.exec(text)?.[1];
  if (format === undefined)
    throw damaged(`the file ${FILE} of the data directory is not what was written`);
  return Number(format);
}
