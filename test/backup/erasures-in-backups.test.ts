/** Backups of before an erasure: they open everybody else, and not who was erased. */
import { cp, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex } from '../../src/base/brand.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { RandomPool } from '../../src/base/random.js';
import { drillBackup } from '../../src/drill-backup.js';
import { openEntry } from '../../src/queries/opened-entry.js';
import { answer, newKey, problem } from '../api/support/ledger-client.js';
import { nodeFindings } from '../faults/damaged-node.js';
import { certificate, propose, settle, showErasure } from '../retention/erasure-client.js';
import {
  DAY,
  openRetentionNode,
  place,
  record,
  type RetentionNode,
} from '../retention/retention-node.js';
import { rejection } from '../support/errors.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import { openTestStore } from '../support/test-store.js';
import { bringBack, keysOf } from './backed-node.js';

const ANNA = 'anna-of-the-backups';
const CITY = 'Lisbon-where-she-lived';

let root: string;
let opened: RetentionNode;
let officer: string;
let lived: Lived;
beforeEach(async () => {
  root = await temporaryDirectory();
  for (const name of ['target', 'second']) await mkdir(join(root, name));
  opened = await openRetentionNode(root, {
    backupDirectories: [join(root, 'target'), join(root, 'second')],
    backupWaitMillis: DAY,
  });
  officer = await newKey(opened.node, 'officer');
  lived = {
    anna: await record(opened.node, { subject: ANNA, payload: { city: CITY } }),
    bo: await record(opened.node, { subject: 'bo', payload: { n: 1 } }),
  };
  await backUp();
});
afterEach(async () => {
  await opened.node.service.close();
  await removeDirectory(root);
});

interface TargetView extends JsonObject {
  readonly state: string;
  readonly problem?: string;
  readonly vaults: readonly {
    readonly generations: readonly number[];
    readonly current: boolean;
  }[];
}

async function backUp(target?: string): Promise<readonly TargetView[]> {
  await answer(opened.node.request('/v1/backups', { json: { ...(target && { target }) } }), 202);
  for (;;) {
    const { items } = await answer<{ items: TargetView[] }>(opened.node.request('/v1/backups'));
    if (items.every(({ state }) => state === 'idle')) return items;
  }
}

async function approve(): Promise<string> {
  const { id } = await propose(opened.node, { subject: ANNA });
  const path = `/v1/erasures/${id}/approval`;
  await answer(opened.node.request(path, { method: 'POST', key: officer }), 202);
  await settle(opened.node);
  return id;
}

/** Of the entries of the old log in a restored node. */
async function kindsIn(place: string): Promise<string[]> {
  const { store } = await openTestStore(place);
  const tenant = store.tenantNamed('default')?.handle ?? '';
  const { logs } = store.ledger(tenant, 'kyc');
  const kinds: string[] = [];
  const [old] = logs;
  for (let index = 1; index < (old?.head.size ?? 0); index++) {
    const entry = await old?.entry(index as LeafIndex);
    if (entry !== undefined) kinds.push((await openEntry(store.vaultOf(tenant), entry)).kind);
  }
  await store.close();
  return kinds;
}

interface Lived {
  readonly anna: { readonly id: string };
  readonly bo: { readonly id: string };
}

/** A node in the place of the one that was lost, while `act` asks it. */
async function inPlace<T>(place: string, act: (node: TestService) => Promise<T>): Promise<T> {
  const node = await openTestService(
    join(root, place),
    { clock: opened.clock },
    opened.node.adminKey,
  );
  try {
    return await act(node);
  } finally {
    await node.service.close();
  }
}

/** Things about a person in the log that was restored. */
async function timelineOf(node: TestService, subject: string): Promise<JsonObject> {
  const { logs } = await answer<{ logs: { origin: string }[] }>(node.request('/v1/ledgers/kyc'));
  const origin = encodeURIComponent(logs[0]?.origin ?? '');
  return answer(node.request(`/v1/ledgers/kyc/subjects/${subject}?origin=${origin}`));
}

