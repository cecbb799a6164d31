// Adds to package-lock.json the optional packages of other platforms that a registry did not offer when
// the lockfile was written: without their entries `npm ci` refuses the lockfile. They are never installed
// here (their `os` and `cpu` say so). Run it after every change of dependencies.
import { readFileSync, writeFileSync } from 'node:fs';

const OS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const CPU = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'wasm32',
  'x64',
];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const { packages } = lock;

/** Where Node would find `name` from the package at `path`. */
function isThere(path, name) {
  for (let from = path; ; from = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')))) {
    if (packages[`${from === '' ? '' : `${from}/`}node_modules/${name}`] !== undefined) return true;
    if (!from.includes('/node_modules/')) return packages[`node_modules/${name}`] !== undefined;
  }
}

for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages))
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isThere(path, name)) continue;
    const words = name.split(/[-/]/);
    const os = OS.filter((one) => words.includes(one));
    const cpu = CPU.filter(
      (one) => words.includes(one) || words.some((word) => word === `${one}v7`),
    );
    packages[`node_modules/${name}`] = {
      version: version.replace(/^[\^~]/, ''),
      ...(cpu.length > 0 && { cpu }),
      ...(dev === true && { dev }),
      optional: true,
      ...(os.length > 0 && { os }),
    };
    process.stdout.write(`added ${name}@${version}\n`);
  }

const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync('package-lock.json', `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`);
