/** The console as the build has made it. */
import { readFileSync } from 'node:fs';

/** It lies in dist/, which is beside src/ and is where this file is once it is built. @throws Error if nothing is built. */
export function builtConsolePage(): Uint8Array {
  try {
    return readFileSync(new URL('../dist/console.html', import.meta.url));
  } catch (cause) {
    throw new Error('dist/console.html cannot be read: run `npm run build`', { cause });
  }
}
