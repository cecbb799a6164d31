// `npm run bench [-- --help]`: builds the product and the benchmarks, and runs them. The
// node that is measured is the built one, in a process of its own; so is the load on it.
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
/** What the benchmarks take from the product is the built one, as it lies beside them. */
const builtProduct = {
  name: 'built product',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.\/src\// }, ({ path }) => ({
      path: path.replace('/src/', '/'),
      external: true,
    })),
};
await build({
  entryPoints: [
    'bench/main.ts',
    'bench/views.ts',
    'bench/load.ts',
    'bench/signature-worker.ts',
    'bench/epoch-process.ts',
  ],
  outdir: 'dist/bench',
  bundle: true,
  packages: 'external',
  plugins: [builtProduct],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
});
// In this process, so that whoever interrupts it interrupts the benchmark.
await import(process.argv.includes('--views') ? '../dist/bench/views.js' : '../dist/bench/main.js');
