/**
 * `chirograph ots`: OpenTimestamps files. A command of its own and no part of `verify`: it asks for the
 * content and for headers of blocks, of which evidence needs neither, and answers in other words.
 */
import type { Command } from 'commander';
import { addOtsMergeCommand } from './ots-merge.js';
import { addOtsVerifyCommand } from './ots-verify.js';
import type { End, Terminal } from './terminal.js';

export function addOtsCommand(program: Command, terminal: Terminal, end: End): void {
  const ots = program.command('ots').description('verify and merge OpenTimestamps files, offline');
  addOtsVerifyCommand(ots, terminal, end);
  addOtsMergeCommand(ots, terminal);
}
