/** Of a node that is stopped: `node lose-blobs.mjs DATA` takes every second block out of its Hypercores of content. Says how many. */
import { join } from 'node:path';
import Corestore from 'corestore';

const store = new Corestore(join(process.argv[2], 'files', 'blobs'));
await store.ready();
let lost = 0;
for await (const discoveryKey of store.list()) {
  const core = store.get({ discoveryKey, active: false });
  await core.ready();
  for (let block = 0; block < core.length; block += 2) {
    await core.clear(block);
    lost++;
  }
}
await store.close();
process.stdout.write(`${lost}\n`);
