/** A node that has lost its disk, or was given an old copy of it, comes back to its ledgers by the others. */
import { mkdir, rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { copyDirectory } from '../support/copy-directory.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { Clients } from './support/clients.js';
import { Cluster } from './support/cluster.js';
import { RelayNetwork } from './support/network.js';
import { brokenPromises } from './support/promises.js';

const PATIENCE_MILLIS = 60_000;

let root: string;
let cluster: Cluster;
beforeEach(async () => {
  root = await temporaryDirectory();
  cluster = await Cluster.open({ root, network: new RelayNetwork('recovery') });
});
afterEach(async () => {
  await cluster.close();
  await removeDirectory(root);
});

it('recovers every shared ledger with its keys alone, and votes for nobody before', async () => {
  const clients = new Clients(cluster, 2);
  expect(await clients.acknowledged(30, PATIENCE_MILLIS)).toEqual([]);
  await cluster.kill('a');
  expect(await clients.acknowledged(10, PATIENCE_MILLIS)).toEqual([]);
  await rm(cluster.dataOf('a'), { recursive: true });
  await expect(cluster.start('a')).rejects.toThrow('the mark says');
  await cluster.goOn('a', ['--empty', '--cause', 'disk lost']);
  await cluster.start('a');
  await cluster.login('a');
  expect(await clients.acknowledged(10, PATIENCE_MILLIS)).toEqual([]);
  await clients.end();
  expect(await brokenPromises(cluster, clients, PATIENCE_MILLIS)).toEqual([]);
});

it('refuses to write on an old copy of its data, and is caught up with the others once it goes on', async () => {
  const clients = new Clients(cluster, 2);
  expect(await clients.acknowledged(20, PATIENCE_MILLIS)).toEqual([]);
  expect(await cluster.stop('a')).toBe(0);
  await copyDirectory(cluster.dataOf('a'), `${cluster.dataOf('a')}.old`);
  await cluster.start('a');
  expect(await clients.acknowledged(20, PATIENCE_MILLIS)).toEqual([]);
  await cluster.kill('a');
  await rm(cluster.dataOf('a'), { recursive: true });
  await copyDirectory(`${cluster.dataOf('a')}.old`, cluster.dataOf('a'));
  await expect(cluster.start('a')).rejects.toThrow('the mark says');
  const said = await cluster.goOn('a', ['--successor', '--cause', 'an old copy put in']);
  expect(said).toContain('the nodes that keep it too give the rest');
  await cluster.start('a');
  expect(await clients.acknowledged(10, PATIENCE_MILLIS)).toEqual([]);
  await clients.end();
  expect(await brokenPromises(cluster, clients, PATIENCE_MILLIS)).toEqual([]);
});

it('is caught up from a backup that was restored', async () => {
  const clients = new Clients(cluster, 2);
  expect(await clients.acknowledged(20, PATIENCE_MILLIS)).toEqual([]);
  expect(await cluster.stop('a')).toBe(0);
  const target = `${cluster.dataOf('a')}.backup`;
  await mkdir(target);
  await cluster.run('a', ['backup', 'make', target]);
  await cluster.start('a');
  expect(await clients.acknowledged(20, PATIENCE_MILLIS)).toEqual([]);
  await cluster.kill('a');
  await rm(cluster.dataOf('a'), { recursive: true });
  await cluster.goOn('a', ['--from', target, '--cause', 'disk lost']);
  await cluster.start('a');
  expect(await clients.acknowledged(10, PATIENCE_MILLIS)).toEqual([]);
  await clients.end();
  expect(await brokenPromises(cluster, clients, PATIENCE_MILLIS)).toEqual([]);
});
