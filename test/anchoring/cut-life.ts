/**
 * An anchor's life that is cut at each of its durable steps, before it, in the middle of it or after it, as `kill -9` and
 * a power cut do. Whoever opens what is left goes on, and nothing is paid for twice.
 */
import { expect } from '@jest/globals';
import type { AnchorSigner } from '../../src/anchoring/anchor-signer.js';
import { AnchorStore } from '../../src/anchoring/anchor-store.js';
import { chainScript } from '../../src/anchoring/anchor-transaction.js';
import { Anchorer } from '../../src/anchoring/anchorer.js';
import type { ChainSource } from '../../src/anchoring/chain-source.js';
import type { FundingCoin } from '../../src/anchoring/funding-coin.js';
import { parseRawBlock } from '../../src/anchoring/internal/raw-block.js';
import { equalBytes } from '../../src/base/bytes.js';
import { parseAnchorPayloadScript } from '../../src/evidence/bitcoin/anchor-payload.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { isCoinbase, type Transaction } from '../../src/evidence/bitcoin/transaction.js';
import type { DurableFileSystem } from '../../src/keys/durable-file.js';
import { type Fault, FaultyFiles, PowerCut } from '../support/faulty-files.js';
import { FEES, payloadOf, SIGNATURE_MILLIS, TestClock } from './fixture.js';
import { LogOfChains } from './log-of-chains.js';

export interface CutNode {
  readonly source: ChainSource;
  fund(script: Uint8Array): Promise<FundingCoin>;
  mine(count: number): Promise<void>;
}

const CONFIRMATIONS = 6;
const FAULTS: readonly Fault[] = ['before', 'torn', 'after'];

export async function liveCutAtEachStep(
  node: CutNode,
  directory: string,
  signer: AnchorSigner,
): Promise<void> {
  const { source } = node;
  const script = chainScript(signer.publicKey);
  const log = new LogOfChains();
  const coin = await node.fund(script);
  const start = (await source.tip()).height;
  const open = async (files?: DurableFileSystem): Promise<Anchorer> =>
    Anchorer.open({
      source,
      signer,
      store: await AnchorStore.open(directory, true, files),
      clock: new TestClock(),
      fees: FEES,
      confirmations: CONFIRMATIONS,
      targetBlocks: 6,
      signatureMillis: SIGNATURE_MILLIS,
      origin: null,
      named: log,
      firstCoin: () => Promise.resolve(coin),
    });
  /** An anchor from when it is made until it is final. */
  const settle = async (size: number, files?: DurableFileSystem): Promise<Anchorer> => {
    const anchorer = await open(files);
    await anchorer.publish(payloadOf(size));
    await node.mine(CONFIRMATIONS);
    await anchorer.poll();
    return anchorer;
  };

  // What is written once, with the very first anchor, is not what is cut.
  let size = 1;
  await settle(size);
  const whole = new FaultyFiles();
  await settle(++size, whole);
  expect(whole.steps.length).toBeGreaterThan(8);
  for (const step of whole.steps.keys()) {
    const fault = FAULTS[step % FAULTS.length] ?? 'before';
    const name = `${whole.steps[step] ?? ''}: ${fault}`;
    const cut = await settle(++size, new FaultyFiles(step, fault)).catch((error: unknown) => error);
    expect([name, cut]).toEqual([name, expect.any(PowerCut)]);
    let anchorer = await settle(size);
    // What the cut left may have to become final before the next is made.
    if (anchorer.settledSize < size) anchorer = await settle(size);
    expect([name, anchorer.settledSize, anchorer.report.alarms]).toEqual([name, size, []]);
  }

  const anchors = await anchorsSince(source, start, script);
  const sizes = anchors.map(sizeOf);
  expect(sizes).toEqual(Array.from({ length: size }, (_, at) => at + 1));
  for (const [at, anchor] of anchors.entries()) {
    const before = at === 0 ? coin.outpoint : { txid: anchors[at - 1]?.txid, vout: 0 };
    expect(anchor.inputs.map(({ outpoint }) => outpoint)).toEqual([before]);
  }
  const { spending } = await (await AnchorStore.open(directory, true)).readBook(script);
  expect(spending.total).toBe(coin.value - (anchors.at(-1)?.outputs[0]?.value ?? 0n));
}

/** In the best chain, above a height. */
async function anchorsSince(
  source: ChainSource,
  height: number,
  script: Uint8Array,
): Promise<Transaction[]> {
  const anchors: Transaction[] = [];
  const tip = await source.tip();
  for (let at = height + 1; at <= tip.height; at++) {
    const { hash } = parseBlockHeader(await source.headerAt(at));
    const { transactions } = parseRawBlock(await source.rawBlock(hash));
    for (const one of transactions)
      if (!isCoinbase(one) && one.outputs.some((output) => equalBytes(output.script, script)))
        anchors.push(one);
  }
  return anchors;
}

function sizeOf({ outputs }: Transaction): number {
  return parseAnchorPayloadScript(outputs[1]?.script ?? new Uint8Array()).size;
}
