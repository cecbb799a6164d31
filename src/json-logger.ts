/** The Logger that writes JSON lines, by pino: `{"level":"info","time":"…","event":"…", …}`. */
import { pino } from 'pino';
import type { Logger as PinoLogger } from 'pino';
import { withoutSecrets } from './base/logger.js';
import type { LogFields, Logger } from './base/logger.js';
import { type Clock, formatInstant } from './base/time.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where whole lines, each with its line feed, go. */
export interface LineSink {
  write(line: string): void;
}

export interface JsonLoggerOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  readonly sink: LineSink;
}

export function createJsonLogger({ level, clock, sink }: JsonLoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: () => `,"time":"${formatInstant(clock.now())}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
  return wrap(logger);
}

/** Standard output, written at once: a line must not be lost with the process that it explains. */
export function standardOutput(): LineSink {
  return pino.destination({ dest: 1, sync: true });
}

function wrap(logger: PinoLogger): Logger {
  const at = (level: Exclude<LogLevel, 'silent'>) => {
    return (event: string, fields: LogFields = {}): void => {
      // Checked here, not left to pino: cleaning the fields costs more than writing them.
      if (logger.isLevelEnabled(level)) logger[level](withoutSecrets(fields), event);
    };
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(logger.child(withoutSecrets(fields))),
  };
}
