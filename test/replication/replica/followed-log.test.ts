import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BLOCK_KEY, HostileWriter } from '../support/hostile-writer.js';
import { link, type Link } from '../support/links.js';
import { openReplica, type TestReplica } from '../support/replica.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';

let root: string;
let writer: HostileWriter;
let links: Link[];
let replicas: TestReplica[];

beforeEach(async () => {
  root = await temporaryDirectory();
  writer = await HostileWriter.open(join(root, 'writer'));
  [links, replicas] = [[], []];
});
afterEach(async () => {
  for (const one of links) await one.close();
  for (const replica of replicas) await replica.close();
  await writer.close();
  await removeDirectory(root);
});

async function replica(name: string, options = {}): Promise<TestReplica> {
  const opened = await openReplica(join(root, name), options);
  replicas.push(opened);
  return opened;
}

function connect(one: { replicateWith(stream: object): void }): void {
  const made = link();
  links.push(made);
  one.replicateWith(made.ends[0]);
  writer.core.replicate(made.ends[1]);
}

describe.each([
  ['a reader', BLOCK_KEY],
  ['a blind replica', null],
])('%s of an honest writer', (_name, blockKey) => {
  it('stores what was announced, head by head', async () => {
    const one = await replica('one', { blockKey });
    connect(one.log);
    for (let block = 0; block < 5; block++) {
      await writer.write(3);
      await one.log.announce(await writer.announcement());
    }
    await one.settled(15);
    expect(one.failures).toEqual([]);
    expect(one.alarms).toEqual([]);
    expect(one.log.stored).toMatchObject({ size: 15, binding: { length: 5 } });
  });
});
