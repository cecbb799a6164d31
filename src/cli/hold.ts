/** `chirograph hold`: cases for which data are kept, whatever policies say. */
import type { Command } from 'commander';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { systemClock } from '../base/time.js';
import { allPages } from './all-pages.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { repeated, withExamples } from './command-help.js';
import { expiryOf, subjectsOf } from './inspection-input.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, printAnswer, printResult, rowsOf, type Terminal } from './terminal.js';

interface OutputFlags extends NodeFlags {
  readonly json?: true;
}

interface PlaceFlags extends OutputFlags {
  readonly case: string;
  readonly authority: string;
  readonly legalBasis: string;
  readonly subject?: readonly string[];
  readonly subjectsFrom?: string;
  readonly class?: readonly string[];
  readonly ledger?: string;
  readonly everything?: true;
  readonly until?: string;
  readonly extension?: true;
}

const HOLDS = '/v1/holds';

export function addHoldCommand(program: Command, terminal: Terminal): void {
  const hold = program
    .command('hold')
    .description('keep data for a case, whatever retention policies say');

  const place = withNodeOptions(hold.command('place'))
    .description('place a hold: nothing in its scope is forgotten while it is in force')
    .requiredOption('--case <id>', 'the file number of the case')
    .requiredOption('--authority <text>', 'whose case it is')
    .requiredOption('--legal-basis <text>', 'what asks for it')
    .option('--subject <name>', 'hold this person’s data; repeatable', repeated)
    .option('--subjects-from <file>', 'the same, one a line, from a file, or `-` for stdin')
    .option('--class <class>', 'hold this retention class only; repeatable', repeated)
    .option('--ledger <name>', 'hold all of whomever this ledger has an entry about')
    .option('--everything', 'hold all data of the tenant; said instead of what is held')
    .option('--until <when>', 'an instant, or in so many days (30d), when it ends by itself')
    .option('--extension', 'an authority extends the retention of the classes, up to --until')
    .action(async (flags: PlaceFlags) => {
      const body = await newHold(flags, terminal);
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'POST', path: HOLDS, body });
      printAnswer(terminal, flags, answer, (said) => [oneLine(expected(holdSchema, said).id)]);
    });
  withExamples(
    place,
    'chirograph hold place --case "12 Cg 34/26x" --authority "Landesgericht" \\\n' +
      '    --legal-basis "ZPO § 303" --subject customer-4711',
    'chirograph hold place --case FIU-88 --authority FIU --legal-basis "AMLR Art. 77(3)" \\\n' +
      '    --extension --class aml-relationship --subject customer-4711 --until 2036-06-30T00:00:00.000Z',
  );

  const list = withNodeOptions(hold.command('list'))
    .description('list all holds that ever were; of persons only how many')
    .action(async (flags: OutputFlags) => {
      const items = await allPages(nodeClientFor(flags, terminal), HOLDS, { what: 'holds' });
      printResult(terminal, flags.json, { items }, items.map(listLine));
    });
  withExamples(list, 'chirograph hold list --json');

  const show = withNodeOptions(hold.command('show'))
    .argument('<id>', 'of the hold, as in `hold list`')
    .description('print a hold with the persons that it names; asking is on record')
    .action(async (id: string, flags: OutputFlags) => {
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'GET', path: holdPath(id) });
      printAnswer(terminal, flags, answer, (said) => rowsOf(expected(holdSchema, said)));
    });
  withExamples(show, 'chirograph hold show 0a1b2c3d4e5f');

  const release = withNodeOptions(hold.command('release'))
    .argument('<id>', 'of the hold')
    .description('release a hold, or propose to where the tenant wants two persons')
    .requiredOption('--reason <text>', 'why it is over')
    .action(async (id: string, flags: OutputFlags & { readonly reason: string }) => {
      const client = nodeClientFor(flags, terminal);
      const { reason } = flags;
      const path = `${holdPath(id)}/release`;
      const answer = await client.request({ method: 'POST', path, body: { reason } });
      printAnswer(terminal, flags, answer, releaseLines);
    });
  withExamples(release, 'chirograph hold release 0a1b2c3d4e5f --reason "settled on 3 May"');

  const keep = withNodeOptions(hold.command('keep'))
    .argument('<id>', 'of the hold')
    .description('withdraw a release that somebody proposed: the hold goes on')
    .action(async (id: string, flags: OutputFlags) => {
      const client = nodeClientFor(flags, terminal);
      const path = `${holdPath(id)}/release/withdrawal`;
      const answer = await client.request({ method: 'POST', path });
      printAnswer(terminal, flags, answer, (said) => {
        const { id: kept, state } = expected(holdSchema, said);
        return [`${oneLine(state)} ${oneLine(kept)}`];
      });
    });
  withExamples(keep, 'chirograph hold keep 0a1b2c3d4e5f');
}

function holdPath(id: string): string {
  return `${HOLDS}/${encodeURIComponent(id)}`;
}

/** @throws CliError CLI_USAGE, CLI_INPUT, CLI_FILE. */
async function newHold(flags: PlaceFlags, terminal: Terminal): Promise<JsonObject> {
  const { case: caseId, authority, legalBasis, class: classes, ledger, until } = flags;
  const subjects = await subjectsOf(flags, terminal);
  const scope = definedMembers({ subjects, classes, ledger });
  // Nothing named must not come to mean everything.
  if ((Object.keys(scope).length === 0) !== (flags.everything === true))
    throw new CliError(
      'CLI_USAGE',
      'say what is held: --subject, --class or --ledger, or else --everything',
    );
  return definedMembers({
    ...{ caseId, authority, legalBasis, scope },
    kind: flags.extension === true ? 'extension' : 'hold',
    until: until === undefined ? undefined : expiryOf(until, systemClock.now()),
  });
}

const holdSchema = z.looseObject({
  id: z.string(),
  kind: z.string(),
  state: z.string(),
  caseId: z.string(),
  authority: z.string(),
  scope: z.looseObject({
    subjectCount: z.number().optional(),
    classes: z.array(z.string()).optional(),
    ledger: z.string().optional(),
  }),
});

function listLine(item: JsonValue): string {
  const { id, state, kind, caseId, authority, scope } = expected(holdSchema, item);
  const { subjectCount, classes, ledger } = scope;
  const held = [
    ...(subjectCount === undefined
      ? []
      : [subjectCount === 1 ? '1 person' : `${subjectCount} persons`]),
    ...(classes === undefined ? [] : [classes.join(' ')]),
    ...(ledger === undefined ? [] : [`ledger ${ledger}`]),
  ];
  const what = held.length === 0 ? 'everything' : held.join(', ');
  return oneLine([id, state.padEnd(16), kind.padEnd(9), caseId, authority, what].join('  '));
}

function releaseLines(answer: JsonValue): readonly string[] {
  const { id, state } = expected(holdSchema, answer);
  return state === 'released'
    ? [`released ${oneLine(id)}`]
    : [`proposed to release ${oneLine(id)}: another person has to release it, too`];
}
