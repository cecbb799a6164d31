/** Headers of Bitcoin blocks as people hand them in: one in hex, as a node prints it, a file of many, or a source to ask. */
import { InvalidArgumentError } from 'commander';
import { fromHex } from '../base/bytes.js';
import { MAX_HEIGHT } from '../evidence/bitcoin/anchor-proof.js';
import { HEADER_BYTES } from '../evidence/bitcoin/block-header.js';
import {
  HEADERS_FORM,
  type HeadersOption,
  parseHeadersOption,
} from '../evidence/chosen-headers.js';
import { type HeaderRun, MAX_HEADER_RUN_BYTES } from '../evidence/opentimestamps/header-source.js';
import { parseSourceOption, SOURCE_FORM, type SourceOption } from './chosen-source.js';
import { readFileUpTo } from './files.js';

export interface HeaderFile {
  /** Height of its first header. */
  readonly from: number;
  readonly path: string;
}

/** An option's value `HEIGHT:HEX`; repeatable. */
export function repeatedHeader(text: string, before: readonly HeaderRun[] = []): HeaderRun[] {
  const { height, rest } = heightAndRest(text, 'HEIGHT:HEX');
  if (!HEADER_HEX.test(rest)) throw new InvalidArgumentError('A header is 160 digits of hex.');
  return [...before, { from: height, headers: fromHex(rest.toLowerCase()) }];
}

/** An option's value `HEIGHT:FILE`; repeatable. */
export function repeatedHeaderFile(text: string, before: readonly HeaderFile[] = []): HeaderFile[] {
  const { height, rest } = heightAndRest(text, 'HEIGHT:FILE');
  return [...before, { from: height, path: rest }];
}

/** An option's value `NETWORK:HEIGHT:FILE`, or a source to ask; repeatable. */
export function repeatedHeaders(
  text: string,
  before: readonly (HeadersOption | SourceOption)[] = [],
): (HeadersOption | SourceOption)[] {
  const option = parseHeadersOption(text) ?? parseSourceOption(text);
  if (option === null)
    throw new InvalidArgumentError(`Give it as ${HEADERS_FORM}; or as ${SOURCE_FORM}.`);
  return [...before, option];
}

/** An option's value that names a source to ask. */
export function sourceOption(text: string): SourceOption {
  const option = parseSourceOption(text);
  if (option === null) throw new InvalidArgumentError(`Give it as ${SOURCE_FORM}.`);
  return option;
}

/** @throws CliError CLI_FILE. */
export async function readHeaderFile({ from, path }: HeaderFile): Promise<HeaderRun> {
  return { from, headers: await readFileUpTo(path, MAX_HEADER_RUN_BYTES) };
}

const HEADER_HEX = new RegExp(`^[0-9a-f]{${HEADER_BYTES * 2}}$`, 'i');

function heightAndRest(text: string, form: string): { height: number; rest: string } {
  const [, digits = '', rest = ''] = /^([0-9]{1,10}):(.+)$/s.exec(text) ?? [];
  const height = Number(digits);
  if (rest === '' || height > MAX_HEIGHT)
    throw new InvalidArgumentError(`Give it as ${form}, with the height of the block.`);
  return { height, rest };
}
