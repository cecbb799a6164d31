// Makes the verifier as one page: `npm run build:verify-page [-- OUTFILE]`, by default dist/verify.html.
// It must work from a stick: script and style are inline and named by their digests in the page's policy,
// which allows nothing else. The same sources give the same bytes, on every machine.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleForBrowser } from './browser-bundle.mjs';
import { inline, put, refuseOutside } from './inline-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = resolve(root, process.argv[2] ?? 'dist/verify.html');
const source = (path) => readFileSync(resolve(root, path), 'utf8');

const { version } = JSON.parse(source('package.json'));
const bundle = await bundleForBrowser('web/verify/main.ts', {
  format: 'iife',
  version,
});
const script = inline('script', bundle.script);
const style = inline('style', source('web/shared/style.css') + source('web/verify/style.css'));
const policy = [
  "default-src 'none'",
  `script-src ${script.source}`,
  `style-src ${style.source}`,
  "base-uri 'none'",
  "form-action 'none'",
  // No text of a file can become markup, even by a mistake of ours.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const notices = [
  `Chirograph evidence verifier ${version}. Apache-2.0. It holds parts of these packages:`,
  ...bundle.packages.map((name) => `${name}\n\n${source(`node_modules/${name}/LICENSE`).trim()}`),
].join('\n\n');
if (notices.includes('--')) throw new Error('a notice would end its comment');

const template = source('web/verify/page.html');
refuseOutside(template + style.html);
const page = put(template, {
  'content="policy"': `content="${policy}"`,
  '<!-- notices -->': `<!--\n${notices}\n-->`,
  '<!-- style -->': style.html,
  '<!-- script -->': script.html,
});

mkdirSync(dirname(outfile), { recursive: true });
writeFileSync(outfile, page);
const digest = createHash('sha256').update(page).digest('hex');
process.stdout.write(`${digest}  ${process.argv[2] ?? 'dist/verify.html'}\n`);
