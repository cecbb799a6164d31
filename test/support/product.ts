/** Which built product a suite runs on: the project's own, or a mutant's, to show that it turns red. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Holds `bin/` and `dist/`; `test/support/run-on-mutant.ts` sets the variable. */
export const productRoot = process.env['PRODUCT_ROOT'] ?? PROJECT;

/** For `node PROGRAM serve …`. */
export const program = join(productRoot, 'bin', 'chirograph.js');
