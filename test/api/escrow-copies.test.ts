/** Copies of an escrow file: on record before anybody has one, overdue after a rotation, named by certificates. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../src/access/authorize.js';
import { DEFAULT_TENANT } from '../../src/access/tenant-name.js';
import { utf8 } from '../../src/base/bytes.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { readShares } from '../../src/cli/recovery-files.js';
import { openEscrow, parseEscrow } from '../../src/keys/escrow-file.js';
import { combineShares } from '../../src/keys/recovery-key.js';
import { openNodeAccess } from '../../src/node-access.js';
import { accessEntries } from '../access/support/disclosures.js';
import { runCli } from '../cli/support/run-cli.js';
import { certificate, erase } from '../retention/erasure-client.js';
import { openRetentionNode, record, type RetentionNode } from '../retention/retention-node.js';
import { type HeldCeremony, holdCeremony } from '../support/ceremony.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode } from '../support/test-node.js';
import { answer, newKey, problem } from './support/ledger-client.js';

const COPIES = '/v1/escrow/copies';

interface CopyView extends JsonObject {
  readonly id: string;
  readonly generation: number;
  readonly isOverdue: boolean;
}

let root: string;
let ceremony: HeldCeremony;
let opened: RetentionNode;
beforeEach(async () => {
  root = await temporaryDirectory();
  ceremony = await holdCeremony(root);
  const settings = { recoveryKeys: ceremony.recoveryKeys, escrowDirectory: join(root, 'escrow') };
  opened = await openRetentionNode(root, settings);
});
afterEach(async () => {
  await opened.node.service.close();
  await removeDirectory(root);
});

const take = (json: object = {}): Promise<{ copy: CopyView; file: string }> =>
  answer(opened.node.request(COPIES, { json }), 201);
const confirm = (id: string): Promise<Response> =>
  opened.node.request(`${COPIES}/${id}/destruction`, { method: 'POST' });
const list = async (query = ''): Promise<readonly CopyView[]> =>
  (await answer<{ items: CopyView[] }>(opened.node.request(`${COPIES}${query}`))).items;
const rotate = (): Promise<unknown> =>
  answer(opened.node.request('/v1/vault/rotation', { method: 'POST' }));

interface Said {
  readonly holders?: readonly JsonObject[];
  readonly silent: readonly JsonObject[];
}

const certified = async (id: string): Promise<Said> =>
  (await certificate(opened.node, id)).certificate as unknown as Said;

describe('a copy of the escrow file', () => {
  it('is what officers open, and is on record with who took it and where it is', async () => {
    const { copy, file } = await take({ label: 'safe 2' });
    expect(copy).toMatchObject({ generation: 1, label: 'safe 2', isOverdue: false });
    const parsed = parseEscrow(utf8(file));
    const key = await combineShares(await readShares(ceremony.shares.slice(0, 2)));
    expect(openEscrow(parsed, key).vaultKey).toHaveLength(32);
    key.close();
    const path = join(root, 'escrow', `${parsed.tenant}.1.escrow`);
    expect(file).toBe(await readFile(path, 'utf8'));
    const entries = await accessEntries(opened.node, { action: 'escrow:copy' });
    expect(entries).toMatchObject([
      { outcome: 'begun', question: { label: 'safe 2' } },
      { outcome: 'done', made: { copy: copy.id, generation: 1 } },
    ]);
    await opened.reopen();
    expect(await list()).toEqual([copy]);
  });

  it('is overdue from the next generation on, until it is confirmed to be destroyed', async () => {
    const { copy } = await take();
    await rotate();
    const { copy: next } = await take();
    expect(next.generation).toBe(2);
    expect((await list()).map(({ isOverdue }) => isOverdue)).toEqual([true, false]);
    const destroyed = await answer<CopyView>(confirm(copy.id));
    expect(destroyed).toMatchObject({ id: copy.id, isOverdue: false });
    expect(destroyed['destroyedAt']).toBeDefined();
    // Said again, it stays as it was.
    opened.clock.advance(60_000);
    expect(await answer<CopyView>(confirm(copy.id))).toEqual(destroyed);
    await opened.reopen();
    expect(await list()).toEqual([destroyed, next]);
    const first = await answer<{ items: CopyView[]; cursor: string }>(
      opened.node.request(`${COPIES}?limit=1`),
    );
    expect(first.items).toEqual([destroyed]);
    expect(await list(`?limit=1&cursor=${encodeURIComponent(first.cursor)}`)).toEqual([next]);
  });

  it('is refused where there is none, or where it is not what was written; nothing is on record', async () => {
    const { tenant } = parseEscrow(utf8((await take()).file));
    const path = join(root, 'escrow', `${tenant}.1.escrow`);
    const bytes = await readFile(path);
    for (const damage of [
      () => writeFile(path, bytes.subarray(0, -1)),
      () => writeFile(path, Buffer.alloc(100_000)),
      () => rm(path),
    ]) {
      await damage();
      const refused = await problem(opened.node.request(COPIES, { json: {} }), 503);
      expect(refused).toBe('KEYS_ESCROW_UNREADABLE');
    }
    expect(await list()).toHaveLength(1);
    expect(await problem(confirm('ffffffffffff'), 404)).toBe('ESCROW_COPY_UNKNOWN');
    await problem(opened.node.request(COPIES, { json: { label: '' } }), 400);
  });

  it('is named by certificates as silent, until it is confirmed to be destroyed', async () => {
    await record(opened.node, { subject: 'anna', payload: { n: 1 } });
    await record(opened.node, { subject: 'bo', payload: { n: 1 } });
    const officer = await newKey(opened.node, 'officer');
    const { copy: early } = await take();
    await answer(confirm((await take()).copy.id));
    opened.clock.advance(1_000);
    const { id } = await erase(opened.node, { subject: 'anna' }, officer);
    const named = { kind: 'escrow', id: early.id, generation: 1 };
    expect(await certified(id)).toMatchObject({
      holders: [named],
      silent: [{ kind: 'copies-outside' }, { kind: 'escrow', id: early.id }],
    });
    const { copy: late } = await take();
    const printed = await cli('erase', 'certificate', id);
    expect(printed.stdout).toContain(`copy ${early.id} of escrow, generation 1: nobody`);

    await answer(confirm(late.id));
    expect((await certified(id)).silent).toHaveLength(2);
    await answer(confirm(early.id));
    const confirmedAt = opened.clock.now();
    expect(await certified(id)).toMatchObject({
      holders: [{ ...named, confirmedAt: new Date(confirmedAt).toISOString() }],
      silent: [{ kind: 'copies-outside' }],
    });
    opened.clock.advance(1_000);
    // Of a later erasure what was destroyed before is no holder.
    const { id: second } = await erase(opened.node, { subject: 'bo' }, officer);
    expect((await certified(second)).holders).toBeUndefined();
  }, 60_000);

  it('is silent no longer after a crash that came between its end and the certificate', async () => {
    await record(opened.node, { subject: 'anna', payload: { n: 1 } });
    const officer = await newKey(opened.node, 'officer');
    const { copy } = await take();
    const { id } = await erase(opened.node, { subject: 'anna' }, officer);
    expect((await certified(id)).silent).toHaveLength(2);
    await opened.whileClosed(() => destroyedUnsaid(copy.id));
    expect((await list()).map(({ destroyedAt }) => typeof destroyedAt)).toEqual(['string']);
    expect(await certified(id)).toMatchObject({
      holders: [{ kind: 'escrow', id: copy.id, confirmedAt: expect.any(String) }],
      silent: [{ kind: 'copies-outside' }],
    });
  }, 60_000);

  it('that has the present key is no holder of the destroyed one', async () => {
    await record(opened.node, { subject: 'anna', payload: { n: 1 } });
    await record(opened.node, { subject: 'bo', payload: { n: 1 } });
    const officer = await newKey(opened.node, 'officer');
    const { id } = await erase(opened.node, { subject: 'anna' }, officer);
    const { copy } = await take();
    expect(copy.generation).toBe(2);
    expect((await certified(id)).holders).toBeUndefined();
    const { id: second } = await erase(opened.node, { subject: 'bo' }, officer);
    expect((await certified(second)).holders).toEqual([
      { kind: 'escrow', id: copy.id, generation: 2 },
    ]);
  }, 60_000);
});

/** What a crash leaves that comes after the end of a copy is durable, and before anything else is. */
async function destroyedUnsaid(id: string): Promise<void> {
  const { clock } = opened;
  const node = await openTestNode(root, { clock });
  const parts = { ...node, clock, refusalsPerMinute: 10 };
  const { escrowChanges } = await openNodeAccess(node.node, parts);
  const by = { keyId: '0a1b2c3d4e5f' as Principal['keyId'], tenant: DEFAULT_TENANT };
  await escrowChanges.destroyed({ ...by, role: 'admin', author: 'Admin 1' }, id);
  await node.close();
}

