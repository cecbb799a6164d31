/** `chirograph views`: what a stopped node finds entries by. */
import type { Command } from 'commander';
import { systemClock } from '../base/time.js';
import { rebuildViews } from '../rebuild-views.js';
import { withExamples } from './command-help.js';
import { createProgress } from './progress.js';
import { closedStore, type StoreFlags, withStoreOptions } from './store-options.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

export function addViewsCommand(program: Command, terminal: Terminal): void {
  const views = program.command('views').description('what a node finds entries by');
  const command = withStoreOptions(views.command('rebuild'))
    .description('remove the views of a stopped node, and make them again from the logs')
    .action(async (flags: StoreFlags) => {
      const store = await closedStore(flags, terminal);
      const progress = createProgress(terminal);
      const logs = await rebuildViews({
        ...store,
        clock: systemClock,
        progress: (origin, entries) => {
          progress.show(`${origin}: ${entries} entries`);
        },
      }).finally(() => {
        progress.end();
      });
      const result = { logs: logs.map((log) => ({ ...log })) };
      printResult(
        terminal,
        flags.json,
        result,
        logs.map(({ origin, entries }) => `${oneLine(origin)}: ${entries} entries`),
      );
    });
  withExamples(command, 'chirograph views rebuild --data chirograph-data');
}
