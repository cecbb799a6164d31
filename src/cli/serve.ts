/** `chirograph serve`: runs a node until it is told to stop. */
import type { Command } from 'commander';
import type { Logger } from '../base/logger.js';
import { RandomPool } from '../base/random.js';
import { systemClock } from '../base/time.js';
import { WorkerPreparer } from '../commands/preparation/worker-preparer.js';
import { schemaTrial } from '../commands/schema-trial.js';
import type { Config } from '../config.js';
import { WorkerSealing } from '../files/chunks/worker-sealing.js';
import { createJsonLogger, standardOutput } from '../json-logger.js';
import { threadPrinting } from '../reports/print-thread.js';
import { Service } from '../service.js';
import { refuseDevelopmentParts } from '../settings/development-parts.js';
import { WorkerViews } from '../views/worker-views.js';
import { withExamples } from './command-help.js';
import { orCannotListen } from './listen-failure.js';
import { type SettingFlags, settingsFrom, withSettings } from './setting-options.js';
import { stopSignal } from './stop-signal.js';
import { type End, EXIT, type Terminal } from './terminal.js';

export function addServeCommand(program: Command, terminal: Terminal, end: End): void {
  const command = withSettings(program.command('serve'))
    .description(
      'run a node; logs JSON lines, the one with "event":"listening" has its url, "s3-listening" that of S3',
    )
    .action(async (flags: SettingFlags) => {
      await serve(flags, terminal, end);
    });
  withExamples(command, 'chirograph serve --data ./ledger --port 8787');
}

async function serve(flags: SettingFlags, terminal: Terminal, end: End): Promise<void> {
  const { config, secrets } = settingsFrom(flags, terminal);
  const isProduction = terminal.env['NODE_ENV'] === 'production';
  if (isProduction) refuseDevelopmentParts(config);
  const clock = systemClock;
  const logger = createJsonLogger({ level: config.logLevel, clock, sink: standardOutput() });
  const stop = stopSignal();
  try {
    const service = await orCannotListen(config, () =>
      Service.open(config, secrets, {
        clock,
        random: new RandomPool(),
        logger,
        needsRecoveryKeys: isProduction,
        preparer: new WorkerPreparer({
          onCrash: (error) => {
            logger.error('preparation interrupted', { error });
          },
        }),
        sealing: new WorkerSealing({
          onCrash: (error) => {
            logger.error('sealing of content interrupted', { error });
          },
        }),
        openViews: (directory) => Promise.resolve(new WorkerViews(directory)),
        trySchema: schemaTrial(),
        print: threadPrinting(),
      }),
    );
    if (service.firstKey !== null) terminal.stderr(firstKeyLine(service.firstKey));
    logger.info('listening', {
      url: service.url,
      ...(service.metricsUrl !== null && { metricsUrl: service.metricsUrl }),
      ...(service.anchorAddress !== null && { anchorAddress: service.anchorAddress }),
    });
    if (service.s3Url !== null) logger.info('s3-listening', { url: service.s3Url });
    const reload = reloadAtHangup(service, config, logger);
    const failed = service.failed.then(() => null);
    const signal = await Promise.race([stop.received, failed]);
    reload.dispose();
    logger.info('stopping', signal === null ? {} : { signal });
    try {
      await service.close();
      logger.info('stopped');
    } catch (error) {
      logger.error('not everything could be finished', { error });
      end(EXIT.no);
    }
    // Started again, the node finds out what of the failed commit is on disk.
    if (signal === null) end(EXIT.no);
  } finally {
    stop.dispose();
  }
}

/**
 * The files of TLS are read again at SIGHUP, as operators of servers expect. Without TLS the signal keeps
 * its usual meaning: the terminal is gone.
 */
function reloadAtHangup(
  service: Service,
  { tlsCertificate }: Config,
  logger: Logger,
): { dispose(): void } {
  const reload = (): void => {
    service.reloadTls().then(
      () => {
        logger.info('tls reloaded');
      },
      (error: unknown) => {
        logger.error('tls not reloaded', { error });
      },
    );
  };
  if (tlsCertificate !== undefined) process.on('SIGHUP', reload);
  return {
    dispose: () => {
      process.off('SIGHUP', reload);
    },
  };
}

/** Not through the log, which outlives the terminal and is read by others. */
function firstKeyLine(key: string): string {
  return `chirograph: the first API key, an admin of the tenant "default", shown this once: ${key}\n`;
}
