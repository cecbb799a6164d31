/** A node has another keep its ledgers blindly: asked for as an operator does, over real links and stores. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { parseVerifierKey } from '../src/tlog/note-key.js';
import { parseSignedNote } from '../src/tlog/signed-note.js';
import { cosignatureTime } from '../src/tlog/witnessed.js';
import { runCli } from './cli/support/run-cli.js';
import { eventually } from './support/eventually.js';
import { type PeerCard, PATIENCE, SharingServices } from './support/sharing-services.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';

let root: string;
let nodes: SharingServices;

const ROOM = { maxBytes: 10_000_000, maxLogs: 2 };

beforeEach(async () => {
  root = await temporaryDirectory();
  nodes = new SharingServices(root);
});
afterEach(async () => {
  await nodes.close();
  await removeDirectory(root);
});

interface Keeper {
  readonly name: string;
  readonly size: number | null;
  readonly cosigned: number | null;
  readonly linked: boolean;
  readonly troubles: readonly { readonly kind: string }[];
}
interface Keepers {
  readonly ledgers: readonly {
    readonly ledger: string;
    readonly size: number;
    readonly keepers: readonly Keeper[];
  }[];
  readonly kept: readonly {
    readonly origin: string;
    readonly name: string;
    readonly size: number;
    readonly length: number;
    readonly alarm: { readonly code: string } | null;
    readonly troubles: readonly { readonly kind: string }[];
  }[];
  readonly rooms: readonly { readonly logs: number; readonly bytes: number }[];
}

async function saidAt(name: string): Promise<Keepers> {
  const answer = await nodes.at(name).request('/v1/replication');
  return ((await answer.json()) as { keepers: Keepers }).keepers;
}

/** The writer `a` and the keeper `k`, which keeps so much for it. */
async function begin(keeps: object | null = ROOM): Promise<void> {
  await nodes.init(['a', 'k']);
  await nodes.start('a', [nodes.card('k')]);
  await startKeeper(keeps);
  await nodes.keyAt('a');
  expect((await nodes.ask('a', '/v1/ledgers', { name: 'kyc' })).status).toBe(201);
}

async function startKeeper(keeps: object | null = ROOM): Promise<void> {
  const peer = { ...nodes.card('a'), ...(keeps && { keeps }) };
  await nodes.start('k', [peer]);
}

/** The writer has the keeper's word for all that it has. */
async function isKept(): Promise<void> {
  const hasAll = async (): Promise<boolean> => {
    const [ledger] = (await saidAt('a')).ledgers;
    return ledger?.keepers.every(({ size }) => size === ledger.size) ?? false;
  };
  await eventually(hasAll, 'receipts for all', PATIENCE);
}

it('is kept by a peer that reads nothing of it, with receipts, over starts of both', async () => {
  await begin();
  const asked = await nodes.cli('a', ['ledger', 'keepers', 'kyc', '--blind', 'k']);
  expect([asked.code, asked.stderr]).toEqual([0, '']);
  for (let n = 0; n < 5; n++) await nodes.writes('a', `p${n}`);
  await isKept();
  const { kept, rooms } = await saidAt('k');
  const [own] = (await saidAt('a')).ledgers;
  expect(kept).toMatchObject([{ name: 'a', size: own?.size, alarm: null, troubles: [] }]);
  expect(rooms).toMatchObject([{ logs: 1 }]);
  expect(rooms[0]?.bytes).toBeGreaterThan(0);
  // It knows of no tenant and no ledger: there is nothing to ask it for.
  const tenants = await nodes.at('k').request('/v1/tenants');
  expect(JSON.stringify(await tenants.json())).not.toContain('acme');
  await nodes.stop('k');
  await nodes.writes('a', 'while it is away');
  await startKeeper();
  await isKept();
  await nodes.stop('a');
  await nodes.start('a', [nodes.card('k')]);
  await nodes.writes('a', 'after a start');
  await isKept();
  const status = await nodes.cli('a', ['ledger', 'keepers', 'kyc']);
  expect(status.stdout).toMatch(/acme\/kyc +k +blind +yes +(\d+) of \1/);
  const ended = await nodes.cli('a', ['ledger', 'keepers', 'kyc', '--nobody']);
  expect(ended.stdout).toBe('no peer keeps it\n');
}, 120_000);

it('keeps nothing for a peer whose entry does not say so, and no more than that says', async () => {
  await begin(null);
  await nodes.cli('a', ['ledger', 'keepers', 'kyc', '--blind', 'k']);
  await nodes.writes('a', 'p');
  await nodes.stop('k');
  await startKeeper({ maxBytes: 200, maxLogs: 1 });
  const trouble = async (): Promise<unknown> =>
    (await saidAt('a')).ledgers[0]?.keepers[0]?.troubles[0]?.kind;
  await eventually(async () => (await trouble()) === 'refused', 'no room', PATIENCE);
  await nodes.stop('k');
  await startKeeper();
  await isKept();
  expect(await trouble()).toBeUndefined();
  expect((await nodes.ask('a', '/v1/ledgers', { name: 'second' })).status).toBe(201);
}, 120_000);

