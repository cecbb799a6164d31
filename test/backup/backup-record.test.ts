/** What a node says of its backups: entries of `_access` before and after each, and metrics by target. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { answer } from '../api/support/ledger-client.js';
import {
  DAY,
  accessActs,
  openRetentionNode,
  type RetentionNode,
} from '../retention/retention-node.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

let root: string;
let opened: RetentionNode;
beforeEach(async () => {
  root = await temporaryDirectory();
  for (const name of ['target', 'second']) await mkdir(join(root, name));
  opened = await openRetentionNode(root, {
    backupDirectories: [join(root, 'target'), join(root, 'second')],
    backupIntervalMillis: DAY,
    metricsPort: 0,
  });
});
afterEach(async () => {
  await opened.node.service.close();
  await removeDirectory(root);
});

interface TargetView {
  readonly id?: string;
  readonly state: string;
  readonly problem?: string;
  readonly last?: { readonly backup: number };
}

/** Both of them, once this is so: the node's own clock is asked each second. */
async function until(isSo: (items: readonly TargetView[]) => boolean): Promise<TargetView[]> {
  for (;;) {
    const { items } = await answer<{ items: TargetView[] }>(opened.node.request('/v1/backups'));
    if (items.every(({ state }) => state === 'idle') && isSo(items)) return items;
  }
}

/** A try, not a look at what is there. */
async function untilFailed(): Promise<void> {
  for (;;) {
    const acts = await accessActs(opened.node, 'backup:make');
    if (acts.some(({ outcome }) => outcome === 'failed')) return;
  }
}

/** Of the last complete backups. */
const areAt = (number: number) => (items: readonly TargetView[]) =>
  items.every(({ last, problem }) => problem === undefined && last?.backup === number);

/** Outcome, and what is said of the backup, of the node's own acts about one target. */
async function actsOn(id: string): Promise<JsonObject[]> {
  const acts = await accessActs(opened.node, 'backup:make');
  return acts
    .filter(({ made, question }) => [made, question].some((of) => targetOf(of) === id))
    .map(({ outcome, code, made }) => ({
      outcome: outcome ?? null,
      backup: (made as { backup?: number } | undefined)?.backup ?? null,
      ...(code !== undefined && { code }),
    }));
}

function targetOf(said: unknown): unknown {
  return (said as { target?: unknown } | undefined)?.target;
}

it('each backup by the clock is begun on record, and done or failed', async () => {
  const [first] = await until(areAt(1));
  const id = first?.id ?? '';
  // Before the first one a target has no name yet.
  expect(await actsOn(id)).toEqual([{ outcome: 'done', backup: 1 }]);
  const begun = (await accessActs(opened.node, 'backup:make')).filter(
    ({ outcome }) => outcome === 'begun',
  );
  expect(begun).toHaveLength(2);

  opened.clock.advance(DAY);
  await until(areAt(2));
  await rename(join(root, 'target'), join(root, 'away'));
  opened.clock.advance(DAY);
  await untilFailed();
  const [failed, other] = await until(([, two]) => two?.last?.backup === 3);
  expect([failed?.problem, other?.problem]).toEqual(['BACKUP_TARGET_UNUSABLE', undefined]);
  expect(await actsOn(id)).toEqual([
    { outcome: 'done', backup: 1 },
    { outcome: 'begun', backup: null },
    { outcome: 'done', backup: 2 },
    { outcome: 'begun', backup: null },
    { outcome: 'failed', backup: null, code: 'BACKUP_TARGET_UNUSABLE' },
  ]);
}, 60_000);

it('a backup that was asked for names who asked, and is on record as begun before it is made', async () => {
  await until(areAt(1));
  await answer(opened.node.request('/v1/backups', { json: { target: join(root, 'second') } }), 202);
  await until(([, second]) => second?.last?.backup === 2);
  const acts = await accessActs(opened.node, 'backup:make');
  const asked = acts.slice(-4);
  // The answer is given while it is being made.
  expect(asked[0]).toMatchObject({ outcome: 'begun', question: { target: join(root, 'second') } });
  for (const isNode of [true, false]) {
    const own = asked.filter(({ actor }) => (actor === 'node') === isNode);
    expect(own.map(({ outcome }) => outcome)).toEqual(['begun', 'done']);
  }
}, 60_000);

it('metrics say of each target when the last was, how long it took, how much it was, and what failed', async () => {
  await until(areAt(1));
  const now = opened.clock.now();
  expect(await valuesOf('last_success_seconds')).toEqual([now / 1_000, now / 1_000]);
  expect(await valuesOf('duration_seconds')).toEqual([0, 0]);
  expect((await valuesOf('bytes')).every((bytes) => bytes > 1_000)).toBe(true);
  expect(await valuesOf('failures_total')).toEqual([0, 0]);
  opened.clock.advance(60_000);
  expect(await valuesOf('age_seconds')).toEqual([60, 60]);

  await rename(join(root, 'target'), join(root, 'away'));
  opened.clock.advance(DAY);
  await untilFailed();
  expect(await valuesOf('failures_total')).toEqual([1, 0]);
  expect(await valuesOf('last_success_seconds')).toMatchObject([now / 1_000, expect.any(Number)]);
  // What is known comes from the target: a start knows it too, and counts failures anew.
  await rename(join(root, 'away'), join(root, 'target'));
  await opened.reopen();
  const again = (await valuesOf('last_success_seconds'))[0] ?? 0;
  expect(again).toBeGreaterThanOrEqual(now / 1_000);
  expect((await valuesOf('failures_total'))[0]).toBe(0);
}, 60_000);

/** By place of the target. */
async function valuesOf(name: string): Promise<number[]> {
  const text = await (await fetch(`${opened.node.service.metricsUrl ?? ''}/metrics`)).text();
  return [
    ...text.matchAll(new RegExp(`^chirograph_backup_${name}\\{target="\\d"\\} (\\S+)$`, 'gm')),
  ].map(([, value]) => Number(value));
}
