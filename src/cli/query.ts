/** `chirograph query`: entries by what they are about, how many there are, and the views of a person. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { asOfSchema, entrySchema, expected } from './answers.js';
import { CliError } from './cli-error.js';
import { repeated, withExamples } from './command-help.js';
import { entryLines } from './entry-lines.js';
import type { NodeClient } from './node-client.js';
import { ledgerPath, nodeClientFor, recordsPath, withReadOptions } from './node-options.js';
import { queryDiff } from './query-diff.js';
import { queryFind } from './query-find.js';
import {
  filtersOf,
  type QueryFlags,
  queryOf,
  type QueryParts,
  subjectPath,
} from './query-flags.js';
import { saveEvidence } from './save-evidence.js';
import { saveExport } from './save-export.js';
import { savePerson } from './save-person.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

/** Of an answer for people, or in one JSON; more than that is an export. */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;
const PAGE = 1000;
/** A page may be empty, and still not the last. */
const MAX_PAGES = 1000;

export function addQueryCommand(program: Command, terminal: Terminal): void {
  const command = withReadOptions(program.command('query'))
    .argument('<ledger>', 'name of the ledger')
    .option('--subject <name>', 'whom entries are about')
    .option('--type <type>', 'type of record; repeatable, for any of them', repeated)
    .option('--thing <key>', 'key of the thing, with --subject and one --type')
    .option('--author <name>', 'who wrote')
    .option('--as-of <when>', 'a tree size, an instant, or a calendar date')
    .option('--valid-at <when>', 'only what was valid then: an instant or a calendar date')
    .option('--recorded-from <when>', 'recorded at or after an instant or calendar date')
    .option('--recorded-to <when>', 'recorded at or before an instant or calendar date')
    .option(
      '--limit <number>',
      `entries to print, at most ${MAX_LIMIT} (default: ${DEFAULT_LIMIT})`,
    )
    .addOption(exclusive('--count', 'how many there are'))
    .addOption(exclusive('--export <file>', 'write all of them to a file'))
    .addOption(
      exclusive(
        '--evidence <file>',
        'write all of the subject to a file, with the proof that it is all',
      ).conflicts(NOT_PROVEN),
    )
    .addOption(
      exclusive('--person <file>', 'write all of the subject to a file, for the subject').conflicts(
        NOT_OF_PERSONS,
      ),
    )
    .addOption(
      new Option(
        '--format <format>',
        'ndjson or csv of an export, json or pdf of a person',
      ).choices(['ndjson', 'csv', 'json', 'pdf']),
    )
    .addOption(new Option('--language <code>', 'of the pages of a PDF').choices(['en', 'de']))
    .addOption(
      exclusive('--timeline', 'everything recorded about the subject, in order').conflicts(
        NOT_IN_TIMELINES,
      ),
    )
    .addOption(exclusive('--diff <from..to>', 'what changed for the subject between two states'))
    .addOption(
      exclusive('--find <field>', 'persons by a value of this field: name, birthDate, …').conflicts(
        NOT_SEARCHED,
      ),
    )
    .option(
      '--value-from <file>',
      'where the value to find is the first line (default: standard input)',
    )
    .description('find entries by what they are about, or persons by what is recorded of them')
    .action((ledger: string, flags: QueryFlags) => query(ledger, flags, terminal));
  withExamples(
    command,
    'chirograph query kyc --subject customer-4711 --as-of 2026-01-31',
    'chirograph query kyc --type tradle.Residence --export residences.csv --format csv',
    'chirograph query kyc --subject customer-4711 --diff 2026-01-31..2026-06-30',
    'chirograph query kyc --subject customer-4711 --evidence customer-4711.collection.json',
    'chirograph query kyc --subject customer-4711 --person customer-4711.pdf --format pdf',
    'chirograph query kyc --find documentNumber --value-from -',
  );
}

/** What answers in its own way answers in no other. */
const MODES = ['count', 'evidence', 'export', 'person', 'timeline', 'diff', 'find'];
/** Persons are found by one value of one field. */
const NOT_SEARCHED = [
  ...['subject', 'type', 'thing', 'author', 'validAt'],
  ...['recordedFrom', 'recordedTo', 'format'],
];
/** Nothing proves that entries are all of an author, say. */
const NOT_PROVEN = ['thing', 'author', 'recordedFrom', 'recordedTo', 'limit', 'format'];

/** All that is left out of a timeline is what is of another type or time. */
const NOT_IN_TIMELINES = ['thing', 'author', 'validAt', 'format', 'language'];

/** A person is given all, as it is now. */
const NOT_OF_PERSONS = [
  ...NOT_PROVEN.filter((flag) => flag !== 'format'),
  'type',
  'asOf',
  'validAt',
];

function exclusive(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.conflicts(MODES.filter((mode) => mode !== option.attributeName()));
}

async function query(ledger: string, flags: QueryFlags, terminal: Terminal): Promise<void> {
  const client = nodeClientFor(flags, terminal);
  if (flags.find !== undefined)
    await queryFind(client, ledger, flags.find, limitOf(flags), flags, terminal);
  else if (flags.valueFrom !== undefined)
    throw new CliError('CLI_USAGE', '--value-from is what --find looks for: --find <field>');
  else if (flags.count === true) await count(client, ledger, flags, terminal);
  else if (flags.evidence !== undefined)
    await saveAnswer(client, ledger, flags.evidence, flags, terminal);
  else if (flags.export !== undefined)
    await exportAll(client, ledger, flags.export, flags, terminal);
  else if (flags.person !== undefined)
    await savePersonData(client, ledger, flags.person, flags, terminal);
  else if (flags.diff !== undefined) await queryDiff(client, ledger, flags.diff, flags, terminal);
  else await list(client, ledger, flags, terminal);
}

