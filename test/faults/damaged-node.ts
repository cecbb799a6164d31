/**
 * A node that has lived, as directories to be damaged: as a clean stop left it, as a kill left it, as
 * it was halfway, and another node that lived the same life. And what judges a damaged one.
 */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiKeyRegistry } from '../../src/access/api-key-registry.js';
import type { TenantName } from '../../src/access/tenant-name.js';
import type { LeafIndex } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import { ChirographError } from '../../src/base/errors.js';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { fsckNode } from '../../src/node-fsck.js';
import { SchemaRegistry } from '../../src/queries/ledger-schemas.js';
import { ask, brokenPromises, brokenRepeats, ClientMemory } from '../support/client-memory.js';
import { copyDirectory } from '../support/copy-directory.js';
import { FakeClock } from '../support/fake-clock.js';
import { openTestNode, type TestNode } from '../support/test-node.js';

export const IMAGES = ['clean', 'killed'] as const;
export type Image = (typeof IMAGES)[number];

export interface LivedNode {
  /** Holds a directory for each image, and `early` and `other`. */
  readonly root: string;
  readonly memory: ClientMemory;
  /** What the undamaged node answers, by image. */
  readonly answers: ReadonlyMap<string, string>;
}

export async function liveAndStop(root: string): Promise<LivedNode> {
  const memory = new ClientMemory();
  const source = join(root, 'source');
  await firstHalf(source, memory);
  await cp(source, join(root, 'early'), { recursive: true });
  const opened = await secondHalf(source, memory);
  await copyDirectory(source, join(root, 'killed'));
  await opened.close();
  await cp(source, join(root, 'clean'), { recursive: true });
  const other = join(root, 'other');
  await firstHalf(other, new ClientMemory());
  await (await secondHalf(other, new ClientMemory())).close();
  const answers = new Map<string, string>();
  for (const image of IMAGES) {
    const directory = join(root, 'asked');
    await cp(join(root, image), directory, { recursive: true });
    const node = await openTestNode(directory);
    answers.set(image, await answersOf(node, directory, memory));
    await letGo(node);
    await rm(directory, { recursive: true });
  }
  return { root, memory, answers };
}

/**
 * `reported` by fsck or at the opening; `intact` if nothing was reported, all that clients were told
 * holds, and all that the undamaged node answers is answered byte for byte; or in words what must not be.
 */
export async function judge(
  directory: string,
  image: Image,
  { memory, answers }: LivedNode,
): Promise<string> {
  try {
    if ((await nodeFindings(directory)).length > 0) return 'reported';
    const node = await openTestNode(directory);
    try {
      const broken = [
        ...(await brokenPromises(node.node.store, memory, 3)),
        ...(await brokenRepeats(storeOf(node), 'default', memory)),
      ];
      if ((await answersOf(node, directory, memory)) !== answers.get(image))
        broken.push('it answers otherwise');
      return broken.length === 0 ? 'intact' : `papered over: ${broken.slice(0, 3).join('; ')}`;
    } finally {
      await letGo(node);
    }
  } catch (cause) {
    // An error without a code is one that nobody foresaw: it does not say what is damaged.
    return cause instanceof ChirographError ? 'reported' : `unclear: ${String(cause)}`;
  }
}

/** What `fsck` says of the node under `root`, one line a finding. */
export async function nodeFindings(root: string, anchorFiles?: string): Promise<string[]> {
  const dataDirectory = join(root, 'data');
  const random = new RandomPool();
  const directory = join(root, 'data.keys');
  const keyStore = await DirectoryKeyStore.openUnchanged({ directory, dataDirectory, random });
  const findings: string[] = [];
  for await (const { log, problem } of fsckNode({
    dataDirectory,
    keyStore,
    random,
    clock: new FakeClock(),
    progress: () => undefined,
    ...(anchorFiles !== undefined && { anchorFiles }),
  }))
    findings.push(`${log} ${problem}`.trim());
  return findings;
}

