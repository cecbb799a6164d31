/** What `chirograph query` is asked, and where a node is asked for it. */
import { CliError } from './cli-error.js';
import { ledgerPath, type NodeFlags } from './node-options.js';

/** Of an answer for people, or in one JSON; more than that is an export. */
export const DEFAULT_LIMIT = 100;
export const MAX_LIMIT = 10_000;

export interface QueryFlags extends NodeFlags {
  readonly subject?: string;
  readonly type?: readonly string[];
  readonly thing?: string;
  readonly author?: string;
  readonly asOf?: string;
  readonly validAt?: string;
  readonly recordedFrom?: string;
  readonly recordedTo?: string;
  readonly limit?: string;
  readonly json?: true;
  readonly count?: true;
  readonly evidence?: string;
  readonly export?: string;
  readonly format?: string;
  readonly person?: string;
  readonly language?: string;
  readonly timeline?: true;
  readonly diff?: string;
  readonly find?: string;
  readonly valueFrom?: string;
}

/** Several texts are given as the parameter several times. */
export type QueryParts = Readonly<Record<string, string | readonly string[] | undefined>>;

export function filtersOf(flags: QueryFlags): QueryParts {
  const { subject, type, thing, author, asOf, validAt, recordedFrom, recordedTo } = flags;
  return { subject, type, key: thing, author, asOf, validAt, recordedFrom, recordedTo };
}

export function subjectPath(ledger: string, { subject }: QueryFlags): string {
  if (subject === undefined)
    throw new CliError(
      'CLI_USAGE',
      '--timeline, --diff, --evidence and --person are of one subject: --subject',
    );
  return `${ledgerPath(ledger)}/subjects/${encodeURIComponent(subject)}`;
}

export function queryOf(parts: QueryParts): string {
  const given = Object.entries(parts).flatMap(([name, value = []]) =>
    [value].flat().map((one) => `${name}=${encodeURIComponent(one)}`),
  );
  return given.length === 0 ? '' : `?${given.join('&')}`;
}

/** @throws CliError CLI_USAGE. */
export function limitOf({ limit }: QueryFlags): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  if (!/^[1-9]\d{0,4}$/.test(limit) || Number(limit) > MAX_LIMIT)
    throw new CliError('CLI_USAGE', `--limit must be a number from 1 to ${MAX_LIMIT}`);
  return Number(limit);
}