async function list(
  client: NodeClient,
  ledger: string,
  flags: QueryFlags,
  terminal: Terminal,
): Promise<void> {
  const path =
    flags.timeline === true
      ? `${subjectPath(ledger, flags)}/timeline${queryOf(timelineParts(flags))}`
      : `${recordsPath(ledger)}${queryOf(filtersOf(flags))}`;
  const { items, isAll, answer } = await pages(client, path, limitOf(flags));
  const lines = items.flatMap((item) => [...linesOf(item), '']);
  printResult(terminal, flags.json, { ...answer, items: [...items] }, [
    ...lines,
    `${items.length} ${items.length === 1 ? 'entry' : 'entries'}${isAll ? '' : ', and there are more: --limit, or --export'}`,
    stateLine(answer['asOf'] ?? null),
  ]);
}

function timelineParts({ asOf, type, recordedFrom, recordedTo }: QueryFlags): QueryParts {
  return { asOf, type, recordedFrom, recordedTo };
}

interface Found {
  readonly items: readonly JsonValue[];
  readonly isAll: boolean;
  /** Of the last page, without its items. */
  readonly answer: JsonObject;
}

const pageSchema = z.looseObject({ items: z.array(z.json()), cursor: z.string().nullable() });

async function pages(client: NodeClient, path: string, limit: number): Promise<Found> {
  const items: JsonValue[] = [];
  let cursor = '';
  for (let page = 0; page < MAX_PAGES; page++) {
    const some = Math.min(PAGE, limit - items.length);
    const separator = path.includes('?') ? '&' : '?';
    const answer = await client.request({
      method: 'GET',
      path: `${path}${separator}limit=${some}${cursor}`,
    });
    const { items: found, cursor: next, ...rest } = expected(pageSchema, answer);
    items.push(...found);
    const isAll = next === null;
    if (isAll || items.length >= limit)
      return { items, isAll, answer: { ...(rest as JsonObject), cursor: next } };
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
  throw new CliError('CLI_ANSWER_UNUSABLE', 'the node gives out more pages than fit in an answer');
}

const countSchema = z.object({ count: z.number(), asOf: asOfSchema });

async function count(
  client: NodeClient,
  ledger: string,
  flags: QueryFlags,
  terminal: Terminal,
): Promise<void> {
  const path = `${recordsPath(ledger)}/count${queryOf(filtersOf(flags))}`;
  const answer = await client.request({ method: 'GET', path });
  const counted = expected(countSchema, answer);
  printResult(terminal, flags.json, answer, [String(counted.count), stateLine(counted.asOf)]);
}

async function exportAll(
  client: NodeClient,
  ledger: string,
  file: string,
  flags: QueryFlags,
  terminal: Terminal,
): Promise<void> {
  const format = formatOf(flags, ['ndjson', 'csv']);
  const path = `${ledgerPath(ledger)}/export${queryOf({ format, ...filtersOf(flags) })}`;
  const saved = await saveExport(client, path, file, format);
  printResult(terminal, flags.json, { file, format, ...saved }, [
    `wrote ${oneLine(file)}: ${saved.count} entries as of size ${saved.size}, root hash over them ${saved.rootHash}`,
  ]);
}

async function savePersonData(
  client: NodeClient,
  ledger: string,
  file: string,
  flags: QueryFlags,
  terminal: Terminal,
): Promise<void> {
  const format = formatOf(flags, ['json', 'pdf']);
  const path = `${subjectPath(ledger, flags)}/export${queryOf({ format, language: flags.language })}`;
  const size = await savePerson(client, path, file, format);
  printResult(terminal, flags.json, { file, format, size }, [
    `wrote ${oneLine(file)}: ${size} bytes`,
  ]);
}

/** The first unless another is given. @throws CliError CLI_USAGE. */
function formatOf<F extends string>({ format }: QueryFlags, formats: readonly [F, ...F[]]): F {
  const given = format === undefined ? formats[0] : formats.find((one) => one === format);
  if (given !== undefined) return given;
  throw new CliError('CLI_USAGE', `--format must be ${formats.join(' or ')} here`);
}

async function saveAnswer(
  client: NodeClient,
  ledger: string,
  file: string,
  flags: QueryFlags,
  terminal: Terminal,
): Promise<void> {
  const { asOf, validAt, type } = flags;
  const path = `${subjectPath(ledger, flags)}/evidence${queryOf({ asOf, validAt, type })}`;
  await saveEvidence(client, path, file, terminal, flags.json);
}

/** An entry, or the place in another's record where the subject is named. */
function linesOf(item: JsonValue): readonly string[] {
  const mention = mentionSchema.safeParse(item);
  if (!mention.success) return entryLines(expected(entrySchema, item));
  const { index, type, role, recordedAt } = mention.data;
  return [`named as ${role} in entry ${index}, ${oneLine(type)}, recorded ${oneLine(recordedAt)}`];
}

const mentionSchema = z.object({
  index: z.number(),
  recordedAt: z.string(),
  type: z.string(),
  role: z.enum(['party', 'part']),
});

function stateLine(asOf: unknown): string {
  const state = asOfSchema.safeParse(asOf);
  if (!state.success) throw new CliError('CLI_ANSWER_UNUSABLE', 'the answer is of no state');
  return `as of size ${state.data.size}, root hash ${oneLine(state.data.rootHash)}`;
}

function limitOf({ limit }: QueryFlags): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  if (!/^[1-9]\d{0,4}$/.test(limit) || Number(limit) > MAX_LIMIT)
    throw new CliError('CLI_USAGE', `--limit must be a number from 1 to ${MAX_LIMIT}`);
  return Number(limit);
}