describe('an erasure', () => {
  it('reaches every target before the key is destroyed, and the certificate names them', async () => {
    const id = await approve();
    const said = (await certificate(opened.node, id)).certificate as unknown as {
      readonly holders: readonly JsonObject[];
      readonly silent: readonly JsonObject[];
    };
    expect(said.holders).toMatchObject([
      { kind: 'backup', generation: 2 },
      { kind: 'backup', generation: 2 },
    ]);
    expect(said.holders.every(({ confirmedAt }) => typeof confirmedAt === 'string')).toBe(true);
    expect(said.silent).toEqual([{ kind: 'copies-outside' }]);
    const { items } = await answer<{ items: TargetView[] }>(opened.node.request('/v1/backups'));
    expect(items.map(({ vaults }) => vaults.every(({ current }) => current))).toEqual([true, true]);
    await opened.node.service.close();

    await bringBack(root, 'again', { clock: opened.clock });
    expect(await kindsIn(join(root, 'again'))).toEqual(['erased', 'record']);
    opened.node = await openTestService(root, { clock: opened.clock }, opened.node.adminKey);
  }, 60_000);

  it('leaves a copy of a target that was made before it without a vault that opens', async () => {
    await cp(join(root, 'target'), join(root, 'copied'), { recursive: true });
    await approve();
    const from = join(root, 'copied');
    expect(await rejection(bringBack(root, 'again', { from }))).toMatchObject({
      code: 'BACKUP_VAULT_LACKING',
      message: expect.stringMatching(/generation 2/) as unknown,
    });
    await bringBack(root, 'other', { from, vaultsFrom: [join(root, 'second')] });
    expect(await kindsIn(join(root, 'other'))).toEqual(['erased', 'record']);
  }, 60_000);

  it('leaves nothing of anybody in clear at a target, and no key', async () => {
    await approve();
    await backUp();
    const texts = [ANNA, CITY, 'kyc', 'default'].map((text) => Buffer.from(text));
    const keys: Buffer[] = [];
    for (const name of await readdir(join(root, 'data.keys')))
      for (const [, text = ''] of (await readFile(join(root, 'data.keys', name), 'utf8')).matchAll(
        /"(?:root|key|core|note|seed|secret|privateKey)":"([^"]{40,})"/g,
      ))
        keys.push(Buffer.from(text, 'base64'), Buffer.from(text));
    expect(keys.length).toBeGreaterThan(8);
    const target = join(root, 'target');
    for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name));
      expect([...texts, ...keys].some((one) => bytes.includes(one))).toBe(false);
    }
  }, 60_000);

  it('waits for a target that is away, for a time; then the certificate names it, until it is back', async () => {
    await rename(join(root, 'second'), join(root, 'away'));
    const id = await approve();
    expect(await showErasure(opened.node, id)).toMatchObject({
      state: 'executing',
      progress: { step: 'failed', code: 'BACKUP_TARGET_UNUSABLE' },
    });
    const ready = await (await opened.node.request('/readyz')).text();
    expect(ready).toContain('an erasure waits for a backup target');
    // Nothing was destroyed: as of now all of it can be read.
    expect(await readdir(join(root, 'target', 'vaults'))).not.toEqual([]);
    opened.clock.advance(DAY);
    await answer(opened.node.request('/v1/erasures/run', { method: 'POST' }), 202);
    await settle(opened.node);
    expect(await showErasure(opened.node, id)).toMatchObject({ state: 'done' });
    expect((await certificate(opened.node, id)).certificate).toMatchObject({
      silent: [{ kind: 'copies-outside' }, { kind: 'backup' }],
    });

    await rename(join(root, 'away'), join(root, 'second'));
    // It is back, and has the vault of another generation still.
    await backUp(join(root, 'target'));
    expect((await certificate(opened.node, id)).certificate).toMatchObject({
      silent: [{ kind: 'copies-outside' }, { kind: 'backup' }],
    });
    await backUp();
    expect((await certificate(opened.node, id)).certificate).toMatchObject({
      provisional: true,
      silent: [{ kind: 'copies-outside' }],
    });
  }, 60_000);

  it('is tried again by itself, a minute later', async () => {
    await rename(join(root, 'second'), join(root, 'away'));
    const id = await approve();
    await rename(join(root, 'away'), join(root, 'second'));
    // By the clock of the node, which stands still, no try is due.
    expect(await showErasure(opened.node, id)).toMatchObject({ progress: { step: 'failed' } });
    opened.clock.advance(60_000);
    for (let state = 'executing'; state !== 'done';)
      ({ state } = await showErasure(opened.node, id));
    expect((await certificate(opened.node, id)).certificate).toMatchObject({
      silent: [{ kind: 'copies-outside' }],
    });
  }, 60_000);

  it('takes an empty directory in the place of a target for a disk that is not mounted', async () => {
    await rename(join(root, 'second'), join(root, 'away'));
    await mkdir(join(root, 'second'));
    const [, second] = await backUp();
    expect(second).toMatchObject({ problem: 'BACKUP_MISSING' });
    expect(await readdir(join(root, 'second'))).toEqual([]);
  });

  it('makes backups where the node is given a directory, and nowhere else', async () => {
    const asked = opened.node.request('/v1/backups', { json: { target: '/tmp' } });
    expect(await problem(asked, 404)).toBe('BACKUP_TARGET_UNKNOWN');
  });
});

