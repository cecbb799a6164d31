// `npm run bench [-- --quick | --views] [-- --json]`: builds the product and the benchmarks, and runs them. The
// node that is measured is the built one, in a process of its own; so is the load on it.
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
await build({
  entryPoints: ['bench/main.ts', 'bench/views.ts', 'bench/load.ts'],
  outdir: 'dist/bench',
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
});
const program = process.argv.includes('--views') ? 'dist/bench/views.js' : 'dist/bench/main.js';
const run = spawnSync(process.execPath, [program, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
