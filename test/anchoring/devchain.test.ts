import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Block } from 'bitcoinjs-lib';
import { signAnchor } from '../../src/anchoring/anchor-transaction.js';
import type { AnchorCoin, MadeAnchor } from '../../src/anchoring/anchor-transaction.js';
import { DevChain } from '../../src/anchoring/devchain.js';
import { concat } from '../../src/base/bytes.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { parseBlockHash } from '../../src/evidence/bitcoin/hash256.js';
import { verifyHeaderChain } from '../../src/evidence/bitcoin/header-chain.js';
import { REGTEST } from '../../src/evidence/bitcoin/network.js';
import { faultyFileOpener, memoryFile } from './faulty-file.js';
import type { Fault, FaultSwitch } from './faulty-file.js';
import {
  inTempDir,
  payloadOf,
  POLICY,
  refusal,
  SCRIPT,
  SIGNER,
  START,
  TestClock,
  withDevChain,
} from './fixture.js';

function anchorOf(spends: AnchorCoin, size = 1, fee = 161n): Promise<MadeAnchor> {
  return signAnchor({ spends, topUps: [], payload: payloadOf(size), fee }, SIGNER, POLICY);
}

describe('DevChain', () => {
  it('starts with regtest’s genesis block', () =>
    withDevChain(async (chain) => {
      expect(await chain.tip()).toEqual({ height: 0, hash: REGTEST.genesis });
    }));

  it('mines blocks that another implementation takes for Bitcoin’s', () =>
    withDevChain(async (chain) => {
      const coin = await chain.fund(SCRIPT);
      await chain.broadcast((await anchorOf(coin)).bytes);
      const { height } = await chain.mine();
      for (const at of [1, 16, 17, 100, height]) {
        const hash = parseBlockHeader(await chain.headerAt(at)).hash;
        const block = Block.fromBuffer(await chain.rawBlock(hash));
        expect(block.getId()).toBe(hash);
        expect(block.checkProofOfWork()).toBe(true);
        expect(block.checkTxRoots()).toBe(true);
        expect(block.hasWitnessCommit()).toBe(at === height);
      }
    }));

  it('links its headers, dates them by the clock and later than the median of eleven', () =>
    withDevChain(async (chain) => {
      await chain.fund(SCRIPT);
      const { height } = await chain.mine(20);
      const headers = await Promise.all(
        Array.from({ length: height + 1 }, (_, at) => chain.headerAt(at)),
      );
      const verified = verifyHeaderChain(concat(...headers), 0, REGTEST, []).headers;
      const times = verified.map(({ time }) => time);
      for (let at = 12; at <= height; at++)
        expect(times[at]).toBeGreaterThan(median(times.slice(at - 11, at)));
      expect(times[100]).toBe(START / 1000);
      expect(times.at(-1)).toBeLessThanOrEqual(START / 1000 + 5);
    }));

  it('confirms a transaction as soon as it is broadcast, if told so', () =>
    withDevChain(
      async (chain) => {
        const coin = await chain.fund(SCRIPT);
        const { bytes, txid } = await anchorOf(coin);
        expect(await chain.broadcast(bytes)).toBe(txid);
        const status = await chain.transactionStatus(txid);
        expect(status).toMatchObject({ state: 'confirmed', height: 101, confirmations: 6 });
        expect(await chain.broadcast(bytes)).toBe(txid);
        expect((await chain.tip()).height).toBe(106);
      },
      { blocksPerBroadcast: 6 },
    ));

  it('keeps transactions in the mempool until a block is mined', () =>
    withDevChain(async (chain) => {
      const coin = await chain.fund(SCRIPT);
      const { bytes, txid } = await anchorOf(coin);
      expect(await chain.transactionStatus(txid)).toEqual({ state: 'unknown' });
      await chain.broadcast(bytes);
      expect(await chain.transactionStatus(txid)).toEqual({ state: 'mempool' });
      const { hash } = await chain.mine();
      expect(await chain.transactionStatus(txid)).toEqual({
        state: 'confirmed',
        height: 101,
        blockHash: hash,
        confirmations: 1,
      });
    }));

  it('pays fees to the miner and creates no money', () =>
    withDevChain(async (chain) => {
      const coin = await chain.fund(SCRIPT);
      await chain.broadcast((await anchorOf(coin, 1, 1000n)).bytes);
      const { hash } = await chain.mine();
      const { transactions = [] } = Block.fromBuffer(await chain.rawBlock(hash));
      expect(transactions[0]?.outs[0]?.value).toBe(5_000_000_000n + 1000n);
      expect(transactions[1]?.outs[0]?.value).toBe(coin.value - 1000n);
    }));

  it('knows no block beyond its tip and none of another chain', () =>
    withDevChain(async (chain) => {
      expect(await refusal(() => chain.headerAt(1))).toMatch(/^CHAIN_BLOCK_UNKNOWN/);
      expect(await refusal(() => chain.rawBlock(parseBlockHash('11'.repeat(32))))).toMatch(
        /^CHAIN_BLOCK_UNKNOWN/,
      );
      expect(await chain.feeRate()).toBe(1);
    }));
});

