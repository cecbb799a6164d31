/** Options of servers that have no settings of a node. */
import { LOG_LEVELS, type LogLevel } from '../json-logger.js';
import { CliError } from './cli-error.js';

/** @throws CliError CLI_USAGE, naming the option. */
export function numberOf(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new CliError('CLI_USAGE', `${option} must be a number from ${least} to ${most}`);
}

/** @throws CliError CLI_USAGE. */
export function levelOf(text: string): LogLevel {
  const level = LOG_LEVELS.find((one) => one === text);
  if (level !== undefined) return level;
  throw new CliError('CLI_USAGE', `--log-level must be one of ${LOG_LEVELS.join(', ')}`);
}
