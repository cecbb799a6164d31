/** What files rest on, taken away piece by piece: a suite of this folder, or of backups, must notice. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const DRIVES = 'test/files/drives.test.ts';
const POWER = 'test/files/power-cut.test.ts';
const DISK = 'test/files/file-faults.test.ts';
const VERIFY = 'test/files/verify.test.ts';
const FORGOTTEN = 'test/files/forgotten.test.ts';
const BACKUPS = 'test/backup/files-in-backups.test.ts';

export const FILE_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'an entry comes before its chunks are synced',
    file: 'files/drive.js',
    find: 'await this.#parts.chunks.sync();',
    replace: '',
    suite: POWER,
    cases: 81,
  },
  {
    name: 'a part is acknowledged before its chunks are synced',
    file: 'files/uploads.js',
    find: 'await chunks.sync();',
    replace: '',
    suite: POWER,
    cases: 81,
  },
  {
    name: 'what is there already is not looked at',
    file: 'files/chunks/chunk-store.js',
    find: 'if (stored === null || !equalBytes(stored, chunk.block()))',
    replace: 'if ((there[n] ?? null) === null)',
    suite: POWER,
    cases: 81,
  },
  {
    name: 'the book of uploads stays open where its disk fails',
    file: 'files/upload-book.js',
    find: 'await this.#rows.close();',
    replace: 'if (false) await this.#rows.close();',
    suite: DISK,
    cases: 60,
  },
  {
    name: 'an index that is behind is not filled up',
    file: 'files/chunks/chunk-store.js',
    find: 'for (const record of book.all()) await store.#catchUp(record);',
    replace: '',
    suite: POWER,
    cases: 81,
  },
  {
    name: 'a locked version is taken out',
    file: 'files/drive.js',
    find: 'checkRemovable(version, this.#now(), bypass);',
    replace: '',
    suite: DRIVES,
    tests: 'locks versions',
  },
  {
    name: 'references are put together in the wrong order',
    file: 'files/chunks/content-writer.js',
    find: 'this.#levels.toReversed()',
    replace: 'this.#levels',
    suite: DRIVES,
    tests: 'gives back',
  },
  {
    name: 'a version stays that another took the place of',
    file: 'files/path-rows.js',
    find: 'if (before.isNull)',
    replace: 'if (false)',
    suite: DRIVES,
    tests: 'keeps what was',
  },
  {
    name: 'as of a size, the entry behind it counts',
    file: 'files/path-rows.js',
    find: 'this.#rows.findLast(({ order, removedAt }) => order < size &&',
    replace: 'this.#rows.findLast(({ order, removedAt }) => order <= size &&',
    suite: DRIVES,
    tests: 'keeps what was',
  },
  {
    name: 'a drive is given the chunks of another subject',
    file: 'files/chunks/chunk.js',
    find: 'function nameChunk(filesSecret, level, piece) {',
    replace: 'function nameChunk(_, level, piece) { const filesSecret = new Uint8Array(32);',
    suite: DRIVES,
    tests: 'stores what is equal once',
  },
  {
    name: 'a missing chunk is passed over',
    file: 'files/verify/verify-content.js',
    find: `found.missing++;
      continue;`,
    replace: 'continue;',
    suite: VERIFY,
    tests: 'removed from the disk',
  },
  {
    name: 'content is not compared with the digest of its entry',
    file: 'files/verify/content-check.js',
    find: 'toHex(this.#sha256.digest()) === sha256',
    replace: 'true',
    suite: VERIFY,
    tests: 'another content',
  },
  {
    name: 'what cannot be opened counts as whole',
    file: 'files/verify/verify-content.js',
    find: 'if (piece?.length === reference.size) yield piece;',
    replace: 'if (true) yield piece ?? new Uint8Array(0);',
    suite: VERIFY,
    tests: 'in the place of others',
  },
  {
    name: 'a drive remembers whoever was forgotten',
    file: 'files/drive-follower.js',
    find: 'return this.#generation === this.#vault.generation &&',
    replace: 'return',
    suite: FORGOTTEN,
    tests: 'has no files any more',
  },
  {
    name: 'content of somebody who was forgotten since is put',
    file: 'files/content-secrets.js',
    find: 'if (found === null || !equalBytes(found.rowId, secretRow)) throw stale();',
    replace: '',
    suite: FORGOTTEN,
    tests: 'has no uploads',
  },
  {
    name: 'what made a lock longer may be forgotten',
    file: 'files/path-rows.js',
    find: '[row.scope, ...row.said.map(({ scope }) => scope)]',
    replace: '[row.scope]',
    suite: FORGOTTEN,
    tests: 'are those in force',
  },
  {
    name: 'a lock is acknowledged of what is being forgotten',
    file: 'files/check-stays.js',
    find: 'vault.isGoing(rowIdOf(payload))',
    replace: 'false',
    suite: FORGOTTEN,
    tests: 'once an erasure has begun',
  },
  {
    name: 'a person with locked files may be erased',
    file: 'queries/erasure-plan.js',
    find: '(await session.locksOf(subject, at)).length > 0',
    replace: 'false',
    suite: FORGOTTEN,
    tests: 'are why nobody',
  },
  {
    name: 'backups leave out content that came since the last',
    file: 'backup/make-backup.js',
    find: 'writer.blocks(before.content.get(id)?.length ?? 0, length, read)',
    replace: 'writer.blocks(length, length, read)',
    suite: BACKUPS,
    tests: 'that were durable',
  },
  {
    name: 'content is copied before the heads that need it',
    file: 'backup/make-backup.js',
    find: 'const small = await readSmallFiles(dataDirectory);',
    replace: `const early = await parts.content();
      parts = { ...parts, content: () => Promise.resolve(early) };
      await new Promise((resolve) => setTimeout(resolve, 300));
      const small = await readSmallFiles(dataDirectory);`,
    suite: BACKUPS,
    tests: 'while content came',
  },
  {
    name: 'a copy goes on in the Hypercores of the other',
    file: 'go-on.js',
    find: 'await giveUpContent(options);',
    replace: '',
    suite: BACKUPS,
    tests: 'in other Hypercores',
  },
];
