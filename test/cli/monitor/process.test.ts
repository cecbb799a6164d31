/** The built program, as an auditor runs it: a monitor that watches, and a proof that somebody else verifies. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RECOVERY_KEY } from '../../evidence/misbehaviour/support/history.js';
import { proofOf } from '../../evidence/misbehaviour/support/proofs.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { type HostileNode, startHostileNode } from '../support/hostile-node.js';
import { runProgram } from '../support/program.js';
import { runCli } from '../support/run-cli.js';
import { type Serving, startServing } from '../support/serving.js';

let directory: string;
let node: Serving;
let front: HostileNode;
beforeAll(async () => {
  directory = await temporaryDirectory();
  node = await startServing(directory);
  front = await startHostileNode(node.env);
});
afterAll(async () => {
  await front.stop();
  await node.stop();
  await removeDirectory(directory);
});

const RECORD = '{"type":"test.Note","subject":"anna","payload":{"n":1}}';

describe('chirograph monitor watch', () => {
  it('says what is new, and ends with 1 when it is asked to stop after an alarm', async () => {
    const trust = join(directory, 'trust.json');
    expect((await runCli(['append', 'kyc'], node.env, RECORD)).code).toBe(0);
    await runCli(['keys', 'trust', '--out', trust], node.env);
    const argv = ['monitor', 'watch', 'kyc', '--state', join(directory, 'state'), '--trust', trust];
    const child = spawn(process.execPath, ['bin/chirograph.js', ...argv, '--every', '1s'], {
      env: { PATH: process.env['PATH'], ...front.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      const next = async () => String((await lines.next()).value);
      expect(await next()).toMatch(/: size 2, root hash [0-9a-f]{64}, seen for the first time$/);
      await runCli(['append', 'kyc'], node.env, RECORD);
      expect(await next()).toMatch(/: size 3, .*, grown since$/);
      front.alter('checkpoint', (body) => front.resigned(body));
      expect(await next()).toMatch(/, as before$/);
      expect(await next()).toMatch(/^ALARM key-unknown: http/);
      child.kill('SIGTERM');
      expect((await once(child, 'exit'))[0]).toBe(1);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('chirograph monitor verify', () => {
  it('needs the file and a trust file, and no node', async () => {
    const [proof, trust] = [join(directory, 'proof.json'), join(directory, 'auditor.json')];
    writeFileSync(proof, proofOf('entry'));
    writeFileSync(
      trust,
      JSON.stringify({ $v: 1, name: 'the auditor', recoveryKeys: [RECOVERY_KEY.text] }),
    );
    const said = await runProgram(['monitor', 'verify', proof, '--trust', trust]);
    expect(said).toMatchObject({ code: 0, stderr: '' });
    expect(said.stdout).toMatch(/^MISBEHAVIOUR PROVEN: /);
  });
});