const cli = (...argv: readonly string[]): ReturnType<typeof runCli> =>
  runCli([...argv, '--url', opened.node.service.url, '--key', opened.node.adminKey]);

describe('chirograph keys escrow', () => {
  it('writes a copy, lists it, and takes it that it was destroyed', async () => {
    const out = join(root, 'copy.escrow');
    const taken = await cli('keys', 'escrow', '--out', out, '--label', 'safe 2');
    expect(taken).toMatchObject({ code: 0, stderr: '' });
    const [copy] = await list();
    const id = copy?.id ?? '';
    expect(taken.stdout).toContain(`copy ${id} of the escrow file, generation 1`);
    expect(parseEscrow(await readFile(out)).generation).toBe(1);
    await rotate();
    expect((await cli('keys', 'escrow', '--list')).stdout).toMatch(
      new RegExp(`^${id}  generation 1  overdue .*safe 2\n$`),
    );
    expect((await cli('keys', 'escrow', '--destroyed', id)).stdout).toMatch(/ {2}destroyed {2}/);
    expect((await cli('keys', 'escrow', '--list', '--json')).stdout).toContain('destroyedAt');
  });

  it('takes no copy that it could not keep, and says which are on record all the same', async () => {
    const there = join(root, 'there');
    await writeFile(there, 'x');
    expect((await cli('keys', 'escrow', '--out', there)).stderr).toMatch(/is there already/);
    expect((await cli('keys', 'escrow')).stderr).toMatch(/say one of --out/);
    expect((await cli('keys', 'escrow', '--list', '--label', 'x')).stderr).toMatch(/goes with/);
    expect(await list()).toEqual([]);
    const lost = await cli('keys', 'escrow', '--out', join(root, 'no', 'such', 'place'));
    const [copy] = await list();
    expect(lost.code).toBe(2);
    expect(lost.stderr).toContain(`--destroyed ${copy?.id ?? 'none'}`);
  });
});
