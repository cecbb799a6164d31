// Makes the console: one page with its script and style in line, dist/console.html, which the node serves
// under a policy that names both by their digests. No package is in it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { inline, put, refuseOutside } from './inline-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = (path) => readFileSync(resolve(root, path), 'utf8');

export async function buildConsolePage(outfile) {
  const { version } = JSON.parse(source('package.json'));
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['web/console/main.ts'],
    outfile: 'out.js',
    write: false,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    define: { CHIROGRAPH_VERSION: JSON.stringify(version) },
    metafile: true,
    logLevel: 'warning',
  });
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.map(({ path }) => path),
  );
  const packages = Object.keys(metafile.inputs).filter((path) => path.includes('node_modules'));
  const foreign = [...outside, ...packages];
  if (foreign.length > 0)
    throw new Error(`the console must stand alone, but needs ${foreign.join(', ')}`);
  const style = source('web/shared/style.css') + source('web/console/style.css');
  const template = source('web/console/page.html');
  refuseOutside(template + style);
  const page = put(template, {
    '<!-- style -->': inline('style', style).html,
    '<!-- script -->': inline('script', outputFiles[0].text).html,
  });
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, page);
}
