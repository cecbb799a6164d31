/** `chirograph erase`: forgetting what is free, by two persons. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { type Language, LANGUAGES } from '../evidence/languages.js';
import { allPages } from './all-pages.js';
import { expected } from './answers.js';
import { certificateLines } from './certificate/certificate-text.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, printAnswer, printResult, rowsOf, type Terminal } from './terminal.js';

interface OutputFlags extends NodeFlags {
  readonly json?: true;
}

interface ProposeFlags extends OutputFlags {
  readonly subject?: string;
  readonly due?: true;
  readonly class?: string;
  readonly through?: string;
  readonly reason: string;
  readonly legalBasis: string;
}

const ERASURES = '/v1/erasures';

export function addEraseCommand(program: Command, terminal: Terminal): void {
  const erase = program
    .command('erase')
    .description('forget a person, or all that is due: for good, and by two persons');

  const propose = withNodeOptions(erase.command('propose'))
    .description('propose an erasure, which another person has to approve')
    .option('--subject <name>', 'all of this person that no policy and no hold keeps')
    .option('--due', 'all of everybody that is due, and that no hold keeps')
    .option('--class <class>', 'with --due: this retention class alone')
    .option('--through <month>', 'with --due: what was recorded up to this month (2026-01) alone')
    .requiredOption('--reason <text>', 'stays for ever: do not name the person in it')
    .requiredOption('--legal-basis <text>', 'what asks for it; stays, too')
    .action(async (flags: ProposeFlags) => {
      const body = proposalOf(flags);
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'POST', path: ERASURES, body });
      printAnswer(terminal, flags, answer, (said) => [oneLine(expected(erasureSchema, said).id)]);
    });
  withExamples(
    propose,
    'chirograph erase propose --subject customer-4711 --reason "asked for by the person" \\\n' +
      '    --legal-basis "GDPR Art. 17(1)"',
    'chirograph erase propose --due --class aml-relationship --reason "retention has ended" \\\n' +
      '    --legal-basis "AMLR Art. 77(4)"',
  );

  const approve = withNodeOptions(erase.command('approve'))
    .argument('<id>', 'of the erasure')
    .description('approve what another person proposed; it cannot be undone')
    .option('--no-run', 'leave it to `erase run`, which takes all approved ones together')
    .action(async (id: string, flags: OutputFlags & { readonly run: boolean }) => {
      const path = `${erasurePath(id)}/approval?run=${String(flags.run)}`;
      const answer = await nodeClientFor(flags, terminal).request({ method: 'POST', path });
      printAnswer(terminal, flags, answer, stateLines);
    });
  withExamples(approve, 'chirograph erase approve 0a1b2c3d4e5f');

  const withdraw = withNodeOptions(erase.command('withdraw'))
    .argument('<id>', 'of the erasure')
    .description('withdraw an erasure that has not been carried out')
    .action(async (id: string, flags: OutputFlags) => {
      const path = `${erasurePath(id)}/withdrawal`;
      const answer = await nodeClientFor(flags, terminal).request({ method: 'POST', path });
      printAnswer(terminal, flags, answer, stateLines);
    });
  withExamples(withdraw, 'chirograph erase withdraw 0a1b2c3d4e5f');

  const list = withNodeOptions(erase.command('list'))
    .description('list all erasures that ever were proposed, without the persons')
    .action(async (flags: OutputFlags) => {
      const items = await allPages(nodeClientFor(flags, terminal), ERASURES, { what: 'erasures' });
      printResult(terminal, flags.json, { items }, items.map(listLine));
    });
  withExamples(list, 'chirograph erase list --json');

  const show = withNodeOptions(erase.command('show'))
    .argument('<id>', 'of the erasure, as in `erase list`')
    .description('print an erasure, how far it is, and whom it is about; asking is on record')
    .action(async (id: string, flags: OutputFlags) => {
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'GET', path: erasurePath(id) });
      printAnswer(terminal, flags, answer, (said) => rowsOf(expected(erasureSchema, said)));
    });
  withExamples(show, 'chirograph erase show 0a1b2c3d4e5f');

  const run = withNodeOptions(erase.command('run'))
    .description('carry out all approved erasures with one rotation of the vault')
    .action(async (flags: OutputFlags) => {
      const path = `${ERASURES}/run`;
      const answer = await nodeClientFor(flags, terminal).request({ method: 'POST', path });
      printAnswer(terminal, flags, answer, (said) => {
        const { begun } = expected(runSchema, said);
        return begun.length === 0
          ? ['nothing is approved']
          : begun.map((id) => `begun ${oneLine(id)}`);
      });
    });
  withExamples(run, 'chirograph erase run');

  const certificate = withNodeOptions(erase.command('certificate'))
    .argument('<id>', 'of an erasure that is done')
    .description('print the certificate of destruction: what went, what was kept and why')
    .addOption(
      new Option('--language <language>', 'of the certificate').choices(LANGUAGES).default('en'),
    )
    .action(async (id: string, flags: OutputFlags & { readonly language: Language }) => {
      const client = nodeClientFor(flags, terminal);
      const path = `${erasurePath(id)}/certificate`;
      const answer = await client.request({ method: 'GET', path });
      printAnswer(terminal, flags, answer, (said) => certificateLines(said, flags.language));
    });
  withExamples(
    certificate,
    'chirograph erase certificate 0a1b2c3d4e5f > certificate.txt',
    'chirograph erase certificate 0a1b2c3d4e5f --language de',
  );
}

function erasurePath(id: string): string {
  return `${ERASURES}/${encodeURIComponent(id)}`;
}

/** @throws CliError CLI_USAGE. */
function proposalOf({ subject, due, reason, legalBasis, through, ...flags }: ProposeFlags) {
  // Nobody named must not come to mean everybody.
  if ((subject === undefined) !== (due === true))
    throw new CliError('CLI_USAGE', 'say what is erased: --subject, or else --due');
  return definedMembers({ subject, class: flags.class, through, reason, legalBasis });
}

const erasureSchema = z.looseObject({
  id: z.string(),
  kind: z.string(),
  state: z.string(),
  reason: z.string(),
  class: z.string().optional(),
  through: z.string().optional(),
  progress: z
    .looseObject({
      step: z.string(),
      percent: z.number().optional(),
      code: z.string().optional(),
    })
    .optional(),
});
type Progress = NonNullable<z.output<typeof erasureSchema>['progress']>;
const runSchema = z.object({ begun: z.array(z.string()) });

function listLine(item: JsonValue): string {
  const { id, state, kind, reason, through, progress, ...rest } = expected(erasureSchema, item);
  const what = [
    kind === 'due' ? 'all that is due' : 'a person',
    ...(rest.class === undefined ? [] : [rest.class]),
    ...(through === undefined ? [] : [`through ${through}`]),
  ];
  const step = progress === undefined ? [] : [progressText(progress)];
  return oneLine([id, state.padEnd(9), ...step, what.join(' '), reason].join('  '));
}

function progressText({ step, percent, code }: Progress): string {
  return [step, ...(percent === undefined ? [] : [`${percent} %`]), code ?? ''].join(' ').trim();
}

function stateLines(answer: JsonValue): readonly string[] {
  const { id, state, progress } = expected(erasureSchema, answer);
  const begun = progress === undefined ? '' : '; it is carried out now: see `erase show`';
  return [`${oneLine(state)} ${oneLine(id)}${begun}`];
}