describe('DevChain.broadcast', () => {
  it('takes a replacement that pays for itself, and forgets what it replaces', () =>
    withDevChain(async (chain) => {
      const coin = await chain.fund(SCRIPT);
      const first = await anchorOf(coin, 1, 161n);
      const second = await anchorOf(coin, 2, 322n);
      await chain.broadcast(first.bytes);
      await chain.broadcast(second.bytes);
      expect(await chain.transactionStatus(first.txid)).toEqual({ state: 'unknown' });
      await chain.mine();
      expect(await chain.transactionStatus(second.txid)).toMatchObject({ state: 'confirmed' });
    }));
});

describe('DevChain.disconnect', () => {
  it('takes transactions back into the mempool and mines another chain', () =>
    withDevChain(async (chain, reopen) => {
      const coin = await chain.fund(SCRIPT);
      const { bytes, txid } = await anchorOf(coin);
      await chain.broadcast(bytes);
      const before = await chain.mine(3);
      expect((await chain.disconnect(3)).height).toBe(100);
      expect(await chain.transactionStatus(txid)).toEqual({ state: 'mempool' });
      // What the transaction paid is no coin of the chain until it is mined again.
      expect(await chain.coin({ txid, vout: 0 })).toBeUndefined();
      const after = await chain.mine(3);
      expect(after.height).toBe(before.height);
      expect(after.hash).not.toBe(before.hash);
      expect(await chain.transactionStatus(txid)).toMatchObject({ height: 101 });
      expect(await chain.rawBlock(before.hash)).toHaveLength(
        (await chain.rawBlock(after.hash)).length,
      );
      const again = await reopen();
      expect(await again.tip()).toEqual(after);
      expect(await again.transactionStatus(txid)).toMatchObject({ height: 101 });
    }));

  it('drops what the other chain has spent', () =>
    withDevChain(async (chain, reopen) => {
      const coin = await chain.fund(SCRIPT);
      const first = await anchorOf(coin, 1);
      await chain.broadcast(first.bytes);
      await chain.mine();
      await chain.disconnect(1);
      const second = await anchorOf(coin, 2, 400n);
      await chain.broadcast(second.bytes);
      await chain.mine();
      expect(await chain.transactionStatus(first.txid)).toEqual({ state: 'unknown' });
      expect(await refusal(() => chain.broadcast(first.bytes))).toMatch(/missingorspent/);
      const again = await reopen();
      expect(await again.transactionStatus(second.txid)).toMatchObject({ height: 101 });
    }));
});

