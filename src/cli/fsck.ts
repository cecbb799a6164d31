/** `chirograph fsck`: reads everything that a stopped node has stored, and says what is wrong. */
import type { Command } from 'commander';
import type { JsonValue } from '../base/canonical-json.js';
import { systemClock } from '../base/time.js';
import { KeysError, type KeysErrorCode } from '../keys/keys-error.js';
import { type Finding, rebuildState } from '../ledger/fsck.js';
import { fsckNode, type NodeFsckOptions } from '../node-fsck.js';
import { withExamples } from './command-help.js';
import { createProgress } from './progress.js';
import { closedStore, type StoreFlags, withStoreOptions } from './store-options.js';
import { type End, EXIT, oneLine, printResult, type Terminal } from './terminal.js';

interface FsckFlags extends StoreFlags {
  readonly rebuild?: true;
}

export function addFsckCommand(program: Command, terminal: Terminal, end: End): void {
  const command = withStoreOptions(program.command('fsck'))
    .description('read everything that a stopped node has stored, and say what is wrong')
    .option(
      '--anchor-files <directory>',
      'read the anchor files there, too (default: the setting, from environment or file)',
    )
    .option('--rebuild', 'if all is sound, make the write state again from the logs')
    .action(async (flags: FsckFlags) => {
      const verdict = await check(flags, terminal);
      print(terminal, flags, verdict);
      end(verdict.first === null ? EXIT.done : EXIT.no);
    });
  withExamples(
    command,
    'chirograph fsck --data chirograph-data',
    'chirograph fsck --data chirograph-data --anchor-files /mnt/write-once',
  );
}

interface Verdict {
  readonly logs: number;
  readonly entries: number;
  readonly first: Finding | null;
  /** Findings in all. */
  readonly findings: number;
  readonly rebuilt: boolean;
}

async function check(flags: FsckFlags, terminal: Terminal): Promise<Verdict> {
  const progress = createProgress(terminal);
  const options: NodeFsckOptions = {
    ...(await closedStore(flags, terminal, 'read')),
    clock: systemClock,
    progress: (origin, entries) => {
      progress.show(`${origin}: ${entries} entries`);
    },
  };
  try {
    const verdict = await readAll(options);
    if (verdict.first !== null || flags.rebuild !== true) return verdict;
    await rebuildState(options);
    return { ...verdict, rebuilt: true };
  } finally {
    progress.end();
  }
}

async function readAll(options: NodeFsckOptions): Promise<Verdict> {
  let first: Finding | null = null;
  let findings = 0;
  try {
    const all = fsckNode(options);
    for (;;) {
      const { done, value } = await all.next();
      if (done === true) return { ...value, first, findings, rebuilt: false };
      first ??= value;
      findings++;
    }
  } catch (cause) {
    if (!(cause instanceof KeysError) || !DAMAGED_KEYS.has(cause.code)) throw cause;
    // Without that key nothing behind it can be read.
    first ??= { log: '', problem: cause.message };
    return { logs: 0, entries: 0, first, findings: findings + 1, rebuilt: false };
  }
}

const DAMAGED_KEYS: ReadonlySet<KeysErrorCode> = new Set(['KEYS_FILE_DAMAGED', 'KEYS_MISSING']);

function print(terminal: Terminal, { json }: FsckFlags, verdict: Verdict): void {
  const { first, findings, rebuilt, ...read } = verdict;
  const sound = first === null;
  const said = first && { log: first.log, problem: first.problem };
  const result: JsonValue = { sound, ...read, rebuilt, findings, first: said };
  printResult(terminal, json, result, sound ? soundLines(verdict) : damageLines(first, findings));
}

function soundLines({ logs, entries, rebuilt }: Verdict): readonly string[] {
  const read = `sound: ${logs} logs, ${entries} entries read again, each as it was written`;
  return rebuilt ? [read, 'rebuilt: the write state, from the logs'] : [read];
}

function damageLines({ log, problem }: Finding, findings: number): readonly string[] {
  const where = log === '' ? '' : `${oneLine(log)}: `;
  const others = findings - 1;
  return [
    `damaged: ${where}${oneLine(problem)}`,
    ...(others > 0 ? [`and ${others} more ${others === 1 ? 'finding' : 'findings'}`] : []),
  ];
}
