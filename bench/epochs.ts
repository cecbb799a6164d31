/**
 * How long an epoch takes to make where a node has many ledgers, how long the way of one of them is, and how long
 * a stranger takes to check it. Each size is measured in a process of its own, because memory is part of it; beside
 * it, what the SHA-256 alone of as many leaves and branches takes there.
 */
import { fork } from 'node:child_process';
import type { EpochFigures } from './bench-result.js';

/** Ledgers, and tenants that have them. */
export interface EpochSize {
  readonly ledgers: number;
  readonly tenants: number;
}

const PROGRAM = new URL('./epoch-process.js', import.meta.url);

export async function measureEpochs(
  sizes: readonly EpochSize[],
  directory: string,
  tell: (what: string) => void,
): Promise<EpochFigures[]> {
  const figures: EpochFigures[] = [];
  for (const size of sizes) {
    tell(`epochs of ${size.ledgers} ledgers`);
    figures.push(await inProcess(size, directory));
  }
  return figures;
}

function inProcess(size: EpochSize, directory: string): Promise<EpochFigures> {
  const child = fork(PROGRAM, [String(size.ledgers), String(size.tenants), directory], {
    execArgv: ['--expose-gc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (figures) => {
      resolve(figures as EpochFigures);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`the process ended with ${code} before it had a figure`));
    });
  });
}
