// `npm run rehearse [-- --program FILE]`: what an institution does after a loss or a theft, with the built product in real
// processes and temporary directories. Prints each step and what is expected of it; ends with 1 at the first surprise.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { clearTimeout, setTimeout } from 'node:timers';
import { parseArgs } from 'node:util';

const HELP = `npm run rehearse [-- --program FILE]

Rehearses, on nodes made for it: a key store lost and restored, a share too many lost, a log key stolen, a backup put
in that is too old. Takes some minutes and leaves nothing behind.

  --program FILE  the program to rehearse with (default: bin/chirograph.js, as built)
  --help          this text`;

const { AbortSignal, fetch } = globalThis;
const START_MILLIS = 30_000;
const COMMAND_MILLIS = 120_000;
const STOP_MILLIS = 20_000;

const { values } = parseArgs({
  options: {
    program: { type: 'string', default: 'bin/chirograph.js' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const program = resolve(values.program);
const root = mkdtempSync(join(tmpdir(), 'chirograph-rehearsal-'));
const at = (...names) => join(root, ...names);
/** Of all nodes here: theirs are of one life. */
const key = randomBytes(32).toString('hex');
/** Nothing of whoever runs it: settings of a real node must not reach these. */
const environment = {
  PATH: process.env.PATH,
  TMPDIR: root,
  HOME: root,
  CHIROGRAPH_KEY: key,
  CHIROGRAPH_ADMIN_KEY: key,
};
const running = new Set();

class Surprise extends Error {}

let steps = 0;
function step(what, expected) {
  console.log(`${String(++steps).padStart(2)}. ${what}\n    expected: ${expected}`);
}

function expect(isSo, what, found) {
  if (!isSo) throw new Surprise(`${what}; found:\n${found.trimEnd()}`);
}

/** Runs a command to its end, whatever that is. */
function command(...argv) {
  return new Promise((done) => {
    const options = { env: environment, timeout: COMMAND_MILLIS, cwd: root };
    execFile(process.execPath, [program, ...argv], options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : (error.code ?? error.signal), stdout, stderr });
    });
  });
}

/** Runs a command that must succeed. @returns what it prints. */
async function run(...argv) {
  const { code, stdout, stderr } = await command(...argv);
  expect(
    code === 0,
    `"${argv.slice(0, 2).join(' ')}" must succeed`,
    `exit ${code}\n${stdout}${stderr}`,
  );
  return stdout;
}

/** Runs one that must be refused, and say so with these words. */
async function refused(words, ...argv) {
  const { code, stdout, stderr } = await command(...argv);
  const said = `${stdout}${stderr}`;
  expect(
    code !== 0 && said.includes(words),
    `must be refused with "${words}"`,
    `exit ${code}\n${said}`,
  );
}

/** A node that serves until `stop`. */
async function serve(name, ...settings) {
  const data = ['--data', at(name, 'data'), '--log-name', 'rehearsal.example'];
  const child = spawn(
    process.execPath,
    [program, 'serve', ...data, '--port', '0', '--epoch-interval-millis', '1000', ...settings],
    { env: environment, cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running.add(child);
  const said = [];
  child.stderr.setEncoding('utf8').on('data', (text) => said.push(text));
  const ended = once(child, 'close').finally(() => running.delete(child));
  const url = await new Promise((found) => {
    const late = setTimeout(() => found(null), START_MILLIS);
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(`${line}\n`);
      const { event, url: where } = lineOf(line);
      if (event === 'listening') found(where);
    });
    void ended.then(() => found(null)).finally(() => clearTimeout(late));
  });
  expect(typeof url === 'string', `the node ${name} must start`, said.slice(-5).join(''));
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MILLIS);
      const [code] = await ended;
      clearTimeout(late);
      expect(code === 0, `the node ${name} must stop in order`, said.slice(-5).join(''));
    },
  };
}

function lineOf(line) {
  try {
    return JSON.parse(line);
  } catch {
    // A line for people is none of those waited for.
    return {};
  }
}

async function api({ url }, path, json) {
  const response = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(json !== undefined && { method: 'POST', body: JSON.stringify(json) }),
    signal: AbortSignal.timeout(COMMAND_MILLIS),
  });
  const text = await response.text();
  expect(response.ok, `${path} must be answered`, `${response.status} ${text}`);
  return JSON.parse(text);
}

/** @returns its index. */
async function record(node, subject) {
  const json = { type: 'tradle.Residence', subject, payload: { city: 'Lisbon' } };
  return (await api(node, '/v1/ledgers/kyc/records', json)).index;
}

async function evidence({ url }, index, file) {
  await run('evidence', 'kyc', String(index), '--url', url, '--out', file);
  return file;
}

async function trust({ url }, file) {
  await run('keys', 'trust', '--url', url, '--out', file);
  return file;
}

const verify = (file, by) => ['verify', file, '--trust', by];

/** It verifies, and the log is known by what the trust file pins: newer blocks of the development chain are in none. */
async function known(file, by) {
  const said = await run(...verify(file, by));
  expect(/known by +(?!nothing)/.test(said), `${file} must be known by ${by}`, said);
}

async function ceremony() {
  step(
    'a ceremony: three officers, two shares make the recovery key',
    'three shares and a public part',
  );
  await run('keys', 'ceremony', '--threshold', '2', '--officers', '3', '--out', at('ceremony'));
  mkdirSync(at('public'));
  copyFileSync(at('ceremony', 'recovery.json'), at('public', 'recovery.json'));
}

const share = (number) => ['--share', at('ceremony', `share-${number}.json`)];

