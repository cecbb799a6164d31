/** The program's version, from the one place that states it. */
import { readFileSync } from 'node:fs';

/** package.json lies one level above this file, in src/ as in dist/. */
export function programVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  throw new Error('package.json states no version');
}
