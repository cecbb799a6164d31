/** A copy that went on by itself, which the mark outside the data keeps a node from, beside a blind peer that has the other history. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startBlindPeer } from '../../support/blind-peer.js';
import { rejection } from '../../support/errors.js';
import { eventually } from '../../support/eventually.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { dht, TestWriter } from './blind-peers-fixture.js';

let root: string;
const closers: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await removeDirectory(root);
});

it('is said to have two histories, and is written no more', async () => {
  const net = await dht();
  closers.push(() => net.close());
  const peer = await startBlindPeer(join(root, 'blind'), net.bootstrap);
  closers.push(() => peer.end('SIGKILL'));
  const vault = [{ name: 'vault', key: peer.key, ledgers: ['acme/kyc'] }];
  const node = await TestWriter.open(root, net);
  await node.tenant('acme', 'kyc');
  await node.append('acme', 'kyc', 'one');
  await node.close();
  await cp(join(root, 'writer'), join(root, 'older', 'writer'), { recursive: true });
  const again = await TestWriter.open(root, net);
  await again.append('acme', 'kyc', 'two', 'three', 'four');
  again.give(vault);
  await eventually(() => again.hasReceived('vault', 'kyc'), 'received', 30_000);
  await again.close();

  const older = await TestWriter.open(join(root, 'older'), net);
  closers.push(() => older.close());
  await older.append('acme', 'kyc', 'another two');
  older.give(vault);
  const isSaid = (): boolean => {
    older.step('vault');
    return older.log('vault', 'kyc').longer !== null;
  };
  await eventually(isSaid, 'said to be longer', 30_000);
  // Beyond what the blind peer has: it asks for it, and shows that what it gets is of another history.
  await older.append('acme', 'kyc', 'another three', 'another four', 'another five');
  const isShown = (): boolean => {
    older.step('vault');
    return older.log('vault', 'kyc').hasConflict;
  };
  await eventually(isShown, 'shown', 30_000);
  expect(older.peer('vault').troubles.map(({ kind }) => kind)).toEqual(['longer', 'conflict']);
  const said = older.lines.filter(({ level }) => level === 'error').map(({ event }) => event);
  expect(said).toContain('another history of a log was shown, signed by its key');
  // One more would be one more of a second history: it is refused, and the node ends.
  const refused = await rejection(older.append('acme', 'kyc', 'another six'));
  expect(refused.code).toBe('LEDGER_FAILED');
  expect(older.opened.failures).toHaveLength(1);
});
