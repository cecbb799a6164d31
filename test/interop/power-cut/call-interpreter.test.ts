/** From strace's lines to events: order above all, since all that the harness proves hangs on it. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { acknowledgementsMatching } from './acknowledgements.js';
import { CallInterpreter } from './call-interpreter.js';
import { type CallStep, readCalls } from './strace-calls.js';
import { TraceBuilder } from './trace-builder.js';
import type { Trace } from './trace.js';

const hex = (text: string): string =>
  `"${[...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}"`;

const OPENED = `7 openat(AT_FDCWD, ${hex('/data/log')}, O_WRONLY|O_CREAT|O_CLOEXEC, 0666) = 3
7 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 4`;

async function* once(text: string, pieces: readonly number[] = []): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  let start = 0;
  for (const end of [
    ...pieces.map((at) => at % bytes.length).sort((a, b) => a - b),
    bytes.length,
  ]) {
    yield await Promise.resolve(bytes.subarray(start, end));
    start = end;
  }
}

async function steps(text: string, pieces?: readonly number[]): Promise<CallStep[]> {
  const found: CallStep[] = [];
  for await (const step of readCalls(once(text, pieces))) found.push(step);
  return found;
}

async function traceOf(...lines: readonly string[]): Promise<Trace> {
  const builder = new TraceBuilder(['/data'], acknowledgementsMatching(/ack (\w+)/));
  builder.create('/data', 'directory', 0o755);
  builder.begin();
  const interpreter = new CallInterpreter(builder, { directory: '/', umask: 0o022 });
  for (const step of await steps([OPENED, ...lines, ''].join('\n'))) interpreter.take(step);
  interpreter.finish();
  return builder.finish();
}

/** What happened after the file had been made. */
async function events(...lines: readonly string[]): Promise<unknown[]> {
  return (await traceOf(...lines)).events.slice(1);
}

const write = (text: string, offset: number): object => ({
  kind: 'write',
  inode: 2,
  offset,
  data: Buffer.from(text),
});
const send = (...acknowledged: string[]): object => ({ kind: 'send', connection: 3, acknowledged });
const syncBegin = { kind: 'sync-begin', sync: 0, inode: 2, dataOnly: true };
const syncEnd = { kind: 'sync-end', sync: 0 };

describe('the order of events', () => {
  it('dates what is sent to the beginning of its call and a sync to its end', async () => {
    expect(
      await events(
        `7 write(3, ${hex('row')}, 3) = 3`,
        '7 clone3({flags=CLONE_VM|CLONE_FILES} => {parent_tid=[9]}, 88) = 9',
        '9 fdatasync(3 <unfinished ...>',
        `7 write(4, ${hex('ack a')}, 5 <unfinished ...>`,
        '9 <... fdatasync resumed>)           = 0',
        '7 <... write resumed>)               = 5',
      ),
    ).toEqual([write('row', 0), syncBegin, send('a'), syncEnd]);
  });

  it('dates a write to its end, so that a sync begun before does not cover it', async () => {
    expect(
      await events(
        '7 clone(flags=CLONE_VM|CLONE_FILES|CLONE_THREAD <unfinished ...>',
        '9 fdatasync(3 <unfinished ...>',
        '7 <... clone resumed>)               = 9',
        `7 write(3, ${hex('row')}, 3)         = 3`,
        '9 <... fdatasync resumed>)           = 0',
      ),
    ).toEqual([syncBegin, write('row', 0), syncEnd]);
  });

  it('has no end for a sync that failed or was never seen to end', async () => {
    expect(
      await events(
        '7 fdatasync(3) = -1 EIO (Input/output error)',
        '7 fdatasync(3 <unfinished ...>',
      ),
    ).toEqual([syncBegin, { ...syncBegin, sync: 1 }]);
  });

  it('counts only the bytes that a call took', async () => {
    expect(
      await events(
        `7 write(3, ${hex('abcdef')}, 6) = 4`,
        `7 write(3, ${hex('ef')}, 2) = 2`,
        `7 writev(4, [{iov_base=${hex('ack')}, iov_len=3}, {iov_base=${hex(' one')}, iov_len=4}], 2) = 3`,
        `7 write(4, ${hex(' one')}, 4) = -1 EAGAIN (Resource temporarily unavailable)`,
        `7 sendto(4, ${hex(' one')}, 4, 0, NULL, 0) = 4`,
      ),
    ).toEqual([write('abcd', 0), write('ef', 4), send(), send(), send('one')]);
  });

  it('takes what was being sent when the program was killed for sent, and what was written for unknown', async () => {
    const trace = await traceOf(
      `7 write(3, ${hex('row')}, 3 <unfinished ...>) = ?`,
      `7 write(4, ${hex('ack a')}, 5 <unfinished ...>`,
    );
    expect(trace.events.slice(1)).toEqual([send('a')]);
    expect([...trace.uncertainInodes]).toEqual([2]);
  });
});

