/**
 * Persons who are forgotten while nodes are killed: a record of each is written, their erasure ordered wherever the ledger is written,
 * and ordered again where that node writes it no more. Once it was carried out, no node may show what it had.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Receipt } from '../../../src/queries/receipt.js';
import { append, ask, call, type NodeAddress } from '../../faults/node-calls.js';
import { type Cluster, LEDGER, type Name, NAMES } from './cluster.js';

/** Where the record of a person lies who is to be forgotten. */
export interface Forgotten {
  readonly subject: string;
  readonly index: number;
}

const PAUSE_MILLIS = 250;
/** Somewhere it is under way, or its node is coming back: another order would only do the same again. */
const ORDER_MILLIS = 6_000;
const ORDERED = { reason: 'asked', legalBasis: 'GDPR Art. 17' };

/** Resolves when some node has it on disk, whoever is killed meanwhile. */
export async function known(
  cluster: Cluster,
  subject: string,
  withinMillis: number,
): Promise<Forgotten> {
  const record = { type: 'test.Person', subject, payload: { said: `of ${subject}` } };
  const wish = { ledger: LEDGER, record, idempotencyKey: `about-${subject}` };
  return within(withinMillis, `a record of ${subject}`, async () => {
    const answer = await append(await writerOf(cluster), wish);
    const text = await answer.text();
    if (answer.status !== 200 && answer.status !== 201) throw new Error(text);
    return { subject, index: (JSON.parse(text) as Receipt).index };
  });
}

/** Resolves when the node that writes says that it has forgotten the person. */
export async function forget(
  cluster: Cluster,
  { subject, index }: Forgotten,
  withinMillis: number,
): Promise<void> {
  const orders = new Map<Name, number>();
  await within(withinMillis, `an erasure of ${subject}`, async () => {
    const [name] = await cluster.writers();
    if (name === undefined) return null;
    const node = cluster.address(name);
    if (await hasForgotten(node, index)) return true;
    const ordered = orders.get(name) ?? -ORDER_MILLIS;
    if (performance.now() - ordered < ORDER_MILLIS) return null;
    await order(node, await cluster.officer(name), subject);
    orders.set(name, performance.now());
    return null;
  });
}

/** Who still shows something of somebody who was forgotten, or does not answer. */
export async function remembering(
  cluster: Cluster,
  forgotten: readonly Forgotten[],
): Promise<string[]> {
  const found: string[] = [];
  for (const name of NAMES)
    for (const { subject, index } of forgotten)
      if (!(await hasForgotten(cluster.address(name), index)))
        found.push(`${name} shows entry ${index}, of ${subject}, who was forgotten`);
  return found;
}

async function order(node: NodeAddress, officer: NodeAddress, subject: string): Promise<void> {
  const { id } = await ask<{ id: string }>(node, '/erasures', json({ subject, ...ORDERED }));
  await ask(officer, `/erasures/${id}/approval`, json({}));
}

async function hasForgotten(node: NodeAddress, index: number): Promise<boolean> {
  const response = await call(node, `/ledgers/${LEDGER}/records/${index}`);
  if (!response.ok) return false;
  return ((await response.json()) as { erased?: boolean }).erased === true;
}

async function writerOf(cluster: Cluster): Promise<NodeAddress> {
  const [name] = await cluster.writers();
  if (name === undefined) throw new Error('nobody writes');
  return cluster.address(name);
}

/** @param attempt null to be asked again; what it throws is a node that is going, or coming. */
async function within<T>(
  millis: number,
  what: string,
  attempt: () => Promise<T | null>,
): Promise<T> {
  const end = performance.now() + millis;
  let last: unknown = null;
  while (performance.now() < end) {
    try {
      const made = await attempt();
      if (made !== null) return made;
    } catch (cause) {
      last = cause;
    }
    await delay(PAUSE_MILLIS);
  }
  throw new Error(`no ${what}, last: ${String(last)}`);
}

function json(value: object): { readonly text: string; readonly type: string } {
  return { text: JSON.stringify(value), type: 'application/json' };
}
