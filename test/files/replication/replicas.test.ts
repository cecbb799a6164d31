/** Three nodes keep a drive together: what is put at one is read at all, whoever is gone and whatever is lost. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseFilePath } from '../../../src/files/file-path.js';
import type { Reference } from '../../../src/files/references.js';
import { eventually } from '../../support/eventually.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { contentOf, type DriveNode, DriveNodes, PATIENCE, put, read } from './drive-nodes.js';

let root: string;
let nodes: DriveNodes;

beforeEach(async () => {
  root = await temporaryDirectory();
  nodes = new DriveNodes(root);
});
afterEach(async () => {
  await nodes.close();
  await removeDirectory(root);
});

const big = contentOf(3_000_000, 'big');
const small = contentOf(20_000, 'small');

async function referencesAt(node: DriveNode, path: string): Promise<readonly Reference[]> {
  const drive = await node.drive();
  const newest = drive.newest(parseFilePath(path));
  const content = newest && (await drive.open(newest)).content;
  if (content === null || !('refs' in content)) throw new Error('a file with chunks');
  return content.refs;
}

/** As it is on the disk of the node, and nowhere else. */
async function hasAll(node: DriveNode, path: string): Promise<boolean> {
  const references = await referencesAt(node, path);
  const found = await Promise.all(references.map(({ address }) => node.drives.chunks.get(address)));
  return found.every((block) => block !== null);
}

