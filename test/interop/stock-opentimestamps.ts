/**
 * Asks the reference library of OpenTimestamps (Debian's python3-opentimestamps) through `opentimestamps/stock.py`.
 * Files go by a temporary directory, answers are a line of JSON each.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { toHex } from '../../src/base/bytes.js';

const run = promisify(execFile);
/** The one that Debian's packages are installed for. */
const PYTHON = '/usr/bin/python3';
const CALENDAR_SCRIPT = 'test/interop/opentimestamps/client.py';
const SCRIPT = 'test/interop/opentimestamps/stock.py';

export type StockReading =
  | {
      readonly hash: string;
      /** Hex. */
      readonly digest: string;
      /** `message kind what`, in the order in which the library writes them. */
      readonly attestations: readonly string[];
      readonly isWrittenTheSame: boolean;
    }
  /** Name of what it raises. */
  | { readonly refused: string };

export interface StockVerdict {
  /** Of blocks that confirm the file, in seconds. */
  readonly times: readonly number[];
  readonly refusals: readonly string[];
}

/** @throws if the library ends in anything but an answer or a refusal of its own. */
export async function readByStock(...files: readonly Uint8Array[]): Promise<StockReading[]> {
  return asking<StockReading>('read', files, []);
}

/** By one header of 80 bytes at a time. */
export async function verifyByStock(
  file: Uint8Array,
  ...headers: readonly Uint8Array[]
): Promise<StockVerdict[]> {
  return asking<StockVerdict>('verify', [file], headers.map(toHex));
}

/** What its client made of a calendar's answer: a file, or why there is nothing yet. */
export type StockAnswer = { readonly file: string } | { readonly pending: string };

/** @param given hex of a digest to submit, or of a file to upgrade. */
export async function askCalendarByStock(
  command: 'submit' | 'upgrade',
  calendar: { readonly url: string; readonly key: string },
  given: string,
): Promise<StockAnswer> {
  const argv = [CALENDAR_SCRIPT, command, calendar.url, calendar.key, given];
  const { stdout } = await run(PYTHON, argv);
  return JSON.parse(stdout) as StockAnswer;
}

async function asking<T>(
  command: string,
  files: readonly Uint8Array[],
  others: readonly string[],
): Promise<T[]> {
  const folder = await mkdtemp(join(tmpdir(), 'chirograph-ots-'));
  try {
    const names = files.map((_, at) => join(folder, `${at}.ots`));
    await Promise.all(files.map((file, at) => writeFile(names[at] ?? '', file)));
    const argv = [SCRIPT, command, ...names, ...others];
    const { stdout } = await run(PYTHON, argv, { maxBuffer: 64 * 1024 * 1024 });
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as T);
  } finally {
    await rm(folder, { recursive: true });
  }
}
