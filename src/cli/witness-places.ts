/** Where the keys of a witness lie: beside its data, unless it is said. */
import { resolve } from 'node:path';

export function keyDirectoryOf(dataDirectory: string, keys: string | undefined): string {
  return resolve(keys ?? `${resolve(dataDirectory)}.keys`);
}
