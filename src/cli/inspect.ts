/** `chirograph inspect`: an authority's cases, from opening one to the package that is handed over. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { systemClock } from '../base/time.js';
import { allPages } from './all-pages.js';
import { expected } from './answers.js';
import { repeated, withExamples } from './command-help.js';
import { newInspection, type OpenFlags } from './inspection-input.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { savePackage, type SavedFile } from './save-package.js';
import { oneLine, printResult, rowsOf, type Terminal } from './terminal.js';

interface OutputFlags extends NodeFlags {
  readonly json?: true;
}

interface PackageFlags extends OutputFlags {
  readonly out: string;
  readonly language: string;
  readonly origin?: string;
  readonly replace?: true;
}

export function addInspectCommand(program: Command, terminal: Terminal): void {
  const inspect = program
    .command('inspect')
    .description('open inspections, and hand over what was inspected');

  const open = withNodeOptions(inspect.command('open'))
    .argument('<ledger>', 'name of the ledger')
    .description('open an inspection of a ledger, to read under with --inspection')
    .requiredOption('--case <id>', 'the file number of the authority')
    .requiredOption('--authority <text>', 'who inspects')
    .requiredOption('--legal-basis <text>', 'what allows it')
    .requiredOption('--expires <when>', 'an instant, or in so many days: 30d')
    .option('--subject <name>', 'in scope is this person; repeatable (default: all)', repeated)
    .option('--subjects-from <file>', 'the same, one a line, from a file, or `-` for stdin')
    .option('--type <type>', 'in scope is this record type; repeatable (default: all)', repeated)
    .option('--recorded-from <instant>', 'in scope is what was known from then on')
    .option('--recorded-to <instant>', 'in scope is what was recorded before then')
    .option(
      '--inspector <who>',
      'who else reads under it, NAME=key:ID or NAME=identity:NAME; repeatable',
      repeated,
    )
    .option('--hidden', 'not shown to the institution, if its settings allow that')
    .action(async (ledger: string, flags: OpenFlags) => {
      const client = nodeClientFor(flags, terminal);
      const body = await newInspection(ledger, flags, terminal, systemClock.now());
      const answer = await client.request({ method: 'POST', path: INSPECTIONS, body });
      printResult(terminal, flags.json, answer, openedLines(answer));
    });
  withExamples(
    open,
    'chirograph inspect open kyc --case FMA-2026-118 --authority "Financial Market Authority" \\\n' +
      '    --legal-basis "FM-GwG § 25" --expires 30d --subjects-from persons.txt',
  );

  const list = withNodeOptions(inspect.command('list'))
    .description('list the inspections that you have a part in, or oversee')
    .action(async (flags: OutputFlags) => {
      const items = await allPages(nodeClientFor(flags, terminal), INSPECTIONS, {
        what: 'inspections',
      });
      printResult(terminal, flags.json, { items }, items.map(listLine));
    });
  withExamples(list, 'chirograph inspect list --json');

  const show = withNodeOptions(inspect.command('show'))
    .argument('<id>', 'of the inspection, as in `inspect list`')
    .description('print an inspection: its case, scope, inspectors and state')
    .action(async (id: string, flags: OutputFlags) => {
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'GET', path: inspectionPath(id) });
      printResult(terminal, flags.json, answer, rowsOf(expected(inspectionSchema, answer)));
    });
  withExamples(show, 'chirograph inspect show 0a1b2c3d4e5f');

  const close = withNodeOptions(inspect.command('close'))
    .argument('<id>', 'of the inspection')
    .description('close an inspection: nothing more is shown under it')
    .action(async (id: string, flags: OutputFlags) => {
      const client = nodeClientFor(flags, terminal);
      const path = `${inspectionPath(id)}/close`;
      const answer = await client.request({ method: 'POST', path });
      printResult(terminal, flags.json, answer, [`closed ${oneLine(id)}`]);
    });
  withExamples(close, 'chirograph inspect close 0a1b2c3d4e5f');

  const pack = withNodeOptions(inspect.command('package'))
    .argument('<id>', 'of the inspection')
    .description('write what is handed over: a collection to verify offline, and a report as PDF')
    .requiredOption('--out <directory>', 'where to write both; they hold the content in clear')
    .addOption(
      new Option('--language <language>', 'of the report').choices(['en', 'de']).default('en'),
    )
    .option('--origin <origin>', 'a log of the ledger (default: the one that is written)')
    .option('--replace', 'replace the files, if they are there')
    .action((id: string, flags: PackageFlags) => handOver(id, flags, terminal));
  withExamples(pack, 'chirograph inspect package 0a1b2c3d4e5f --out fma-2026-118 --language de');
}

const INSPECTIONS = '/v1/inspections';

function inspectionPath(id: string): string {
  return `${INSPECTIONS}/${encodeURIComponent(id)}`;
}

async function handOver(id: string, flags: PackageFlags, terminal: Terminal): Promise<void> {
  const { out, language, origin, replace, json } = flags;
  // The package is a reading too.
  const client = nodeClientFor({ ...flags, inspection: id }, terminal);
  const request = { id, directory: out, language, origin, isReplacing: replace === true };
  const saved = await savePackage(client, request);
  printResult(terminal, json, saved, [
    savedLine(saved.collection),
    savedLine(saved.report),
    'Whoever gets the collection verifies it alone, with a trust file that came another way:',
    `  node verify.mjs ${oneLine(saved.collection.file)} --trust bank.trust.json`,
    'A collection is inside the report too: pdfdetach -saveall takes it out.',
  ]);
}

function savedLine({ file, size, sha256 }: SavedFile): string {
  return `wrote ${oneLine(file)}: ${size} bytes, SHA-256 ${sha256}`;
}

const inspectionSchema = z.looseObject({
  id: z.string(),
  ledger: z.string(),
  caseId: z.string(),
  authority: z.string(),
  state: z.string(),
  expiresAt: z.string(),
});
/** The id alone on the first line, for scripts. */
function openedLines(answer: JsonValue): readonly string[] {
  const { id, expiresAt } = expected(inspectionSchema, answer);
  const until = `# open until ${expiresAt}; read under it with --inspection ${id}`;
  return [oneLine(id), oneLine(until)];
}

function listLine(item: JsonValue): string {
  const { id, state, ledger, caseId, authority, expiresAt } = expected(inspectionSchema, item);
  return oneLine(
    [id, state.padEnd(7), ledger, caseId, authority, `expires ${expiresAt}`].join('  '),
  );
}
