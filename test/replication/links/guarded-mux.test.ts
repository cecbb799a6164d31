import { spawnSync } from 'node:child_process';
import { Duplex } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RAW } from '../../../src/replication/links/channel.js';
import { GuardedMux } from '../../../src/replication/links/guarded-mux.js';
import { nestedBatches } from './links-fixture.js';

/** Whole messages, as a secure stream has them. */
function stream(): Duplex {
  const made = new Duplex({
    objectMode: true,
    read: () => undefined,
    write: (_message, _encoding, done) => {
      done();
    },
  });
  return Object.assign(made, { userData: null });
}

/** What the guard was told: how many messages came, and of each failure whether it came of reading. */
async function told(
  frames: readonly Uint8Array[],
): Promise<{ frames: number; failures: boolean[] }> {
  const counts = { frames: 0, failures: [] as boolean[] };
  const pipe = stream();
  const mux = new GuardedMux(pipe, {
    onFrame: () => {
      counts.frames++;
      return true;
    },
    onFailure: (_cause, isRead) => counts.failures.push(isRead),
  });
  const channel = mux.createChannel<never, Uint8Array>({
    protocol: 'x',
    messages: [{ encoding: RAW, onmessage: () => undefined }],
  });
  channel?.open();
  for (const frame of frames) pipe.push(Buffer.from(frame));
  await new Promise((resolve) => setImmediate(resolve));
  return counts;
}

describe('GuardedMux', () => {
  it('survives batches within batches, at which Protomux as it is ends the process', async () => {
    expect(await told([nestedBatches(200_000)])).toEqual({ frames: 1, failures: [true] });
    const program = `
      const Protomux = require('protomux');
      const { Duplex } = require('node:stream');
      const pipe = new Duplex({ objectMode: true, read() {}, write(a, b, done) { done(); } });
      pipe.userData = null;
      new Protomux(pipe);
      pipe.on('error', () => {});
      const read = require('node:fs').readFileSync(0);
      pipe.push(read);`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', program], {
      input: nestedBatches(200_000),
      encoding: 'utf8',
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('Maximum call stack size exceeded');
  });

  it('lets nothing escape, whatever comes', async () => {
    const small = fc.uint8Array({ min: 0, max: 3, maxLength: 12 });
    const frames = fc.array(fc.oneof(small, fc.uint8Array({ maxLength: 40 })), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(frames, async (sent) => {
        const counts = await told(sent);
        expect(counts.frames).toBeLessThanOrEqual(sent.length);
        expect(counts.failures.length).toBeLessThanOrEqual(sent.length);
      }),
      { numRuns: 2_000 },
    );
  });

  it('tells what is no message, and reads none that the guard does not want', async () => {
    expect(await told([Uint8Array.of(0xff)])).toEqual({ frames: 1, failures: [true] });
    const pipe = stream();
    const failures: unknown[] = [];
    new GuardedMux(pipe, { onFrame: () => false, onFailure: (cause) => failures.push(cause) });
    pipe.push(Buffer.of(0xff));
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toEqual([]);
  });
});
