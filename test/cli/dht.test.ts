/** `chirograph dht` as processes: four of them, and two nodes that find each other through them. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemTimers } from '../../src/replication/links/timers.js';
import { linked, TestNode } from '../replication/links/links-fixture.js';
import { freeUdpPort } from '../support/local-dht.js';
import { runCli } from './support/run-cli.js';
import { RunningNode } from './support/running-node.js';

const running: RunningNode[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.signal('SIGKILL');
    await one.ended();
  }
});

function dht(...argv: string[]): RunningNode {
  const node = new RunningNode(['dht', ...argv]);
  running.push(node);
  return node;
}

describe('chirograph dht', () => {
  it('links two nodes by key alone, four of it, and stops when it is told to', async () => {
    const first = `127.0.0.1:${await freeUdpPort()}`;
    const begun = dht('--port', first.slice(10));
    const { address, nodes: known } = await begun.until('listening');
    const nodes = [begun];
    expect([address, known]).toEqual([first, 0]);
    for (let more = 0; more < 3; more++) nodes.push(dht('--port', '0', '--bootstrap', first));
    const lines = await Promise.all(nodes.map((one) => one.until('listening')));
    for (const line of lines.slice(1)) expect(line['nodes']).toBeGreaterThan(0);

    const shared = { bootstrap: [first], timers: systemTimers };
    const a = await TestNode.open('a', { ...shared, peers: { b: null } });
    const b = await TestNode.open('b', { ...shared, peers: { a: null } });
    try {
      await linked(a, b);
      expect(a.peer('b').via).toBe('dht');
    } finally {
      await Promise.all([a.close(), b.close()]);
    }

    for (const [at, one] of nodes.entries()) one.signal(at % 2 === 0 ? 'SIGTERM' : 'SIGINT');
    for (const one of nodes) {
      expect(await one.ended()).toBe(0);
      expect(one.log.slice(-2).map(({ event }) => event)).toEqual(['stopping', 'stopped']);
      expect(one.stderr).toBe('');
    }
  });

  it('says that nobody answers, and goes on', async () => {
    const alone = dht('--port', '0', '--bootstrap', `127.0.0.1:${await freeUdpPort()}`);
    await alone.until('no other node answers');
    alone.signal('SIGTERM');
    expect(await alone.ended()).toBe(0);
  });

  it('refuses what it cannot run on, in one line', async () => {
    const port = String(await freeUdpPort());
    const taken = dht('--port', port);
    await taken.until('listening');
    for (const [argv, said] of [
      [['--port', port], 'EADDRINUSE'],
      [['--port', '0'], 'port of its own'],
      [['--port', 'x'], '--port must be a number'],
      [['--port', port, '--host', '0.0.0.0'], 'by which the others reach it'],
      [['--host', '::1'], 'must be IPv4'],
      [['--host', '192.0.2.1'], 'UDP 192.0.2.1:49737'],
      [['--bootstrap', 'nowhere'], 'host:port'],
      [['--log-level', 'loud'], '--log-level'],
    ] as const) {
      const { code, stdout, stderr } = await runCli(['dht', ...argv]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(said);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  it('says in its help how many are needed, and what is untried', async () => {
    const { stdout } = await runCli(['dht', '--help']);
    expect(stdout).toContain('has four of them or more');
    expect(stdout).toContain('Untried');
  });
});
