/** `chirograph witness serve`: runs a witness until it is told to stop. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../base/time.js';
import { createJsonLogger, LOG_LEVELS, standardOutput } from '../json-logger.js';
import { type WitnessConfig, WitnessService } from '../witness-service.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { readFileUpTo } from './files.js';
import { orCannotListen } from './listen-failure.js';
import { levelOf, numberOf } from './server-options.js';
import { stopSignal } from './stop-signal.js';
import { type End, EXIT } from './terminal.js';
import { keyDirectoryOf } from './witness-places.js';

interface ServeFlags {
  readonly data: string;
  readonly keys?: string;
  readonly logs: string;
  readonly host: string;
  readonly port: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly maxLogBytes: string;
  readonly requestsPerMinute: string;
  readonly logLevel: string;
}

const MAX_LOGS_FILE_BYTES = 64 * 1024;

export function addWitnessServeCommand(witness: Command, end: End): void {
  const command = witness
    .command('serve')
    .description('run a witness; logs JSON lines, the one with "event":"listening" has its url')
    .requiredOption('--data <directory>', 'data directory, as named to `witness init`')
    .option('--keys <directory>', 'key store (default: the data directory with ".keys" behind it)')
    .requiredOption('--logs <file>', 'the logs to witness: lines `log <verifier key>`')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 takes any that is free', '8790')
    .option('--tls-certificate <file>', 'certificate of the witness (PEM); without it, plain HTTP')
    .option('--tls-key <file>', 'private key of that certificate (PEM)')
    .option('--max-log-bytes <bytes>', 'of what is kept of one log', String(4 * 1024 ** 3))
    .option('--requests-per-minute <number>', 'of one address', '600')
    .option('--log-level <level>', `one of ${LOG_LEVELS.join(', ')}`, 'info')
    .action(async (flags: ServeFlags) => {
      await serve(flags, end);
    });
  withExamples(command, 'chirograph witness serve --data ./witness --logs logs.txt --port 8790');
}

async function serve(flags: ServeFlags, end: End): Promise<void> {
  const config = await configFrom(flags);
  const clock = systemClock;
  const logger = createJsonLogger({
    level: levelOf(flags.logLevel),
    clock,
    sink: standardOutput(),
  });
  const stop = stopSignal();
  try {
    const service = await orCannotListen(config, () =>
      WitnessService.open(config, { clock, logger }),
    );
    logger.info('listening', { url: service.url, verifierKey: service.verifierKey });
    const signal = await Promise.race([stop.received, service.failed.then(() => null)]);
    logger.info('stopping', signal === null ? {} : { signal });
    await service.close();
    logger.info('stopped');
    // Started again, it finds out what of the failed step is on disk.
    if (signal === null) end(EXIT.no);
  } finally {
    stop.dispose();
  }
}

async function configFrom(flags: ServeFlags): Promise<WitnessConfig> {
  const { data, keys, logs, host, tlsCertificate, tlsKey } = flags;
  if ((tlsCertificate === undefined) !== (tlsKey === undefined))
    throw new CliError('CLI_USAGE', 'give --tls-certificate and --tls-key together');
  const dataDirectory = resolve(data);
  return {
    ...{ dataDirectory, keyDirectory: keyDirectoryOf(data, keys), host },
    port: numberOf('--port', flags.port, 0, 65_535),
    logs: await readFileUpTo(logs, MAX_LOGS_FILE_BYTES),
    maxBytesPerLog: numberOf('--max-log-bytes', flags.maxLogBytes, 1, 2 ** 40),
    requestsPerMinute: numberOf('--requests-per-minute', flags.requestsPerMinute, 1, 1_000_000),
    ...(tlsCertificate !== undefined && { tlsCertificate }),
    ...(tlsKey !== undefined && { tlsKey }),
  };
}