describe('a drive that three nodes keep', () => {
  it('is read at all of them, and at the one that goes on when its writer is gone', async () => {
    await nodes.begin();
    const drive = await nodes.at('a').drive();
    await put(drive, 'big', big);
    await put(drive, 'small', small);
    await nodes.haveAll();
    await nodes.areCopied('a', 'b', 'c');
    for (const name of ['b', 'c'] as const) {
      expect(await hasAll(nodes.at(name), 'big')).toBe(true);
      expect(big.equals(await read(nodes.at(name), 'big'))).toBe(true);
    }
    await nodes.stop('a');
    const successor = await nodes.writer();
    expect(big.equals(await read(successor, 'big'))).toBe(true);
    // Equal pieces are one chunk, whoever of them wrote it.
    const before = successor.replicas.status().bytes;
    const edited = Buffer.concat([big, Buffer.from('and more')]);
    await put(await successor.drive(), 'big', edited);
    expect(edited.equals(await read(successor, 'big'))).toBe(true);
    expect(successor.replicas.status().bytes).toBe(before);
    await nodes.comesBack('a');
    await nodes.haveAll();
    await nodes.areCopied('a');
    expect(edited.equals(await read(nodes.at('a'), 'big'))).toBe(true);
    expect(nodes.at('a').replicas.status().bytes).toBeLessThan(200_000);
  });

  it('is not written while nobody else has the content, and no entry says that it was', async () => {
    nodes.at('a').settings = { ...nodes.at('a').settings, quorumMillis: 1_000 };
    await nodes.begin();
    const others = [nodes.at('b'), nodes.at('c')];
    for (const node of others) node.lies = { hold: () => Promise.resolve('later') };
    const drive = await nodes.at('a').drive();
    await expect(put(drive, 'big', big)).rejects.toMatchObject({ code: 'FILES_QUORUM' });
    await drive.upToDate();
    expect(drive.newest(parseFilePath('big'))).toBeNull();
    // Nor where it came to another, and is not on its disk.
    const { chunks } = nodes.at('b').drives;
    const sync = chunks.sync.bind(chunks);
    nodes.at('b').lies = {};
    chunks.sync = () => Promise.reject(new Error('no disk'));
    await expect(put(drive, 'big', big)).rejects.toMatchObject({ code: 'FILES_QUORUM' });
    chunks.sync = sync;
    // What fits into the entry itself goes with it.
    await put(drive, 'tiny', Buffer.from('tiny'));
    for (const node of others) node.lies = {};
    await put(drive, 'big', big);
    await nodes.haveAll();
    expect(big.equals(await read(nodes.at('b'), 'big'))).toBe(true);
  });

  it('has what was put on a second disk when that is acknowledged, though nobody follows', async () => {
    for (const name of ['b', 'c'] as const)
      nodes.at(name).settings = { ...nodes.at(name).settings, maxBytesPerSecond: 1 };
    await nodes.begin();
    const drive = await nodes.at('a').drive();
    await put(drive, 'big', big);
    const references = await referencesAt(nodes.at('a'), 'big');
    const having = await Promise.all(
      (['b', 'c'] as const).map(async (name) => {
        const { chunks } = nodes.at(name).drives;
        const found = await Promise.all(references.map(({ address }) => chunks.get(address)));
        return found.every((block) => block !== null);
      }),
    );
    expect(having).toContain(true);
  });

  it('is sent on while it comes in: most is there when it is whole', async () => {
    for (const name of ['b', 'c'] as const)
      nodes.at(name).settings = { ...nodes.at(name).settings, maxBytesPerSecond: 1 };
    await nodes.begin();
    const drive = await nodes.at('a').drive();
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      yield big;
      // The rest is late.
      const isThere = (): boolean => nodes.at('b').replicas.status().bytes > 1_000_000;
      await eventually(isThere, 'the beginning at another node', PATIENCE);
      yield small;
    };
    const content = await drive.store(pieces());
    expect(content.size).toBe(big.length + small.length);
  });

  it('is kept where it was asked for, by a node that is told to', async () => {
    nodes.at('c').settings = { ...nodes.at('c').settings, keepingOf: () => 'asked' };
    await nodes.begin();
    const drive = await nodes.at('a').drive();
    await put(drive, 'big', big);
    await put(drive, 'small', small);
    await nodes.haveAll();
    await nodes.areCopied('b');
    const c = nodes.at('c');
    // It looks for drives among its ledgers in rounds.
    await eventually(() => c.replicas.status().drives.length > 0, 'the drive known', PATIENCE);
    expect(c.replicas.status()).toMatchObject({ bytes: 0, drives: [{ keep: 'asked', behind: 0 }] });
    const some = await (
      await c.drive()
    ).open((await c.drive()).newest(parseFilePath('big')) as never);
    const pieces: Uint8Array[] = [];
    for await (const piece of (await c.drive()).read(some.content, { start: 70_000, end: 80_000 }))
      pieces.push(piece);
    expect(Buffer.concat(pieces).equals(big.subarray(70_000, 80_000))).toBe(true);
    // One piece of it, and no more.
    expect(c.replicas.status().bytes).toBeLessThan(70_000);
    expect(big.equals(await read(c, 'big'))).toBe(true);
    await nodes.stop('a');
    await nodes.stop('b');
    // Now it is here.
    expect(big.equals(await read(c, 'big'))).toBe(true);
    await expect(read(c, 'small')).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
  });

  it('is put back where somebody took a chunk away, or altered one', async () => {
    await nodes.begin();
    await put(await nodes.at('a').drive(), 'big', big);
    await nodes.haveAll();
    await nodes.areCopied('a', 'b', 'c');
    const a = nodes.at('a');
    const [first, second] = await referencesAt(a, 'big');
    if (first === undefined || second === undefined) throw new Error('content of many chunks');
    const { chunks } = a.drives;
    const { handle: ledger, tenant } = a.sharing.ledger.identity;
    // One is altered on the disk …
    const altered = (await chunks.get(second.address))?.slice() ?? new Uint8Array(0);
    altered[100] = (altered[100] ?? 0) ^ 1;
    await chunks.put({ tenant, ledger }, [{ address: second.address, block: () => altered }]);
    // … and the other one is not found there until it is put back.
    const get = chunks.get.bind(chunks);
    const lost = new Set([hex(first.address)]);
    chunks.get = (address) => (lost.has(hex(address)) ? Promise.resolve(null) : get(address));
    const putBack = chunks.put.bind(chunks);
    const stored: string[] = [];
    chunks.put = async (place, some) => {
      stored.push(...some.map(({ address }) => hex(address)));
      await putBack(place, some);
      for (const { address } of some) lost.delete(hex(address));
    };
    expect(big.equals(await read(a, 'big'))).toBe(true);
    expect(new Set(stored)).toEqual(new Set([hex(first.address), hex(second.address)]));
    expect(a.replicas.status().healed).toBe(2);
    // The same without reading it.
    const { ledger: of } = a.sharing;
    const content = { refs: await referencesAt(a, 'big') };
    lost.add(hex(first.address));
    expect(await a.replicas.makeWhole(of, content)).toBe(0);
    expect([a.replicas.status().healed, lost.size]).toEqual([3, 0]);
    await nodes.stop('b');
    await nodes.stop('c');
    expect(big.equals(await read(a, 'big'))).toBe(true);
    lost.add(hex(first.address));
    expect(await a.replicas.makeWhole(of, content)).toBe(1);
  });

  it('is taken from those who are honest, and a node that lies is dropped and asked no more', async () => {
    nodes.at('c').settings = { ...nodes.at('c').settings, keepingOf: () => 'asked' };
    await nodes.begin();
    await put(await nodes.at('a').drive(), 'big', big);
    await nodes.haveAll();
    await nodes.areCopied('b');
    const { chunks } = nodes.at('b').drives;
    nodes.at('b').lies = {
      get: async (tenant, address) => {
        const block = (await chunks.get(address, tenant))?.slice() ?? null;
        if (block !== null) block[block.length - 1] = (block.at(-1) ?? 0) ^ 1;
        return block;
      },
    };
    const c = nodes.at('c');
    expect(big.equals(await read(c, 'big'))).toBe(true);
    const peers = (): readonly { name: string; lies: number; isSetAside: boolean }[] =>
      c.chunks.status();
    expect(peers().find(({ name }) => name === 'a')).toMatchObject({ lies: 0, isSetAside: false });
    expect(peers().find(({ name }) => name === 'b')).toMatchObject({ isSetAside: true });
    const dropped = (): number | undefined =>
      c.sharing.links?.status().peers.find(({ name }) => name === 'b')?.dropped.garbage;
    await eventually(() => (dropped() ?? 0) > 0, 'dropped', PATIENCE);
  });

  it('goes on after a restart, and looks for nothing twice', async () => {
    await nodes.begin();
    const drive = await nodes.at('a').drive();
    await put(drive, 'one', small);
    await nodes.haveAll();
    await nodes.areCopied('c');
    await nodes.stop('c');
    await put(drive, 'two', big);
    await nodes.comesBack('c');
    await nodes.haveAll();
    await nodes.areCopied('c');
    expect(await hasAll(nodes.at('c'), 'two')).toBe(true);
    expect(nodes.at('c').replicas.status().bytes).toBeLessThan(big.length * 1.1);
  });

  it('is kept up to the room that there is, and read beyond it', async () => {
    nodes.at('c').settings = { ...nodes.at('c').settings, maxBytes: 500_000 };
    await nodes.begin();
    const drive = await nodes.at('a').drive();
    await put(drive, 'big', big);
    const c = nodes.at('c');
    await eventually(() => c.replicas.status().bytes >= 500_000, 'full', PATIENCE);
    const more = contentOf(1_000_000, 'more');
    await put(drive, 'more', more);
    await nodes.haveAll();
    await nodes.areCopied('b');
    // It looks for drives among its ledgers in rounds.
    const isBehind = (): boolean => (c.replicas.status().drives[0]?.behind ?? 0) > 0;
    await eventually(isBehind, 'behind', PATIENCE);
    const { bytes } = c.replicas.status();
    expect(more.equals(await read(c, 'more'))).toBe(true);
    expect(big.equals(await read(c, 'big'))).toBe(true);
    expect(c.replicas.status().bytes).toBe(bytes);
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
