/** What `chirograph inspect open` was told, as `POST /v1/inspections` takes it. */
import { MAX_SCOPE_SUBJECTS } from '../access/inspection.js';
import type { UnixMillis } from '../base/brand.js';
import { utf8ToString } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { BaseError } from '../base/errors.js';
import { DAY_MILLIS, formatInstant } from '../base/time.js';
import { CliError } from './cli-error.js';
import { inputBytes } from './files.js';
import { inputLines } from './input-lines.js';
import type { NodeFlags } from './node-options.js';
import type { Terminal } from './terminal.js';

export interface OpenFlags extends NodeFlags {
  readonly case: string;
  readonly authority: string;
  readonly legalBasis: string;
  readonly expires: string;
  readonly subject?: readonly string[];
  readonly subjectsFrom?: string;
  readonly type?: readonly string[];
  readonly recordedFrom?: string;
  readonly recordedTo?: string;
  readonly inspector?: readonly string[];
  readonly hidden?: true;
  readonly json?: true;
}

/** @throws CliError CLI_USAGE, CLI_INPUT, CLI_FILE. */
export async function newInspection(
  ledger: string,
  flags: OpenFlags,
  terminal: Pick<Terminal, 'stdin'>,
  now: UnixMillis,
): Promise<JsonObject> {
  const { case: caseId, authority, legalBasis, type: types, recordedFrom, recordedTo } = flags;
  const subjects = await subjectsOf(flags, terminal);
  return definedMembers({
    ...{ ledger, caseId, authority, legalBasis },
    scope: definedMembers({ subjects, types, recordedFrom, recordedTo }),
    inspectors: flags.inspector?.map(inspectorOf),
    isHidden: flags.hidden,
    expiresAt: expiryOf(flags.expires, now),
  });
}

/** An instant stays as it is: the node says what is wrong with it. */
export function expiryOf(expires: string, now: UnixMillis): string {
  const [, days] = /^([1-9]\d{0,3})d$/.exec(expires) ?? [];
  if (days === undefined) return expires;
  return formatInstant((now + Number(days) * DAY_MILLIS) as UnixMillis);
}

/** `NAME=key:ID` or `NAME=identity:NAME`. */
function inspectorOf(text: string): JsonObject {
  const [, name, kind, who] = /^(.+?)=(key|identity):(.+)$/u.exec(text) ?? [];
  if (name === undefined || kind === undefined || who === undefined)
    throw new CliError(
      'CLI_USAGE',
      '--inspector must be like "Inspector 2=key:0a1b2c3d4e5f" or "Inspector 2=identity:staff:i2"',
    );
  return { name, [kind]: who };
}

/** @throws CliError CLI_INPUT, CLI_FILE. */
export async function subjectsOf(
  { subject, subjectsFrom }: Pick<OpenFlags, 'subject' | 'subjectsFrom'>,
  terminal: Pick<Terminal, 'stdin'>,
): Promise<readonly string[] | undefined> {
  if (subjectsFrom === undefined) return subject;
  const subjects = [...(subject ?? [])];
  for await (const { number, bytes } of inputLines(
    limited(inputBytes(subjectsFrom, terminal), MAX_SUBJECTS_BYTES),
  ))
    subjects.push(nameIn(bytes, number));
  // Nobody named must not come to mean everybody.
  if (subjects.length === 0) throw new CliError('CLI_INPUT', '--subjects-from names nobody');
  return subjects;
}

/** Room for as many names as an inspection takes, each of 256 characters in the longest UTF-8. */
const MAX_SUBJECTS_BYTES = MAX_SCOPE_SUBJECTS * (4 * 256 + 64);

async function* limited(
  chunks: AsyncIterable<Uint8Array>,
  maximum: number,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maximum)
      throw new CliError('CLI_INPUT', `--subjects-from is larger than ${maximum} bytes`);
    yield chunk;
  }
}

function nameIn(line: Uint8Array, number: number): string {
  try {
    return utf8ToString(line).replace(/\r$/, '');
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw new CliError('CLI_INPUT', `--subjects-from: line ${number} is not UTF-8`, { cause });
  }
}
