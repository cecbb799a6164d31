/**
 * What an anchor takes of a chain, and what the proofs that rest on it weigh: of real anchors on development chains,
 * whose transactions and blocks have Bitcoin's format. Beside it, what spending the same coin takes without saying anything.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { softwareAnchorSigner } from '../src/anchoring/anchor-signer.js';
import { AnchorStore, type KeptAnchor } from '../src/anchoring/anchor-store.js';
import { Anchorer } from '../src/anchoring/anchorer.js';
import { DevChain } from '../src/anchoring/devchain.js';
import type { TreeSize, UnixMillis } from '../src/base/brand.js';
import { sha256 } from '../src/base/hash.js';
import { anchorPayloadScript } from '../src/evidence/bitcoin/anchor-payload.js';
import type { AnchorFigures } from './bench-result.js';
import { type NodeProcess, startNode } from './node-process.js';
import { type Scratch, within } from './scratch.js';

const RATES = [1, 10, 100] as const;
const CONFIRMATIONS = 6;
const RECORDS = 100;
const NAME = 'anchored';

export async function measureAnchors(scratch: Scratch, apiKey: string): Promise<AnchorFigures> {
  const anchors: KeptAnchor[] = [];
  for (const rate of RATES)
    anchors.push(await anchorAt(rate, await within(scratch, `rate-${rate}`)));
  const [first] = anchors;
  if (first === undefined) throw new Error('no rate, no anchor');
  const { candidate, payloadBytes } = partsOf(first);
  const { transaction, branch, coinbase, coinbaseBranch, headers } = first.proof;
  const virtual = Math.ceil((3 * transaction.length + candidate.bytes.length) / 4);
  const node = await startNode(await within(scratch, 'anchored'), apiKey);
  const proofs = await proofsOf(node);
  await node.stop('SIGTERM');
  return {
    virtualBytes: virtual,
    rawVirtualBytes: virtual - payloadBytes,
    sats: anchors.map((anchor, at) => ({
      perVirtualByte: RATES[at] ?? 0,
      fee: Number(partsOf(anchor).candidate.fee),
    })),
    proofBytes:
      transaction.length +
      coinbase.length +
      headers.length +
      [...branch, ...coinbaseBranch].reduce((sum, hash) => sum + hash.length, 0),
    ...proofs,
  };
}

/** One that settled, at a fee of so many satoshi a virtual byte. */
async function anchorAt(rate: number, { directory }: Scratch): Promise<KeptAnchor> {
  const clock = { now: () => Date.now() as UnixMillis };
  await using chain = await DevChain.open({
    path: join(directory, 'chain'),
    clock,
    blocksPerBroadcast: CONFIRMATIONS,
  });
  const anchorer = await Anchorer.open({
    source: chain,
    signer: softwareAnchorSigner(sha256(Buffer.from('a key of the benchmark'))),
    store: await AnchorStore.open(directory, true),
    // Without an epoch log, none names another chain.
    named: { script: () => Promise.resolve(null), succession: () => Promise.resolve(null) },
    clock,
    fees: {
      policy: {
        floorRate: rate,
        capRate: rate,
        incrementalRate: 1,
        budget: 1_000_000n,
        maxRate: 1000,
        maxFee: 1_000_000n,
      },
      monthlyBudget: null,
      intervalMillis: 0,
    },
    confirmations: CONFIRMATIONS,
    targetBlocks: CONFIRMATIONS,
    signatureMillis: Number.POSITIVE_INFINITY,
    origin: null,
    firstCoin: (script) => chain.fund(script),
  });
  await anchorer.publish({ size: 2 as TreeSize, rootHash: sha256(Buffer.from('epochs')) });
  const settled = await anchorer.poll();
  if (settled === null) throw new Error('an anchor of the benchmark did not settle');
  return settled;
}

function partsOf({ level, epochSize }: KeptAnchor) {
  const candidate = level.candidates.find(({ payload }) => payload.size === epochSize);
  if (candidate === undefined) throw new Error('an anchor without its transaction');
  // Its value, and the length of its script, which is below 253.
  const payloadBytes = 8 + 1 + anchorPayloadScript(candidate.payload).length;
  return { candidate, payloadBytes };
}

const anchorsSchema = z.object({ epochSize: z.int(), settledSize: z.int() });
const receiptSchema = z.object({ id: z.string() });

/** Of one entry of a hundred, in the one ledger of a node: the maps of more add what the table of epochs says. */
async function proofsOf({ url, apiKey }: NodeProcess) {
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/v1${path}`, { headers, ...init });
    if (!response.ok) throw new Error(`${path}: status ${response.status}`);
    return response;
  };
  await ask('/ledgers', { method: 'POST', body: JSON.stringify({ name: NAME }) });
  let id = '';
  for (let n = 0; n < RECORDS; n++) {
    const body = JSON.stringify({ type: 'bench.Record', subject: 'customer-1', payload: { n } });
    const receipt = await ask(`/ledgers/${NAME}/records`, { method: 'POST', body });
    ({ id } = receiptSchema.parse(await receipt.json()));
  }
  const state = await ask('/anchors', { method: 'POST' });
  let { epochSize, settledSize } = anchorsSchema.parse(await state.json());
  while (settledSize < epochSize) {
    await delay(100);
    ({ epochSize, settledSize } = anchorsSchema.parse(await (await ask('/anchors')).json()));
  }
  const bytesOf = async (format: string): Promise<number> => {
    const file = await ask(`/ledgers/${NAME}/records/${id}/evidence?format=${format}`);
    return (await file.arrayBuffer()).byteLength;
  };
  return { evidenceBytes: await bytesOf('json'), otsBytes: await bytesOf('ots') };
}
