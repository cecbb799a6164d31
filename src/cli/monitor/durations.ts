/** Lengths of time as people type them: `60s`, `5m`, `24h`, `7d`. */
import { CliError } from '../cli-error.js';

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** In milliseconds. @throws CliError CLI_USAGE. */
export function durationOf(option: string, text: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  const millis = UNITS[unit];
  if (count === undefined || millis === undefined)
    throw new CliError('CLI_USAGE', `${option} must be like 60s, 5m, 24h or 7d`);
  return Number(count) * millis;
}
