// The drives of one tenant in a process that is to be killed: requests on standard input, a line of JSON each, answers on
// standard output. `node drives-process.mjs ROOT`; runs on dist/ of PRODUCT_ROOT.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [root] = process.argv.slice(2);
const built = (file) => import(pathToFileURL(join(process.env.PRODUCT_ROOT, 'dist', file)).href);
const { RandomPool } = await built('base/random.js');
const { Drives } = await built('files/drives.js');
const { parseFilePath } = await built('files/file-path.js');
const { DirectoryKeyStore } = await built('keys/directory-key-store.js');
const { tenantKeys } = await built('keys/tenant-keys.js');
const { unobserved } = await built('ledger/commit-observer.js');
const { LedgerStore } = await built('ledger/ledger-store.js');
const { NO_MARKS } = await built('queries/receipt.js');

const BY = { author: 'key:anna' };
const PLAIN = { mediaType: 'application/octet-stream' };
const dataDirectory = join(root, 'data');
mkdirSync(dataDirectory, { recursive: true });
const random = new RandomPool();
const clock = { now: () => Date.now() };
const keyStore = await DirectoryKeyStore.open({
  directory: join(root, 'data.keys'),
  dataDirectory,
  random,
});
const onFailure = (error) => {
  throw error;
};
const store = await LedgerStore.open({
  ...{ dataDirectory, keyStore, clock, random, observer: unobserved, onFailure },
  // Often a new journal, so that kills come between the steps of that too.
  segmentBytes: 24 * 1024,
});
store.allowWrites();
await store.completeLedgers();
const tenant =
  store.tenantNamed('default') ?? (await store.createTenant('default', 'kill.example'));
const keys = tenantKeys(await keyStore.tenantRoot(tenant.handle));
const drives = await Drives.open({
  ...{ store, random, directory: join(dataDirectory, 'files') },
  appending: {
    ...{ store, clock, random, marksOf: () => NO_MARKS },
    idempotencyKey: () => keys.idempotency,
  },
  filesKey: () => keys.files,
  createLedger: (_, name) => store.createLedger(tenant, name),
  typeClassesOf: () => ({}),
});
const drive = await drives
  .find('default', 'passports')
  .catch(() => drives.make('default', BY, 'passports', { versioning: 'on' }));

async function* piecesOf(bytes) {
  for (let at = 0; at < bytes.length; at += 16_384) yield bytes.subarray(at, at + 16_384);
}

const acts = {
  put: async ({ path, bytes }) => {
    const content = await drive.store(piecesOf(Buffer.from(bytes, 'base64')));
    await drive.put(BY, parseFilePath(path), content, PLAIN);
  },
  begin: async ({ path }) => (await drive.uploads.begin(BY, parseFilePath(path), PLAIN)).id,
  part: async ({ upload, number, bytes }) => {
    const content = await drive.store(piecesOf(Buffer.from(bytes, 'base64')));
    await drive.uploads.addPart(upload, number, content);
  },
  complete: async ({ upload, numbers }) => {
    const parts = numbers.map((number) => ({ number }));
    await drive.uploads.complete(BY, upload, parts);
  },
  delete: async ({ path }) => void (await drive.delete(BY, parseFilePath(path))),
};

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
say({ id: 0 });
for await (const line of createInterface({ input: process.stdin })) {
  const { id, act, ...request } = JSON.parse(line);
  acts[act](request).then(
    (answer) => say({ id, answer: answer ?? null }),
    (error) => say({ id, error: error.code ?? String(error) }),
  );
}
