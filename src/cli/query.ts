/** `chirograph query`: entries by what they are about, how many there are, and the views of a person. */
import { type Command, Option } from 'commander';
import { CliError } from './cli-error.js';
import { repeated, withExamples } from './command-help.js';
import { nodeClientFor, withReadOptions } from './node-options.js';
import { queryDiff } from './query-diff.js';
import { queryEvidence, queryExport, queryPerson } from './query-files.js';
import { queryFind } from './query-find.js';
import { DEFAULT_LIMIT, limitOf, MAX_LIMIT, type QueryFlags } from './query-flags.js';
import { queryCount, queryList } from './query-list.js';
import type { Terminal } from './terminal.js';

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
        'ndjson or csv of an export, json or pdf of a person, json or asice of --evidence',
      ).choices(['ndjson', 'csv', 'json', 'pdf', 'asice']),
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
const NOT_PROVEN = ['thing', 'author', 'recordedFrom', 'recordedTo', 'limit'];

/** All that is left out of a timeline is what is of another type or time. */
const NOT_IN_TIMELINES = ['thing', 'author', 'validAt', 'format', 'language'];

/** A person is given all, as it is now. */
const NOT_OF_PERSONS = [...NOT_PROVEN, 'type', 'asOf', 'validAt'];

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
  else if (flags.count === true) await queryCount(client, ledger, flags, terminal);
  else if (flags.evidence !== undefined)
    await queryEvidence(client, ledger, flags.evidence, flags, terminal);
  else if (flags.export !== undefined)
    await queryExport(client, ledger, flags.export, flags, terminal);
  else if (flags.person !== undefined)
    await queryPerson(client, ledger, flags.person, flags, terminal);
  else if (flags.diff !== undefined) await queryDiff(client, ledger, flags.diff, flags, terminal);
  else await queryList(client, ledger, flags, terminal);
}
