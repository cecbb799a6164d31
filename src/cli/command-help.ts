/** What the help of every command has beside its options. */
import type { Command } from 'commander';

/** @param examples whole lines as one would type them. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const title = examples.length === 1 ? 'Example:' : 'Examples:';
  return command.addHelpText('after', ['', title, ...examples.map((one) => `  ${one}`)].join('\n'));
}

export function repeated(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}