/** Has the keeper made a witness, as its operator does while it is stopped. @returns its verifier key. */
async function makeWitness(name: string): Promise<string> {
  const data = join(root, name, 'data');
  const place = ['--name', name, '--site', `${name}1`, '--address', nodes.card(name).address];
  const asked = ['replication', 'keys', '--data', data, ...place, '--witness', 'k.example'];
  const { stdout, stderr } = await runCli(asked);
  expect(stderr).toBe('');
  const card = JSON.parse(stdout) as PeerCard & { readonly witness: string };
  nodes.cards.set(name, card);
  return card.witness;
}

it('is cosigned by a keeper that is a witness, by the key that the writer knows', async () => {
  await nodes.init(['a', 'k']);
  const plain = nodes.card('k');
  const witness = parseVerifierKey(await makeWitness('k'));
  await nodes.start('a', [nodes.card('k')]);
  await startKeeper();
  await nodes.keyAt('a');
  expect((await nodes.ask('a', '/v1/ledgers', { name: 'kyc' })).status).toBe(201);
  const asked = await nodes.cli('a', ['ledger', 'keepers', 'kyc', '--witness', 'k']);
  expect([asked.code, asked.stderr]).toEqual([0, '']);
  const isCosigned = async (): Promise<boolean> => {
    const [ledger] = (await saidAt('a')).ledgers;
    return ledger?.keepers[0]?.cosigned === ledger?.size;
  };
  for (const subject of ['one', 'two', 'three']) {
    await nodes.writes('a', subject);
    await eventually(isCosigned, 'a cosignature', PATIENCE);
    for (const query of ['', '?cosigned=true']) {
      const answer = await nodes.ask('a', `/v1/ledgers/kyc/checkpoint${query}`);
      const note = parseSignedNote(await answer.text());
      expect(note.signatures).toHaveLength(2);
      expect(cosignatureTime(note, witness, Date.now() as never)).not.toBeNull();
    }
  }
  // Over starts of both it goes on from what it cosigned.
  for (const name of ['k', 'a'] as const) await nodes.stop(name);
  await startKeeper();
  await nodes.start('a', [nodes.card('k')]);
  await nodes.writes('a', 'four');
  await eventually(isCosigned, 'a cosignature after starts', PATIENCE);
  // Of a peer without a witness key in the list nothing is taken for one.
  await nodes.stop('a');
  await nodes.start('a', [plain]);
  const refused = await nodes.cli('a', ['ledger', 'keepers', 'kyc', '--witness', 'k']);
  expect(refused.stderr).toContain('KEEPERS_REFUSED');
}, 120_000);

it('answers a write when its keepers have it, and says how many do', async () => {
  await begin();
  const write = async (
    durability: string,
  ): Promise<[number, { durability?: string; code?: string }]> => {
    const path = `/v1/ledgers/kyc/records?durability=${durability}`;
    const answer = await nodes.ask('a', path, { type: 'a', subject: durability, payload: {} });
    return [answer.status, (await answer.json()) as { durability?: string; code?: string }];
  };
  expect(await write('all')).toMatchObject([422, { code: 'DURABILITY_REFUSED' }]);
  await nodes.cli('a', ['ledger', 'keepers', 'kyc', '--blind', 'k']);
  for (const wanted of ['all', 'quorum', 'local'])
    expect(await write(wanted)).toMatchObject([201, { durability: wanted }]);
  await isKept();
  await nodes.stop('k');
  const [status, receipt] = await write('all');
  expect([status, receipt.durability]).toEqual([202, 'local']);
  await startKeeper();
  await isKept();
}, 120_000);

it('is kept of a ledger that a group keeps, and goes on with another writer', async () => {
  const group = ['a', 'b', 'c'];
  await nodes.init([...group, 'k']);
  for (const name of group) {
    const others = [...group.filter((other) => other !== name), 'k'];
    await nodes.start(
      name,
      others.map((other) => nodes.card(other)),
    );
  }
  const kept = group.map((name) => ({ ...nodes.card(name), keeps: ROOM }));
  await nodes.start('k', kept);
  await nodes.found(group);
  // Each that may come to write is told.
  for (const name of group) {
    const asked = await nodes.cli(name, ['ledger', 'keepers', 'kyc', '--blind', 'k']);
    expect([asked.code, asked.stderr]).toEqual([0, '']);
  }
  await nodes.writes('a', 'one');
  await isKept();
  expect((await saidAt('k')).kept).toMatchObject([{ name: 'a', alarm: null }]);
  const moved = await nodes.cli('a', ['ledger', 'move', 'kyc', '--to', 'b']);
  expect([moved.code, moved.stderr]).toEqual([0, '']);
  await nodes.writes('b', 'two');
  const hasAll = async (): Promise<boolean> => {
    const [ledger] = (await saidAt('b')).ledgers;
    return ledger?.keepers[0]?.size === ledger?.size;
  };
  await eventually(hasAll, 'receipts for the next writer', PATIENCE);
  expect((await saidAt('k')).kept).toMatchObject([{ alarm: null, troubles: [] }]);
}, 120_000);