async function firstHalf(root: string, memory: ClientMemory): Promise<void> {
  const opened = await openTestNode(root);
  const registry = await registryOf(opened, root);
  await registry.createFirst('default' as TenantName);
  const leaver = await registry.create({ tenant: 'default' as TenantName, role: 'writer' });
  await opened.node.createLedger('default', 'kyc');
  await opened.node.createLedger('branch', 'loans');
  await appendSome(opened, memory, 0, 6);
  await opened.node.anchorNow();
  await opened.close();
  // The second life begins with what an older copy would bring back.
  const again = await openTestNode(root);
  await (await registryOf(again, root)).create({ tenant: 'default' as TenantName, role: 'reader' });
  if (leaver.key.revokedAt !== undefined) throw new Error('revoked before its time');
  await again.close();
}

async function secondHalf(root: string, memory: ClientMemory): Promise<TestNode> {
  const opened = await openTestNode(root);
  const registry = await registryOf(opened, root);
  const leaver = registry.list('default' as TenantName).find(({ role }) => role === 'writer');
  if (leaver !== undefined) await registry.revoke('default' as TenantName, leaver.id);
  await appendSome(opened, memory, 6, 12);
  await opened.node.anchorNow();
  await appendSome(opened, memory, 12, 15);
  return opened;
}

async function appendSome(
  opened: TestNode,
  memory: ClientMemory,
  from: number,
  to: number,
): Promise<void> {
  for (let n = from; n < to; n++)
    for (const [tenant, ledger] of [
      ['default', 'kyc'],
      ['branch', 'loans'],
    ] as const)
      await ask(
        storeOf(opened),
        tenant,
        memory,
        Array.from({ length: 1 + (n % 3) }, (_, at) => ({
          ledger,
          subject: `subject-${n % 9}`,
          key: `k${at}`,
          payload: { at, n },
          idempotencyKey: tenant === 'default' ? `${ledger}-${n}-${at}` : null,
        })),
      );
}

/** What no receipt holds: who has which key, what is anchored and how, which version is the last. */
async function answersOf(opened: TestNode, root: string, { told }: ClientMemory): Promise<string> {
  const { node } = opened;
  const registry = await registryOf(opened, root);
  const lines = ['default', 'branch'].map((tenant) =>
    JSON.stringify(registry.list(tenant as TenantName)),
  );
  for (const { reader } of node.store.allLedgers()) {
    lines.push(reader.checkpoint() ?? '', String(node.anchored.sizeOf(reader.origin)));
    for (const index of new Set(told.map(({ receipt }) => receipt.index))) {
      if (index >= reader.head.size) continue;
      const around = await node.anchored.around(reader, index as LeafIndex);
      lines.push(JSON.stringify(around, hexOfBytes), await statementOf(reader, index));
    }
  }
  const seal = node.seal?.certificate.der;
  return [...lines, seal === undefined ? '' : toHex(seal)].join('\n');
}

async function statementOf(
  reader: { entry(index: LeafIndex): Promise<{ statement: Uint8Array }> },
  index: number,
): Promise<string> {
  return toHex((await reader.entry(index as LeafIndex)).statement);
}

function hexOfBytes(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? toHex(value) : value;
}

function storeOf({ node, keyStore, clock }: TestNode) {
  const { store } = node;
  return { store, schemas: new SchemaRegistry(store), keyStore, clock, failures: [] };
}

async function registryOf(
  { clock, random, keyStore }: TestNode,
  root: string,
): Promise<ApiKeyRegistry> {
  return ApiKeyRegistry.open(join(root, 'data'), { clock, random, memory: keyStore });
}

/** Without the epoch that a node makes when it stops. */
async function letGo({ node, devchain }: TestNode): Promise<void> {
  await node.release();
  await devchain[Symbol.asyncDispose]();
}