describe('a backup of before an erasure', () => {
  it('is restored with the rows that were erased since, by name; fsck and the answers say so', async () => {
    await approve();
    const path = `/v1/ledgers/kyc/records/${lived.anna.id}`;
    const before = await answer<JsonObject>(opened.node.request(path));
    expect(before).toMatchObject({ erased: true });
    await opened.node.service.close();
    const { erasedSince } = await bringBack(root, 'again', { clock: opened.clock });
    expect(erasedSince).toBe(1);
    expect(await nodeFindings(join(root, 'again'))).toEqual([]);
    await inPlace('again', async (node) => {
      const after = await answer<JsonObject>(node.request(path));
      expect(after).toEqual({ ...before, finality: after['finality'] });
      // Statement and proof stay.
      expect((await node.request(`${path}/evidence`)).status).toBe(200);
      const ofBo = await answer(node.request(`/v1/ledgers/kyc/records/${lived.bo.id}`));
      expect(ofBo).toMatchObject({ payload: { n: 1 } });
      // Who was erased is as unknown as anybody of whom there never was anything.
      expect(await timelineOf(node, ANNA)).toMatchObject({ items: [], counts: { entries: 0 } });
      expect(await timelineOf(node, 'bo')).toMatchObject({ items: [{ payload: { n: 1 } }] });
    });
    expect(await nodeFindings(join(root, 'again'))).toEqual([]);
    opened.node = await openTestService(root, { clock: opened.clock }, opened.node.adminKey);
  }, 60_000);

  it('leaves what the vault lacks besides as the damage that it is', async () => {
    await approve();
    await opened.node.service.close();
    await bringBack(root, 'again', { clock: opened.clock });
    const place = join(root, 'again');
    const { store } = await openTestStore(place);
    const tenant = store.tenantNamed('default')?.handle ?? '';
    const { secrets } = await store.forgetter.survey(tenant, ({ person }) => person === 'bo');
    const rows = secrets.map(({ rowId }) => Buffer.from(rowId).toString('hex'));
    await store.forgetter.destroy(tenant, rows);
    await store.close();
    expect(await nodeFindings(place)).toContainEqual(
      expect.stringMatching(/is missing, and no erasure says so/),
    );
    opened.node = await openTestService(root, { clock: opened.clock }, opened.node.adminKey);
  }, 60_000);

  it('is restored where the erasure was pending in it, though nobody knows any more whom it is about', async () => {
    const { id } = await propose(opened.node, { subject: ANNA });
    await backUp();
    await answer(
      opened.node.request(`/v1/erasures/${id}/approval`, { method: 'POST', key: officer }),
      202,
    );
    await settle(opened.node);
    await opened.node.service.close();
    // Header and payload of the record, and whom the erasure is about.
    const { erasedSince } = await bringBack(root, 'again', { clock: opened.clock });
    expect(erasedSince).toBe(2);
    expect(await nodeFindings(join(root, 'again'))).toEqual([]);
    await inPlace('again', async (node) => {
      expect(await showErasure(node, id)).toMatchObject({ state: 'proposed' });
      await answer(
        node.request(`/v1/erasures/${id}/approval`, { method: 'POST', key: officer }),
        202,
      );
      await settle(node);
      // There is nothing left that it could destroy.
      expect(await showErasure(node, id)).toMatchObject({ state: 'refused' });
    });
    expect(await nodeFindings(join(root, 'again'))).toEqual([]);
    opened.node = await openTestService(root, { clock: opened.clock }, opened.node.adminKey);
  }, 60_000);

  it('is restored with a hold in force in it, of whom everything was erased once that was released', async () => {
    const { id } = await place(opened.node, { scope: { subjects: [ANNA] } });
    await backUp();
    const json = { reason: 'over' };
    await answer(opened.node.request(`/v1/holds/${id}/release`, { json }));
    await approve();
    await opened.node.service.close();
    expect((await bringBack(root, 'again', { clock: opened.clock })).erasedSince).toBe(2);
    expect(await nodeFindings(join(root, 'again'))).toEqual([]);
    await inPlace('again', async (node) => {
      const hold = await answer<JsonObject>(node.request(`/v1/holds/${id}`));
      expect(hold).toMatchObject({ state: 'active' });
    });
    opened.node = await openTestService(root, { clock: opened.clock }, opened.node.adminKey);
  }, 60_000);

  it('drills as sound, and says how many secrets are gone', async () => {
    await approve();
    await opened.node.service.close();
    await mkdir(join(root, 'scratch'));
    const report = await drillBackup({
      ...{ from: join(root, 'target'), vaultsFrom: [], keyStore: await keysOf(root) },
      ...{ clock: opened.clock, random: new RandomPool(), scratch: join(root, 'scratch') },
      perLog: 5,
      progress: () => undefined,
    });
    expect(report).toMatchObject({ isSound: true, findings: [], erasedSince: 1 });
    opened.node = await openTestService(root, { clock: opened.clock }, opened.node.adminKey);
  }, 60_000);
});
