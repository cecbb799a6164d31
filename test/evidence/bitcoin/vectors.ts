import { readFileSync } from 'node:fs';

export interface BlockVector {
  readonly network: string;
  readonly height: number;
  readonly hash: string;
  readonly transactions: number;
  readonly hex: string;
}

export interface SpvVectors {
  readonly hash256: readonly { input: string; output: string }[];
  readonly merkle: readonly { proof: string; index: number; valid: boolean }[];
  readonly headerChain: string;
  readonly brokenHeaderChains: readonly { comment: string; headers: string }[];
  readonly retargets: readonly { height: number; last: string; first: string }[];
  readonly proof: {
    readonly transaction: string;
    readonly index: number;
    readonly branch: string;
    readonly header: string;
    readonly height: number;
    readonly txidInternal: string;
  };
}

export const { blocks, targets } = load('blocks.json') as {
  readonly blocks: readonly BlockVector[];
  readonly targets: readonly { bits: string; expected: string }[];
};

export const spv = load('spv.json') as SpvVectors;

function load(name: string): unknown {
  const url = new URL(`../../vectors/bitcoin/${name}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
}
