// Makes the single-file verifier: `npm run build:verifier [-- OUTFILE]`, by default dist/verify.mjs.
// It must run where nothing but Node is, so the build fails if anything but these modules is left outside.
import { chmodSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ALLOWED = new Set(['node:crypto', 'node:fs', 'node:util', 'node:zlib']);
/** Bundled, so that nothing is needed: BLAKE2b of 32 bytes, by which Hypercores are proved, is not in Node 20. */
const BUNDLED = /^node_modules\/@noble\/hashes\//;
const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = resolve(root, process.argv[2] ?? 'dist/verify.mjs');
/** What its licence asks of copies. */
const notice = readFileSync(resolve(root, 'node_modules/@noble/hashes/LICENSE'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => `// ${line}`.trimEnd())
  .join('\n')
  .replace('// ', '// With parts of @noble/hashes: ');
const { version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/evidence-verifier.ts'],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  charset: 'utf8',
  legalComments: 'none',
  banner: {
    js: `#!/usr/bin/env node\n// Chirograph evidence verifier ${version}. Apache-2.0.\n${notice}`,
  },
  define: { CHIROGRAPH_VERSION: JSON.stringify(version) },
  metafile: true,
  logLevel: 'warning',
});

const outside = Object.values(metafile.outputs).flatMap(({ imports }) =>
  imports.map(({ path }) => path),
);
const foreign = outside.filter((path) => !ALLOWED.has(path));
const packages = Object.keys(metafile.inputs).filter(
  (path) => path.includes('node_modules') && !BUNDLED.test(path),
);
if (foreign.length > 0 || packages.length > 0)
  throw new Error(
    `the verifier must stand alone, but needs ${[...foreign, ...packages].join(', ')}`,
  );
chmodSync(outfile, 0o755);
