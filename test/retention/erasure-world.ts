/** A node of which a person waits to be erased, and what of that person must not be found any more afterwards. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { ScopePlace } from '../../src/keys/vault.js';
import { openEntry } from '../../src/queries/opened-entry.js';
import { answer, newKey } from '../api/support/ledger-client.js';
import { copyDirectory } from '../support/copy-directory.js';
import type { Requests } from '../support/test-service.js';
import { openTestStore } from '../support/test-store.js';
import { certificate, propose, settle } from './erasure-client.js';
import { openRetentionNode, record } from './retention-node.js';

export const ANNA = 'anna-of-the-traces';
const CITY = 'Lisbon-where-she-lived';
const PHONE = '+351-900-000-4711';

export interface ErasureWorld {
  /** Data and keys as they were before the erasure was approved. */
  readonly before: string;
  readonly adminKey: string;
  /** Key of whoever may approve it. */
  readonly officer: string;
  /** Of the erasure. */
  readonly id: string;
  /** Bytes that must not be found any more, and what they are. */
  readonly traces: ReadonlyMap<string, Uint8Array>;
}

/** @param root a directory of its own. */
export async function makeErasureWorld(root: string): Promise<ErasureWorld> {
  const before = join(root, 'before');
  const { node } = await openRetentionNode(join(root, 'first'));
  const officer = await newKey(node, 'officer');
  await record(node, { subject: ANNA, payload: { city: CITY } });
  await record(node, { subject: 'bo', payload: { n: 1 } });
  await record(node, {
    ...{ subject: 'bo', payload: { n: 2 } },
    parts: [{ subject: ANNA, payload: { phone: PHONE } }],
  });
  await answer(node.request(`/v1/ledgers/kyc/subjects/${ANNA}`));
  const { id } = await propose(node, { subject: ANNA });
  await node.service.close();
  await copyNode(join(root, 'first'), before);
  await copyNode(before, join(root, 'read'));
  const traces = await tracesOf(join(root, 'read'));
  // Names of secrets and salts are only worth looking for if they were found.
  expect(traces.size).toBe(3 + 3 + 2);
  return { before, adminKey: node.adminKey, officer, id, traces };
}

export async function copyNode(from: string, to: string): Promise<void> {
  for (const directory of ['data', 'data.keys'])
    await copyDirectory(join(from, directory), join(to, directory));
}

/** What there is of the person, in clear: names, contents, salts and secrets. */
async function tracesOf(place: string): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const text of [ANNA, CITY, PHONE]) found.set(text, Buffer.from(text));
  const { store } = await openTestStore(place);
  const tenant = store.tenantNamed('default')?.handle ?? '';
  const vault = store.vaultOf(tenant);
  for (let from: ScopePlace | null = null; ;) {
    const some: Awaited<ReturnType<typeof vault.scopes>> = await vault.scopes(from);
    const last = some?.at(-1);
    if (some === null || last === undefined) break;
    for (const { rowId, scope } of some) {
      if (scope.person !== ANNA) continue;
      const secret = (await vault.secretOfRow(rowId))?.secret ?? new Uint8Array(0);
      found.set(`secret ${JSON.stringify(scope)}`, Uint8Array.from(secret));
    }
    from = last.next;
  }
  const { reader } = store.ledger(tenant, 'kyc');
  for (let index = 0; index < reader.head.size; index++) {
    const opened = await openEntry(vault, await reader.entry(index as never));
    if (opened.kind !== 'record' || opened.said.subject !== ANNA) continue;
    found.set(`salt of the header ${index}`, Uint8Array.from(opened.header.salt));
    found.set(`salt of the payload ${index}`, Uint8Array.from(opened.payload.salt));
  }
  await store.close();
  return found;
}

/** Which of the traces are in any file of a node: data, views and keys, or of other directories beside them. */
export async function foundIn(
  place: string,
  { traces }: Pick<ErasureWorld, 'traces'>,
  directories: readonly string[] = ['data', 'data.keys'],
): Promise<string[]> {
  const found: string[] = [];
  for (const directory of directories)
    for (const entry of await readdir(join(place, directory), {
      recursive: true,
      withFileTypes: true,
    })) {
      if (!entry.isFile()) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name));
      for (const [what, trace] of traces)
        if (
          bytes.includes(Buffer.from(trace)) ||
          bytes.includes(Buffer.from(trace).toString('base64'))
        )
          found.push(`${what} in ${entry.name}`);
    }
  return found;
}

export const approve = (node: Requests, { id, officer }: ErasureWorld): Promise<string> =>
  node
    .request(`/v1/erasures/${id}/approval`, { method: 'POST', key: officer })
    .then((response) => response.text());

/** Whatever state a start has found it in. @returns that state. */
export async function goOn(node: Requests, world: ErasureWorld): Promise<string> {
  const { state } = await answer<{ state: string }>(node.request(`/v1/erasures/${world.id}`));
  if (state === 'proposed') await approve(node, world);
  if (state === 'approved') await answer(node.request('/v1/erasures/run', { method: 'POST' }), 202);
  // What was announced is finished by the opening: nobody else goes on with it.
  expect(state).not.toBe('executing');
  await settle(node);
  await expectErased(node, world);
  return state;
}

export async function expectErased(node: Requests, { id }: ErasureWorld): Promise<void> {
  expect(await certificate(node, id)).toMatchObject({
    certificate: { generations: { before: 1, after: 2 }, went: { tags: 1 } },
  });
  const items = async (name: string): Promise<readonly { payload?: unknown }[]> =>
    (await answer<{ items: [] }>(node.request(`/v1/ledgers/kyc/subjects/${name}`))).items;
  expect(await items(ANNA)).toEqual([]);
  expect((await items('bo')).map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 2 }]);
}