describe('descriptors', () => {
  it.each([
    ['dup', '7 dup(3) = 6'],
    ['dup3', '7 dup3(3, 6, O_CLOEXEC) = 6'],
    ['fcntl', '7 fcntl(3, F_DUPFD_CLOEXEC, 5) = 6'],
  ])('%s shares the position', async (_, line) => {
    expect(
      await events(`7 write(3, ${hex('a')}, 1) = 1`, line, `7 write(6, ${hex('b')}, 1) = 1`),
    ).toEqual([write('a', 0), write('b', 1)]);
  });

  it('follow lseek', async () => {
    expect(await events('7 lseek(3, 10, SEEK_SET) = 10', `7 write(3, ${hex('a')}, 1) = 1`)).toEqual(
      [write('a', 10)],
    );
  });

  it('are forgotten when close begins, since another thread may be given the number', async () => {
    expect(
      await events(
        '7 close(3 <unfinished ...>',
        '7 <... close resumed>) = 0',
        `7 write(3, ${hex('to something else')}, 17) = 17`,
      ),
    ).toEqual([]);
  });

  it('of a forked process are its own', async () => {
    expect(
      await events(
        '7 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 9',
        '9 close(3) = 0',
        `9 write(3, ${hex('lost')}, 4) = -1 EBADF (Bad file descriptor)`,
        `7 write(3, ${hex('kept')}, 4) = 4`,
      ),
    ).toEqual([write('kept', 0)]);
  });
});

describe('a log', () => {
  it.each([
    [
      'a string that strace cut short',
      `7 write(3, ${hex('row')}..., 5000) = 5000`,
      /cut a string short/,
    ],
    ['an end without a beginning', '7 <... write resumed>) = 3', /has not begun/],
    ['a thread from nowhere', '9 fdatasync(3) = 0', /nobody began/],
    ['a file from nowhere', `7 open(${hex('/data/x')}, O_RDONLY) = 6`, /came to be unseen/],
    [
      'writing through a mapping',
      '7 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x7f0000000000',
      /mmap is not modelled/,
    ],
    ['a symbolic link', `7 symlink(${hex('/etc')}, ${hex('/data/x')}) = 0`, /symbolic links/],
    [
      'a rename from elsewhere',
      `7 rename(${hex('/tmp/x')}, ${hex('/data/x')}) = 0`,
      /into or out of/,
    ],
  ])('with %s is refused', async (_, line, problem) => {
    await expect(traceOf(line)).rejects.toThrow(problem);
  });

  it('reads the same in whatever pieces it comes', async () => {
    const text = [
      OPENED,
      '7 +++ exited with 0 +++',
      `7 write(3, ${hex('a "b" \n(c, <unfinished ...>')}, 3 <unfinished ...>`,
      '8 --- SIGCHLD {si_signo=SIGCHLD} ---',
      '7 <... write resumed>) = 3',
      '7 accept4(5, NULL, NULL, SOCK_CLOEXEC) = ? ERESTARTSYS (To be restarted)',
      '',
    ].join('\n');
    const whole = await steps(text);
    expect(whole).toHaveLength(8);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), async (pieces) => {
        expect(await steps(text, pieces)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });
});
