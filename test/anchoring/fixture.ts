import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnchorFees } from '../../src/anchoring/anchor-decision.js';
import type { FeePolicy } from '../../src/anchoring/anchor-fee.js';
import { softwareAnchorSigner } from '../../src/anchoring/anchor-signer.js';
import { chainScript } from '../../src/anchoring/anchor-transaction.js';
import type { AnchorFeeLimits } from '../../src/anchoring/anchor-transaction.js';
import { DevChain } from '../../src/anchoring/devchain.js';
import type { DevChainOptions } from '../../src/anchoring/devchain.js';
import { AnchoringError } from '../../src/anchoring/errors.js';
import type { Sha256Digest, TreeSize, UnixMillis } from '../../src/base/brand.js';
import { utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import type { Clock } from '../../src/base/time.js';
import type { AnchorPayload } from '../../src/evidence/bitcoin/anchor-payload.js';

export const SIGNER = softwareAnchorSigner(new Uint8Array(32).fill(7));
export const OTHER_SIGNER = softwareAnchorSigner(new Uint8Array(32).fill(8));
export const SCRIPT = chainScript(SIGNER.publicKey);
export const START = Date.parse('2026-03-01T12:00:00Z') as UnixMillis;

export const POLICY: FeePolicy & AnchorFeeLimits = {
  floorRate: 1,
  capRate: 50,
  incrementalRate: 1,
  budget: 50_000n,
  maxRate: 1_000,
  maxFee: 1_000_000n,
};

export const FEES: AnchorFees = { policy: POLICY, monthlyBudget: null, intervalMillis: 0 };

/** A signature that is waited for longer is an alarm. */
export const SIGNATURE_MILLIS = 86_400_000;

export function payloadOf(size: number): AnchorPayload {
  return { size: size as TreeSize, rootHash: rootOf(size) };
}

function rootOf(size: number): Sha256Digest {
  return sha256(utf8(`epoch log of ${size}`));
}

/** Stands still unless told otherwise. */
export class TestClock implements Clock {
  #now: number = START;

  now(): UnixMillis {
    return this.#now as UnixMillis;
  }

  advance(millis: number): void {
    this.#now += millis;
  }
}

export async function inTempDir<T>(act: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'chirograph-'));
  try {
    return await act(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A fresh chain with a mempool, in a directory of its own, closed and removed afterwards. */
export function withDevChain<T>(
  act: (chain: DevChain, reopen: () => Promise<DevChain>) => Promise<T>,
  options: Partial<DevChainOptions> = {},
): Promise<T> {
  return inTempDir(async (directory) => {
    const opened: DevChain[] = [];
    const open = async (): Promise<DevChain> => {
      await opened.at(-1)?.[Symbol.asyncDispose]();
      const path = join(directory, 'devchain');
      const chain = await DevChain.open({
        path,
        clock: new TestClock(),
        blocksPerBroadcast: 0,
        ...options,
      });
      opened.push(chain);
      return chain;
    };
    try {
      return await act(await open(), open);
    } finally {
      await opened.at(-1)?.[Symbol.asyncDispose]();
    }
  });
}

/** `CODE: message` of the AnchoringError that `act` ends with, or `none`. */
export async function refusal(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
    return 'none';
  } catch (error) {
    if (!(error instanceof AnchoringError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}
