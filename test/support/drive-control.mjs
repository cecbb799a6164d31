/**
 * Loaded into a node before its program (`NODE_OPTIONS=--import=…`, with PRODUCT_ROOT): puts and reads files of its drives for a
 * test, which says so in JSON to the port that the line `controlled` names. `lie` has it give peers altered chunks from then on.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

/** Not compressible, and the same each time. */
function* contentOf(length, seed) {
  const piece = 65_536;
  for (let at = 0; at < length; at += piece) {
    const some = Buffer.alloc(Math.min(piece, length - at));
    for (let n = 0; n < some.length; n += 32)
      createHash('sha256')
        .update(`${seed}/${at + n}`)
        .digest()
        .copy(some, n);
    yield some;
  }
}

async function* streamed(pieces) {
  yield* pieces;
}

const BY = { author: 'acme-backend' };
const SAID = { mediaType: 'application/octet-stream' };

function actions(drives) {
  return {
    make: ({ tenant, drive }) => drives.make(tenant, BY, drive).then(() => ({})),
    put: async ({ tenant, drive, path, length, seed }) => {
      const found = await drives.find(tenant, drive);
      const content = await found.store(streamed(contentOf(length, seed)));
      await found.put(BY, path, content, SAID);
      return { sha256: Buffer.from(content.sha256).toString('hex') };
    },
    read: async ({ tenant, drive, path }) => {
      const found = await drives.find(tenant, drive);
      const newest = found.newest(path);
      if (newest === null) return { sha256: null };
      const sha256 = createHash('sha256');
      for await (const some of found.read((await found.open(newest)).content)) sha256.update(some);
      return { sha256: sha256.digest('hex') };
    },
    lie: async () => {
      const { chunks } = drives;
      const get = chunks.get.bind(chunks);
      chunks.get = async (address, tenant) => {
        const block = await get(address, tenant);
        if (block === null || tenant === undefined) return block;
        const altered = Buffer.from(block);
        altered[altered.length - 1] ^= 1;
        return altered;
      };
      return {};
    },
  };
}

if (isMainThread) {
  const { Drives } = await import(
    pathToFileURL(join(process.env.PRODUCT_ROOT, 'dist', 'files', 'drives.js')).href
  );
  const open = Drives.open.bind(Drives);
  Drives.open = async (options) => {
    const drives = await open(options);
    const act = actions(drives);
    const server = createServer(async (request, response) => {
      let text = '';
      for await (const some of request) text += some;
      const { action, ...rest } = JSON.parse(text);
      const answer = await act[action](rest).catch((error) => ({
        code: error.code ?? 'none',
        message: String(error.message),
      }));
      response.end(JSON.stringify(answer));
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      process.stdout.write(`${JSON.stringify({ event: 'controlled', port })}\n`);
    });
    server.unref();
    return drives;
  };
}
