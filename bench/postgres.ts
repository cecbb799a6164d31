/**
 * PostgreSQL with a bitemporal table of the same records, asked the same questions: a server of its own on a
 * scratch directory and a unix socket, driven by `psql`. What it does not do is sign, seal or prove.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { HISTORY_THINGS, HISTORY_TYPE, historyRecord } from './record-lines.js';
import type { Scratch } from './scratch.js';
import { timesOf } from './view-times.js';
import type { PostgresFigures } from './views-result.js';

export interface Question {
  readonly subject: string;
  readonly size: number;
  readonly validAt: number;
}

const SCHEMA = `
create table history (
  seq bigint primary key,
  subject text not null,
  type text not null,
  key text not null,
  recorded int8range not null,
  valid tstzrange not null,
  payload jsonb not null
);`;
const INDEXES = `
create index on history (subject, lower(recorded));
analyze history;`;
const DONE = 'that-was-all';

/** Null where it is not installed. */
export async function measurePostgres(
  { directory, interrupted }: Scratch,
  { records, subjects }: { readonly records: number; readonly subjects: number },
  questions: readonly Question[],
): Promise<PostgresFigures | null> {
  const bin = binDirectory();
  if (bin === null) return null;
  const scratch = await mkdtemp(join(directory, 'pg-'));
  await chmod(directory, 0o755);
  const server = new Server(bin, scratch);
  try {
    server.start();
    const session = new Session(server, interrupted);
    await session.run(SCHEMA);
    const started = performance.now();
    await session.copy(records, subjects);
    await session.run(INDEXES);
    const millis = performance.now() - started;
    const asOf: number[] = [];
    const validAt: number[] = [];
    for (const question of questions) {
      interrupted.throwIfAborted();
      asOf.push(await session.timed(asOfQuery(question)));
      validAt.push(await session.timed(validAtQuery(question)));
    }
    const [version = ''] = await session.run('show server_version;');
    await session.end();
    const copiedPerSecond = (records * 1000) / millis;
    return { version, copiedPerSecond, asOf: timesOf(asOf), validAt: timesOf(validAt) };
  } finally {
    server.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

function asOfQuery({ subject, size }: Question): string {
  return (
    `select type, key, recorded, valid, payload from history ` +
    `where subject = '${subject}' and recorded @> ${size - 1}::int8 order by seq;`
  );
}

function validAtQuery({ subject, size, validAt }: Question): string {
  const at = new Date(validAt).toISOString();
  return (
    `select distinct on (type, key) type, key, recorded, valid, payload from history ` +
    `where subject = '${subject}' and lower(recorded) < ${size} and valid @> '${at}'::timestamptz ` +
    `order by type, key, lower(valid) desc, seq desc;`
  );
}

/** As Debian lays it out; the programs that start a server are not in the path there. */
function binDirectory(): string | null {
  const found = spawnSync('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin | tail -1'], {
    encoding: 'utf8',
  });
  const directory = found.stdout.trim();
  return directory === '' ? null : directory;
}

/** Its server refuses to run for root, who runs it as the user that Debian made for it. */
class Server {
  readonly socket: string;
  readonly #bin: string;

  constructor(bin: string, socket: string) {
    this.#bin = bin;
    this.socket = socket;
  }

  start(): void {
    if (isRoot) spawnSync('chown', ['postgres', this.socket]);
    const data = join(this.socket, 'data');
    this.#call('initdb', ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--locale=C']);
    const options = `-k ${this.socket} -c listen_addresses= -c shared_buffers=1GB -c max_wal_size=4GB`;
    this.#call('pg_ctl', [
      '-D',
      data,
      '-l',
      join(this.socket, 'log'),
      '-w',
      '-o',
      options,
      'start',
    ]);
  }

  stop(): void {
    const data = join(this.socket, 'data');
    const [program, argv] = this.command('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
    spawnSync(program, argv);
  }

  command(name: string, argv: readonly string[]): [string, string[]] {
    const program = join(this.#bin, name);
    return isRoot ? ['runuser', ['-u', 'postgres', '--', program, ...argv]] : [program, [...argv]];
  }

  #call(name: string, argv: readonly string[]): void {
    const [program, rest] = this.command(name, argv);
    const { status, stderr } = spawnSync(program, rest, {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd: '/',
    });
    if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
  }
}

const isRoot = process.getuid?.() === 0;

/** One connection, held open, so that a question costs a round trip and no start of a program. */
class Session {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #interrupted: AbortSignal;

  constructor(server: Server, interrupted: AbortSignal) {
    const argv = ['-h', server.socket, '-U', 'bench', '-qAtX', '-v', 'ON_ERROR_STOP=1', 'postgres'];
    const [program, rest] = server.command('psql', argv);
    this.#interrupted = interrupted;
    this.#child = spawn(program, rest, { cwd: '/', signal: interrupted, killSignal: 'SIGKILL' });
    // Of being killed when all is interrupted: its output then ends, or takes no more.
    for (const part of [this.#child, this.#child.stdin]) part.on('error', () => undefined);
    this.#child.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async run(sql: string): Promise<string[]> {
    this.#child.stdin.write(`${sql}\n\\echo ${DONE}\n`);
    const lines: string[] = [];
    for (;;) {
      const next = await this.#lines.next();
      if (next.done === true) throw new Error('psql ended');
      if (next.value === DONE) return lines;
      lines.push(next.value);
    }
  }

  async timed(sql: string): Promise<number> {
    const started = performance.now();
    const rows = await this.run(sql);
    if (rows.length === 0 && sql.includes('recorded @>'))
      throw new Error('a question without rows');
    return performance.now() - started;
  }

  async copy(records: number, subjects: number): Promise<void> {
    const { stdin } = this.#child;
    const signal = this.#interrupted;
    stdin.write('copy history from stdin;\n');
    for (let n = 0; n < records; n++) {
      const { subject, key, validFrom, payload } = historyRecord(n, subjects);
      const later = n + HISTORY_THINGS * subjects;
      const recorded = `[${n},${later < records ? later : ''})`;
      const valid = `[${new Date(validFrom).toISOString()},)`;
      const row = [n, subject, HISTORY_TYPE, key, recorded, valid, JSON.stringify(payload)];
      if (!stdin.write(`${row.join('\t')}\n`)) await once(stdin, 'drain', { signal });
    }
    stdin.write('\\.\n');
  }

  async end(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.stdin.end('\\q\n');
    await gone;
  }
}