async function lostKeyStore() {
  console.log('\nThe key store is lost');
  const settings = ['--recovery-keys', at('public'), '--escrow-directory', at('escrow')];
  step('a node with records, its vault rotated', 'its evidence verifies with its trust file');
  const first = await serve('lost', ...settings);
  const { origin } = await api(first, '/v1/ledgers', { name: 'kyc' });
  const index = await record(first, 'customer-1');
  await api(first, '/v1/vault/rotation', {});
  const early = await evidence(first, index, at('early.evidence'));
  const before = await trust(first, at('before.trust.json'));
  await first.stop();
  await known(early, before);
  rmSync(at('lost', 'data.keys'), { recursive: true });

  const escrow = readdirSync(at('escrow')).flatMap((name) => ['--escrow', at('escrow', name)]);
  const restore = [
    'keys',
    'restore',
    '--data',
    at('lost', 'data'),
    '--cause',
    'a rehearsal',
    ...escrow,
  ];
  step(
    'two of three shares are lost too',
    'refused, saying how many shares are missing, and nothing is made',
  );
  await refused('2 shares make the key; 1 given', ...restore, '--handover', ...share(1));
  expect(!readdirSync(at('lost')).includes('data.keys'), 'no key store must be made', 'data.keys');

  step('restored with two shares and the escrow files', 'each ledger goes on under its own origin');
  const said = await run(...restore, '--handover', ...share(3), ...share(1));
  expect(said.includes(`${origin}\n`) && said.includes('by new keys'), 'kyc must go on', said);

  step(
    'the node starts again',
    'records open; old and new evidence verify with the trust file from before',
  );
  const again = await serve('lost', ...settings);
  const opened = await run('get', 'kyc', String(index), '--url', again.url);
  expect(opened.includes('Lisbon'), 'the record must open', opened);
  const renewed = await evidence(again, index, at('renewed.evidence'));
  const next = await evidence(again, await record(again, 'customer-2'), at('next.evidence'));
  await again.stop();
  for (const file of [early, renewed, next]) await known(file, before);
  await run('fsck', '--data', at('lost', 'data'));
}

async function stolenLogKey() {
  console.log('\nA log key is stolen');
  step('a node with a record; a thief copies its data and keys', 'the copy serves');
  // No epoch adds an entry of its own between the look at the size and the stop.
  const quiet = ['--epoch-interval-millis', '86400000'];
  const first = await serve('owner', ...quiet);
  await api(first, '/v1/ledgers', { name: 'kyc' });
  const index = await record(first, 'customer-1');
  const { size } = await api(first, '/v1/ledgers/kyc');
  const before = await trust(first, at('owner.trust.json'));
  await first.stop();
  cpSync(at('owner'), at('thief'), { recursive: true });
  const thief = await serve('thief', ...quiet);
  const forged = await evidence(thief, await record(thief, 'nobody'), at('forged.evidence'));
  await thief.stop();

  step(`the owner hands the log over at ${size} entries`, 'it goes on by another key');
  const handover = ['--ledger', 'kyc', '--last-size', String(size), '--data', at('owner', 'data')];
  await run('keys', 'handover', ...handover);
  const again = await serve('owner', ...quiet);
  const after = await trust(again, at('after.trust.json'));
  const ours = await evidence(again, index, at('ours.evidence'));
  await again.stop();

  step("the thief's evidence", 'the old trust file cannot know, and passes it');
  await known(forged, before);
  step(
    "the thief's evidence, with the trust file from after the handover",
    'refused: log-identity.ended-key',
  );
  await refused('log-identity.ended-key', ...verify(forged, after), '--json');
  step("the owner's evidence", 'verifies with both');
  for (const by of [before, after]) await known(ours, by);
}

async function oldBackup() {
  console.log('\nThe disk is lost, and the backup is older than what was shown');
  step('a node, a backup, one more record, and the data are gone', 'the backup is complete');
  mkdirSync(at('backup'));
  const settings = ['--backup-directories', at('backup')];
  const first = await serve('old', ...settings);
  const { origin } = await api(first, '/v1/ledgers', { name: 'kyc' });
  await record(first, 'customer-1');
  await run('backup', 'make', at('backup'), '--url', first.url);
  const lost = await record(first, 'customer-2');
  await first.stop();
  rmSync(at('old', 'data'), { recursive: true });

  step('restore --from the backup', `goes on as a successor, ${origin}/2, and says so`);
  const places = ['--data', at('old', 'data'), '--keys', at('old', 'data.keys')];
  const said = await run('restore', '--from', at('backup'), '--cause', 'a rehearsal', ...places);
  expect(said.includes(`goes on as ${origin}/2`), 'kyc must go on as a successor', said);
  step(
    'the node starts again',
    `the new log is empty of old entries; entry ${lost} of the old one is not there`,
  );
  const again = await serve('old', ...settings);
  const now = await api(again, '/v1/ledgers/kyc');
  expect(
    now.origin === `${origin}/2` && now.size === 1,
    'the new log must begin',
    JSON.stringify(now),
  );
  await record(again, 'customer-3');
  await again.stop();
  await run('fsck', '--data', at('old', 'data'));
}

try {
  writeFileSync(at('README'), 'A rehearsal of Chirograph; it may be removed.\n');
  await ceremony();
  await lostKeyStore();
  await stolenLogKey();
  await oldBackup();
  console.log('\nAll went as expected.');
} catch (error) {
  console.error(`\nA surprise: ${error instanceof Surprise ? error.message : error.stack}`);
  process.exitCode = 1;
} finally {
  const ends = [...running].map((child) => once(child, 'close'));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(ends);
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}
