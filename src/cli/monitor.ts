/** `chirograph monitor`: watches a log for those who do not trust its operator, and proves what can be proven. */
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { systemClock } from '../base/time.js';
import { MAX_MISBEHAVIOUR_BYTES } from '../evidence/misbehaviour/misbehaviour-file.js';
import {
  misbehaviourReportAsJson,
  misbehaviourReportAsText,
} from '../evidence/misbehaviour/misbehaviour-report.js';
import { verifyMisbehaviour } from '../evidence/misbehaviour/verify-misbehaviour.js';
import { COOKIE_HELP } from './chosen-source.js';
import { repeated, withExamples } from './command-help.js';
import { readFileUpTo } from './files.js';
import { sourceOption } from './header-options.js';
import { checkLog } from './monitor/check-log.js';
import { durationOf } from './monitor/durations.js';
import { checkEpochs } from './monitor/epochs/check-epochs.js';
import {
  type MonitorFlags,
  monitorPartsFor,
  type MonitorRun,
  monitorTrustFor,
} from './monitor/monitor-parts.js';
import { linesOfRound, roundToJson } from './monitor/print-round.js';
import type { Round } from './monitor/round.js';
import { watchLog } from './monitor/watch-log.js';
import { withNodeOptions } from './node-options.js';
import { createProgress } from './progress.js';
import { stopSignal } from './stop-signal.js';
import { type End, EXIT, printResult, type Terminal } from './terminal.js';

export function addMonitorCommand(program: Command, terminal: Terminal, end: End): void {
  const monitor = program
    .command('monitor')
    .description('watch a log for rollbacks and forks, and prove to others what can be proven');
  addCheckCommand(monitor, terminal, end);
  addWatchCommand(monitor, terminal, end);
  addVerifyCommand(monitor, terminal, end);
}

function addCheckCommand(monitor: Command, terminal: Terminal, end: End): void {
  const command = withMonitorOptions(monitor.command('check'))
    .description('look at a log once, and compare it with what was seen of it before and elsewhere')
    .action(async (ledger: string, flags: MonitorFlags) => {
      const progress = createProgress(terminal);
      const parts = await monitorPartsFor(ledger, flags, terminal, SYSTEM, progress.show);
      const round = await lookOf(parts)().finally(progress.end);
      printResult(terminal, flags.json, roundToJson(round), linesOfRound(round));
      end(round.alarms.length === 0 ? EXIT.done : EXIT.no);
    });
  withExamples(
    command,
    'chirograph monitor check kyc --state monitor --trust bank.trust.json --url http://127.0.0.1:8787',
    'chirograph monitor check kyc --state monitor --trust bank.trust.json --compare receipts.ndjson',
  );
}

function addWatchCommand(monitor: Command, terminal: Terminal, end: End): void {
  const command = withMonitorOptions(monitor.command('watch'))
    .option('--every <time>', 'how often to look: 60s, 5m, 1h', '60s')
    .description('look at a log again and again, until stopped, and say what is new')
    .action(async (ledger: string, flags: MonitorFlags & { readonly every: string }) => {
      const everyMillis = durationOf('--every', flags.every);
      const progress = createProgress(terminal);
      const parts = await monitorPartsFor(ledger, flags, terminal, SYSTEM, progress.show);
      const signal = stopSignal();
      const stop = new AbortController();
      void signal.received.then(() => {
        stop.abort();
      });
      try {
        const hadAlarm = await watchLog(
          { ...SYSTEM, check: lookOf(parts) },
          everyMillis,
          stop.signal,
          (round, isNews) => {
            progress.end();
            if (flags.json === true || isNews)
              printResult(terminal, flags.json, roundToJson(round), linesOfRound(round));
          },
        );
        end(hadAlarm ? EXIT.no : EXIT.done);
      } finally {
        signal.dispose();
      }
    });
  withExamples(
    command,
    'chirograph monitor watch kyc --state monitor --trust bank.trust.json --every 5m --stale-after 24h',
  );
}

function addVerifyCommand(monitor: Command, terminal: Terminal, end: End): void {
  const command = monitor
    .command('verify')
    .argument('<proof>', 'a proof of misbehaviour (docs/formats/misbehaviour.md)')
    .option(
      '--trust <file>',
      'roots of trust of your own (docs/formats/trust.md); repeatable',
      repeated,
    )
    .option('--log-key <vkey>', 'the verifier key of the log, from elsewhere; repeatable', repeated)
    .option('--json', 'print the report as JSON')
    .description('verify a proof of misbehaviour offline: exit code 0 if it is proven')
    .action(async (file: string, flags: Pick<MonitorFlags, 'trust' | 'logKey' | 'json'>) => {
      const trust = await monitorTrustFor(flags);
      const bytes = await readFileUpTo(file, MAX_MISBEHAVIOUR_BYTES);
      const report = verifyMisbehaviour(bytes, trust);
      terminal.stdout(
        flags.json === true
          ? `${misbehaviourReportAsJson(report)}\n`
          : misbehaviourReportAsText(report),
      );
      end(report.result === 'proven' ? EXIT.done : EXIT.no);
    });
  withExamples(command, 'chirograph monitor verify fork.misbehaviour.json --trust bank.trust.json');
}

/** At the ledger alone, or at the epochs of its node too. */
function lookOf(parts: MonitorRun): () => Promise<Round> {
  const { epochs } = parts;
  return () => (epochs === null ? checkLog(parts) : checkEpochs(parts, epochs));
}

function withMonitorOptions(command: Command): Command {
  return withNodeOptions(command.argument('<ledger>', 'name of the ledger'))
    .requiredOption(
      '--state <directory>',
      'where the monitor keeps what it has seen; its own, one monitor each',
    )
    .option(
      '--trust <file>',
      'roots of trust of your own (docs/formats/trust.md); repeatable',
      repeated,
    )
    .option('--log-key <vkey>', 'the verifier key of the log, from elsewhere; repeatable', repeated)
    .option(
      '--compare <url or file>',
      'another node with the same ledger, or heads that were kept: a checkpoint, receipts, evidence; repeatable',
      repeated,
    )
    .option(
      '--compare-key <key>',
      'API key at the nodes of --compare (better: CHIROGRAPH_COMPARE_KEY)',
    )
    .option('--stale-after <time>', 'alarm if the log does not grow for so long: 60s, 5m, 24h, 7d')
    .option(
      '--epochs',
      'follow the node’s epoch log too, and what each epoch says of the ledger; name its key with --log-key',
    )
    .option(
      '--anchored-within <time>',
      'as --epochs, and alarm if a final anchor is not there in time: 60s, 5m, 24h, 7d',
    )
    .option(
      '--anchor-source <network:kind:url>',
      'as --epochs, and look anchors up in a chain of your choice: NETWORK:esplora:URL or NETWORK:core:URL',
      sourceOption,
    )
    .option('--rpc-cookie <file>', COOKIE_HELP)
    .option(
      '--retries <number>',
      'attempts after a failure of the network, with longer and longer waits',
      '4',
    );
}

const SYSTEM = {
  clock: systemClock,
  wait: (millis: number, signal?: AbortSignal) =>
    setTimeout(millis, undefined, signal === undefined ? {} : { signal }),
};
