/** An altered or forged file, and what must become of it. */
import type { CheckId } from '../../../src/evidence/verification-report.js';
import { edited, type Node } from './json-edit.js';
import type { Verdict } from './verdict.js';

export interface NamedMutation {
  readonly name: string;
  readonly expected: Verdict;
  /** The check that must fail, where there is one that is there for it. */
  readonly check?: CheckId;
  readonly bytes: Uint8Array;
}

/** Refused before anything is checked. */
export function unusable(name: string, bytes: Uint8Array): NamedMutation {
  return { name, expected: 'unusable', bytes };
}

export function failing(name: string, check: CheckId, bytes: Uint8Array): NamedMutation {
  return { name, expected: 'failed', check, bytes };
}

/** Nothing in it is wrong, but nobody whom the verifier knows stands behind it. */
export function notAttributed(name: string, bytes: Uint8Array): NamedMutation {
  return { name, expected: 'consistent', bytes };
}

/** Makes `failing` mutations of one file. */
export function alterationsOf(bytes: Uint8Array) {
  return (name: string, check: CheckId, change: (file: Node) => void): NamedMutation =>
    failing(name, check, edited(bytes, change));
}
