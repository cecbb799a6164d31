/** What the reports of all kinds of files have in common. */
import { sha256Hex } from '../../base/hash.js';
import type { HexDigest } from '../../base/hex-digest.js';
import { type ChainName, CHAINS } from '../chains.js';
import type { DevelopmentPart } from '../evidence-file.js';
import type { Trust } from '../trust.js';
import type {
  CheckReport,
  VerificationReport,
  VerificationResult,
} from '../verification-report.js';
import { type Finding, finding } from './outcome.js';

export interface FileIdentity {
  readonly sha256: HexDigest;
  /** Bytes. */
  readonly size: number;
}

export function identityOf(bytes: Uint8Array): FileIdentity {
  return { sha256: sha256Hex(bytes), size: bytes.length };
}

export function resultOf(checks: readonly CheckReport[]): VerificationResult {
  if (checks.some(({ result }) => result === 'fail' || result === 'not-done')) return 'failed';
  return checks.some(({ word }) => word === 'self') ? 'consistent' : 'verified';
}

/** @param parts those that the file shows. */
export function commonOf(
  parts: readonly DevelopmentPart[],
  chains: readonly (ChainName | undefined)[],
  trust: Trust,
): Pick<VerificationReport, 'development' | 'trust'> {
  const cheap = chains.filter(
    (chain) => chain !== undefined && chain !== 'devchain' && CHAINS[chain].network.development,
  );
  const development: Finding[] = [
    ...parts.map((part) => finding(`development.${part}`)),
    ...[...new Set(cheap)].map((chain) => finding('development.chain', { chain: chain ?? '' })),
    ...trust.sources
      .filter(({ development: isSo }) => isSo)
      .map(({ name }) => finding('development.trust', { name })),
  ];
  return { development, trust: trust.sources };
}
