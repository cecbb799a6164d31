/**
 * Everything in which a node does not hold what its clients were told, asked over HTTP and checked as
 * a stranger would: with the verifier keys that it showed first, and nothing that it says now.
 */
import type { Receipt } from '../../src/queries/receipt.js';
import { brokenLedger, type ProofDepth } from './ledger-promises.js';
import { append, ask, call, type NodeAddress } from './node-calls.js';
import type { Epochs, NodeMemory } from './node-memory.js';

export interface Depth extends ProofDepth {
  /** Of the requests with an idempotency key, so many of the last are repeated. */
  readonly repeats: number;
}

/** To be asked as soon as it is there again, before it has made new epochs of what it has forgotten. */
export async function brokenEpochs(node: NodeAddress, memory: NodeMemory): Promise<string[]> {
  const before = memory.epochs;
  const now = await ask<Epochs>(node, '/anchors');
  memory.noteEpochs(now);
  const isBack = now.epochSize < before.epochSize || now.settledSize < before.settledSize;
  return isBack ? [`the epoch log went back: ${JSON.stringify([before, now])}`] : [];
}

/** Repeats requests that were never answered, which may append what they ask for. */
export async function brokenOverHttp(
  node: NodeAddress,
  memory: NodeMemory,
  depth: Depth,
): Promise<string[]> {
  try {
    return [
      ...memory.problems,
      ...(await brokenRepeats(node, memory, depth.repeats)),
      ...(await endOfEpochs(node, memory)),
      ...(await brokenSignatures(node, memory, depth.repeats)),
      ...(
        await Promise.all(
          [...memory.checkpoints.keys()].map((ledger) => brokenLedger(node, memory, ledger, depth)),
        )
      ).flat(),
    ];
  } catch (cause) {
    return [...memory.problems, `it cannot be asked: ${String(cause)}`];
  }
}

/** Those in doubt are the last. Whoever was answered gets that answer again; others get one for good. */
async function brokenRepeats(
  node: NodeAddress,
  memory: NodeMemory,
  most: number,
): Promise<string[]> {
  const problems: string[] = [];
  for (const wish of memory.keyed.slice(-most)) {
    const name = `${wish.ledger}: ${wish.idempotencyKey ?? ''}`;
    const known = memory.told.find((told) => told.wish === wish);
    const response = await append(node, wish);
    const answer = (await response.json()) as Receipt;
    if (known === undefined && response.ok)
      memory.note({ ledger: wish.ledger, receipt: answer, wish, signed: null });
    else if (response.status !== 200 || sayOf(answer) !== sayOf(known?.receipt))
      problems.push(`${name} got another answer: ${response.status} ${sayOf(answer)}`);
  }
  return problems;
}

/** All but how far it has come since. */
function sayOf(receipt: Receipt | undefined): string {
  return JSON.stringify({ ...receipt, finality: null });
}

async function endOfEpochs(node: NodeAddress, memory: NodeMemory): Promise<string[]> {
  const response = await call(node, '/anchors', { text: '', type: 'application/json' });
  const text = await response.text();
  if (!response.ok) return [`no epoch can be made any more: ${text}`];
  memory.noteEpochs(JSON.parse(text) as Epochs);
  return [];
}

async function brokenSignatures(
  node: NodeAddress,
  { told }: NodeMemory,
  most: number,
): Promise<string[]> {
  const problems: string[] = [];
  const attached = told.flatMap(({ signed, ...one }) =>
    signed === null ? [] : [{ signed, ...one }],
  );
  for (const { ledger, receipt, signed } of attached.slice(-most)) {
    const path = `/ledgers/${ledger}/records/${signed}/signatures`;
    const { items } = await ask<{ items: { versions: { id: string }[] }[] }>(node, path);
    // The node may have raised it since, in versions of its own: what was acknowledged is the first.
    if (items.filter(({ versions }) => versions[0]?.id === receipt.id).length !== 1)
      problems.push(`${ledger}: the signature ${receipt.index} is not attached`);
  }
  return problems;
}