describe('the file of the development chain', () => {
  it('brings back the same chain, coins included', () =>
    withDevChain(async (chain, reopen) => {
      const coin = await chain.fund(SCRIPT);
      const first = await anchorOf(coin);
      await chain.broadcast(first.bytes);
      const tip = await chain.mine(2);
      const again = await reopen();
      expect(await again.tip()).toEqual(tip);
      expect(
        await refusal(() => anchorOf(coin, 2).then(({ bytes }) => again.broadcast(bytes))),
      ).toMatch(/missingorspent/);
      const next = await anchorOf(
        { outpoint: { txid: first.txid, vout: 0 }, value: coin.value - 161n },
        2,
      );
      await again.broadcast(next.bytes);
      await again.mine();
      expect(await again.transactionStatus(next.txid)).toMatchObject({ state: 'confirmed' });
    }));

  it('is refused to whoever comes after the end', () =>
    withDevChain(async (chain) => {
      await chain[Symbol.asyncDispose]();
      await chain[Symbol.asyncDispose]();
      expect(await refusal(() => chain.tip())).toMatch(/^DEVCHAIN_CLOSED/);
    }));

  /** What is there after a restart: `old`, the chain before the failed step, or `new`, after it. */
  const faults: readonly [Fault, 'old' | 'new'][] = [
    ['append fails before', 'old'],
    ['append is torn', 'old'],
    ['append arrives as zeros', 'old'],
    ['append fails after', 'new'],
    ['datasync fails before', 'new'],
    ['datasync fails after', 'new'],
  ];

  it.each(faults)('%s: shows nothing, stops, and is %s when reopened', (fault, expected) =>
    inTempDir(async (directory) => {
      const path = join(directory, 'devchain');
      const faulty: FaultSwitch = { fault: undefined };
      const openFile = faultyFileOpener(faulty);
      const options = { path, clock: new TestClock(), blocksPerBroadcast: 2, openFile };
      const chain = await DevChain.open(options);
      const coin = await chain.fund(SCRIPT);
      const { bytes, txid } = await anchorOf(coin);
      faulty.fault = fault;
      expect(await refusal(() => chain.broadcast(bytes))).toMatch(/^DEVCHAIN_FAILED/);
      expect(await refusal(() => chain.transactionStatus(txid))).toMatch(/^DEVCHAIN_FAILED/);
      await chain[Symbol.asyncDispose]();
      faulty.fault = undefined;
      const again = await DevChain.open(options);
      expect((await again.tip()).height).toBe(expected === 'old' ? 100 : 102);
      // Whatever happened, sending the same bytes again leads to the same end.
      expect(await again.broadcast(bytes)).toBe(txid);
      expect(await again.transactionStatus(txid)).toMatchObject({ height: 101, confirmations: 2 });
      const tip = await again.tip();
      await again[Symbol.asyncDispose]();
      const third = await DevChain.open(options);
      expect(await third.tip()).toEqual(tip);
      await third[Symbol.asyncDispose]();
    }),
  );

  it.each(['append is torn', 'append fails before', 'datasync fails before'] as const)(
    'can be started again when its very first write had "%s"',
    (fault) =>
      inTempDir(async (directory) => {
        const faulty: FaultSwitch = { fault };
        const options = {
          path: join(directory, 'devchain'),
          clock: new TestClock(),
          blocksPerBroadcast: 0,
          openFile: faultyFileOpener(faulty),
        };
        await expect(DevChain.open(options)).rejects.toThrow('EIO');
        faulty.fault = undefined;
        const chain = await DevChain.open(options);
        expect(await chain.tip()).toEqual({ height: 0, hash: REGTEST.genesis });
        await chain[Symbol.asyncDispose]();
      }),
  );

  it('loses only the last record, wherever the file is cut off or filled with zeros', () =>
    inTempDir(async (directory) => {
      const { bytes, recordEnds } = await smallChain(directory);
      for (let length = 0; length <= bytes.length; length++) {
        const whole = recordEnds.filter((end) => end <= length).length;
        // A write that was cut short is one record: no zeros reach beyond its end.
        const end = recordEnds.find((at) => at >= length) ?? length;
        const zeros = new Uint8Array(end - length);
        const cut = bytes.subarray(0, length);
        // Fewer zeros than a digest can end with by chance are reported instead.
        const variants = zeros.length >= 8 ? [cut, concat(cut, zeros)] : [cut];
        for (const variant of variants) {
          const chain = await openBytes(variant);
          expect([length, (await chain.tip()).height]).toEqual([length, Math.max(0, whole - 1)]);
          await chain[Symbol.asyncDispose]();
        }
      }
    }));

  it('reports a flipped bit in whatever byte it is', () =>
    inTempDir(async (directory) => {
      const { bytes } = await smallChain(directory);
      for (let at = 0; at < bytes.length; at++) {
        const damaged = flipped(bytes, at, 1 << (at % 8));
        expect([at, await refusal(() => openBytes(damaged))]).toEqual([
          at,
          expect.stringMatching(/^DEVCHAIN_DAMAGED/),
        ]);
      }
      expect((await (await openBytes(bytes)).tip()).height).toBe(3);
    }));

  it('reports records that were swapped, repeated or left out', () =>
    inTempDir(async (directory) => {
      const { path, bytes, open, recordEnds } = await smallChain(directory);
      const [, first = 0, second = 0, third = 0] = recordEnds;
      const one = bytes.subarray(first, second);
      const two = bytes.subarray(second, third);
      const head = bytes.subarray(0, first);
      for (const parts of [
        [head, two, one],
        [head, one, one, two],
        [head, two],
      ]) {
        await writeFile(path, concat(...parts));
        expect(await refusal(open)).toMatch(/^DEVCHAIN_DAMAGED/);
      }
    }));

  it('reports a file that is something else', () =>
    inTempDir(async (directory) => {
      const path = join(directory, 'devchain');
      await writeFile(path, 'not a chain at all');
      const options = { path, clock: new TestClock(), blocksPerBroadcast: 0 };
      expect(await refusal(() => DevChain.open(options))).toMatch(/^DEVCHAIN_DAMAGED/);
    }));
});

/** A file of the genesis record and three of one block each, and where each record ends. */
async function smallChain(directory: string): Promise<{
  path: string;
  bytes: Uint8Array;
  recordEnds: number[];
  open: () => Promise<DevChain>;
}> {
  const path = join(directory, 'devchain');
  const open = (): Promise<DevChain> =>
    DevChain.open({ path, clock: new TestClock(), blocksPerBroadcast: 0 });
  const chain = await open();
  const recordEnds: number[] = [(await readFile(path)).length];
  for (let block = 0; block < 3; block++) {
    await chain.mine();
    recordEnds.push((await readFile(path)).length);
  }
  await chain[Symbol.asyncDispose]();
  return { path, bytes: new Uint8Array(await readFile(path)), recordEnds, open };
}

function openBytes(bytes: Uint8Array): Promise<DevChain> {
  return DevChain.open({
    path: '',
    clock: new TestClock(),
    blocksPerBroadcast: 0,
    openFile: () => Promise.resolve(memoryFile(bytes)),
  });
}

function flipped(bytes: Uint8Array, at: number, mask = 1): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
