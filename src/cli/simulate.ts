/** `chirograph simulate`: the protocol of replication under everything that can go wrong, drawn from a seed. */
import { type Command, InvalidArgumentError } from 'commander';
import { runHistory } from '../replication/simulation/history.js';
import { type Plant, plantNamed, PLANTS } from '../replication/simulation/plants.js';
import { simulate, type SimulationVerdict } from '../replication/simulation/simulate.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { createProgress } from './progress.js';
import { type End, EXIT, oneLineKept, printResult, type Terminal } from './terminal.js';

interface SimulateFlags {
  readonly seed: number;
  readonly histories: number;
  readonly plant?: string;
  readonly trace?: true;
  readonly json?: true;
}

const MOST_HISTORIES = 1_000_000_000;
/** Often enough for people, seldom enough to cost nothing. */
const SHOWN_EVERY = 20;

export function addSimulateCommand(program: Command, terminal: Terminal, end: End): void {
  const command = program
    .command('simulate')
    .description(
      'run the protocol of replication through made-up histories of crashes, partitions, late messages and restored disks, and check what it promises',
    )
    .option('--seed <number>', 'of the first history; each one after it has the next', whole, 1)
    .option('--histories <number>', 'how many', atLeastOne, 1_000)
    .option('--plant <name>', 'plant a fault, which must be found; "list" names them')
    .option('--trace', 'print all that happens in the first history, and run no other')
    .option('--json', 'print JSON')
    .action((flags: SimulateFlags) => {
      if (flags.plant === 'list') {
        list(terminal, flags.json);
        return;
      }
      const plant = plantFor(flags.plant);
      if (flags.trace === true) end(trace(terminal, flags.seed, plant));
      else end(run(terminal, flags, plant));
    });
  withExamples(
    command,
    'chirograph simulate --seed 1 --histories 10000',
    'chirograph simulate --plant skip-longest-log --histories 2000',
    'chirograph simulate --seed 4711 --trace',
  );
}

function run(terminal: Terminal, flags: SimulateFlags, plant: Plant | null): 0 | 1 {
  const { seed, histories, json } = flags;
  const progress = createProgress(terminal);
  const verdict = simulate({
    ...{ seed, histories, plant },
    progress: (done) => {
      if (done % SHOWN_EVERY === 0) progress.show(`${done} of ${histories} histories`);
    },
  });
  progress.end();
  const { ran, broken, counts } = verdict;
  printResult(
    terminal,
    json,
    {
      histories: ran,
      plant: plant?.name ?? null,
      broken: broken && { ...broken },
      counts: { ...counts },
    },
    linesOf(verdict, plant),
  );
  return broken === null ? EXIT.done : EXIT.no;
}

function linesOf({ ran, broken, counts }: SimulationVerdict, plant: Plant | null): string[] {
  const planted = plant === null ? [] : [`planted: ${plant.name}, ${plant.what}`];
  const happened = [
    `${ran} histories: ${counts.shown} blocks shown, ${counts.acknowledged} requests acknowledged, ${counts.terms} terms`,
    `${counts.crashes} crashes, ${counts.partitions} partitions, ${counts.restores} restored disks, ${counts.moves} moves, ${counts.groups} groups`,
  ];
  if (broken === null) return [...planted, ...happened, 'every promise was kept'];
  const again = `chirograph simulate --seed ${broken.seed} --trace${plant === null ? '' : ` --plant ${plant.name}`}`;
  return [
    ...planted,
    ...happened,
    `broken, seed ${broken.seed}: ${broken.promise}`,
    `to see it again: ${again}`,
  ];
}

function trace(terminal: Terminal, seed: number, plant: Plant | null): 0 | 1 {
  const { broken } = runHistory(seed, plant, (line) => {
    terminal.stdout(`${oneLineKept(line)}\n`);
  });
  terminal.stdout(
    broken === null ? 'every promise was kept\n' : `broken, seed ${seed}: ${broken}\n`,
  );
  return broken === null ? EXIT.done : EXIT.no;
}

function list(terminal: Terminal, json: true | undefined): void {
  const width = Math.max(...PLANTS.map(({ name }) => name.length)) + 2;
  printResult(
    terminal,
    json,
    { plants: PLANTS.map(({ name, what }) => ({ name, what })) },
    PLANTS.map(({ name, what }) => `${name.padEnd(width)}${what}`),
  );
}

function plantFor(name: string | undefined): Plant | null {
  if (name === undefined) return null;
  const plant = plantNamed(name);
  if (plant === undefined)
    throw new CliError('CLI_USAGE', '--plant: there is no such fault; "--plant list" names them');
  return plant;
}

function whole(text: string): number {
  const number = Number(text);
  if (!/^\d{1,10}$/.test(text) || number > MOST_HISTORIES)
    throw new InvalidArgumentError(`it must be a whole number up to ${MOST_HISTORIES}`);
  return number;
}

function atLeastOne(text: string): number {
  const number = whole(text);
  if (number === 0) throw new InvalidArgumentError('it must be a whole number from 1 on');
  return number;
}
