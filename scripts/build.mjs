// Turns src/**/*.ts into dist/**/*.js, file by file, and web/console into the page that the node serves.
// Types are checked by `npm run types`, not here.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { buildConsolePage } from './build-console-page.mjs';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/**/*.ts'],
  outdir: 'dist',
  outbase: 'src',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
});
await buildConsolePage('dist/console.html');
