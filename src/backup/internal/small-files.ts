/** The small files of a data directory, as they are at one moment (docs/formats/backup.md, "A backup"). */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { systemErrorCode } from '../../base/system-error.js';
import { BackupError } from '../backup-error.js';

/** Made again, kept otherwise (content of files too), fetched again from other nodes, evidence of old damage, or the operator's own. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...['state', 'views', 'epoch-index', 'augmentation.json'],
  ...['journal', 'logs', 'vault', 'catalog'],
  ...['replicas', 'kept', 'files'],
  ...['damaged', 'restore', 'restore.tmp'],
  'chirograph.config.json',
]);
const ATTEMPTS = 10;

/**
 * By path, with `/`. The catalog is not among them: it must be of the same moment as the heads.
 * @throws BackupError BACKUP_RUNNING if they change again and again.
 */
export async function readSmallFiles(dataDirectory: string): Promise<Map<string, Uint8Array>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const before = await listing(dataDirectory);
      const files = new Map<string, Uint8Array>();
      for (const path of before.paths) files.set(path, await readFile(join(dataDirectory, path)));
      if ((await listing(dataDirectory)).text === before.text) return files;
    } catch (cause) {
      // Renamed into place, or removed, meanwhile.
      if (systemErrorCode(cause) !== 'ENOENT') throw cause;
    }
  }
  throw new BackupError(
    'BACKUP_RUNNING',
    'small files of the data directory changed again and again while they were read: try again',
  );
}

async function listing(root: string): Promise<{ paths: string[]; text: string }> {
  const paths: string[] = [];
  const lines: string[] = [];
  const walk = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      const place = relative(root, path).split(sep).join('/');
      if (LEFT_OUT.has(place) || entry.name.endsWith('.tmp')) continue;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) {
        const { size, mtimeMs, ino } = await stat(path);
        paths.push(place);
        lines.push(`${place} ${ino} ${size} ${mtimeMs}`);
      }
    }
  };
  await walk(root);
  return { paths: paths.sort(), text: lines.sort().join('\n') };
}
