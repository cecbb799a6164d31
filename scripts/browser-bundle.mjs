// Bundles TypeScript that was written for Node for a browser: `node:crypto`, `node:zlib` and `Buffer` are replaced by
// our own stand-ins in web/verify/node. The same for the page and for the tests that compare the two.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Nothing else may be left outside, or come in from a package. */
const PACKAGES = ['@noble/curves', '@noble/hashes', 'pako'];

/** @returns the script, and which packages are in it. Throws if anything of Node's is left. */
export async function bundleForBrowser(entryPoint, { format, version }) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    outfile: 'out.js',
    write: false,
    bundle: true,
    format,
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    // Where node_modules is a link, the bytes must not tell where it leads.
    preserveSymlinks: true,
    alias: {
      'node:crypto': './web/verify/node/crypto.ts',
      'node:zlib': './web/verify/node/zlib.ts',
    },
    inject: ['web/verify/node/buffer.ts'],
    define: { CHIROGRAPH_VERSION: JSON.stringify(version) },
    metafile: true,
    logLevel: 'warning',
  });
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.map(({ path }) => path),
  );
  const packages = [...new Set(Object.keys(metafile.inputs).flatMap(packageOf))].sort();
  const foreign = [...outside, ...packages.filter((name) => !PACKAGES.includes(name))];
  if (foreign.length > 0)
    throw new Error(`the page must stand alone, but needs ${foreign.join(', ')}`);
  return { script: outputFiles[0].text, packages };
}

function packageOf(path) {
  const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return name === undefined ? [] : [name];
}
