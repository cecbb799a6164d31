/** Links between processes, which are stopped, continued and killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { productRoot } from '../../support/product.js';
import { linkKey, seedOf, TestNode } from './links-fixture.js';

const PROGRAM = fileURLToPath(new URL('../../support/link-process.mjs', import.meta.url));

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Process {
  readonly child: ChildProcess;
  readonly said: Readonly<Record<string, unknown>>[];
  readonly ended: Promise<number | null>;
}

/** One that dials `a`. */
function start(name: string, a: TestNode): Process {
  const settings = {
    peers: [{ linkKey: linkKey('a'), name: 'a', address: a.address }],
    listen: '127.0.0.1:0',
  };
  const seed = seedOf(name).toString('hex');
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify({ seed, settings })], {
    env: { PRODUCT_ROOT: productRoot },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: Process['said'] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(JSON.parse(line) as Record<string, unknown>);
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  closers.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, said, ended };
}

async function node(...peers: string[]): Promise<TestNode> {
  const made = await TestNode.open('a', {
    peers: Object.fromEntries(peers.map((name) => [name, null])),
  });
  closers.push(() => made.close());
  return made;
}

describe('links between three processes', () => {
  it('lose one that is killed at once, keep the other, and take it back', async () => {
    const a = await node('b', 'c');
    const b = start('b', a);
    const c = start('c', a);
    await eventually(() => a.isLinkedTo('b') && a.isLinkedTo('c'), 'linked', 30_000);
    b.child.kill('SIGKILL');
    await eventually(() => !a.isLinkedTo('b'), 'lost');
    expect(a.peer('b')).toMatchObject({ state: 'waiting', lastDrop: 'broken' });
    a.say('c', 'hello');
    await eventually(() => a.heard.includes('c: hello too'), 'answered');
    start('b', a);
    await eventually(() => a.isLinkedTo('b'), 'linked again', 30_000);
    expect(a.peer('b').reconnects).toBe(1);
    // One that is told to stop says goodbye, and ends by itself.
    c.child.kill('SIGTERM');
    expect(await c.ended).toBe(0);
    expect(c.said.at(-1)).toEqual({ event: 'stopped' });
    await eventually(() => !a.isLinkedTo('c'), 'gone');
  });

  it('drop one that is stopped, and link again by its own dialling when it goes on', async () => {
    const a = await node('b');
    const { child, said } = start('b', a);
    await eventually(() => a.isLinkedTo('b'), 'linked', 30_000);
    await eventually(() => a.peer('b').rttMillis !== null, 'measured');
    child.kill('SIGSTOP');
    // What was on its way may still come; then nothing does.
    for (let look = 0; look < 8 && a.isLinkedTo('b'); look++) a.timers.advance(3_000);
    expect(a.peer('b').lastDrop).toBe('idle');
    child.kill('SIGCONT');
    await eventually(() => a.isLinkedTo('b'), 'linked again', 30_000);
    const ups = (): number => said.filter(({ event }) => event === 'link up').length;
    await eventually(() => ups() >= 2, 'it says so');
    a.say('b', 'again');
    await eventually(() => a.heard.includes('b: again too'), 'answered');
  });
});
