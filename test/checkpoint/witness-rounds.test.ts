/**
 * Collecting cosignatures: from witnesses that run as processes of their own, and from whatever else may
 * sit at a witness's address.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TreeSize, UnixMillis } from '../../src/base/brand.js';
import { utf8 } from '../../src/base/bytes.js';
import type { HeadToWitness } from '../../src/checkpoint/ask-witness.js';
import { type WitnessRound, WitnessRounds } from '../../src/checkpoint/witness-rounds.js';
import { witnessSender } from '../../src/checkpoint/witness-sender.js';
import { parseHostRule } from '../../src/keys/outbound-host.js';
import { outbound } from '../../src/keys/outbound.js';
import { formatSignatureLines } from '../../src/tlog/add-checkpoint.js';
import { cosign } from '../../src/tlog/cosignature.js';
import { formatVerifierKey, type VerifierKey } from '../../src/tlog/note-key.js';
import { formatSignedNote, parseSignedNote } from '../../src/tlog/signed-note.js';
import { parseWitnessPolicy, type WitnessPolicy } from '../../src/tlog/witness-policy.js';
import { witnessVerdict } from '../../src/tlog/witnessed.js';
import { runProgram } from '../cli/support/program.js';
import { RunningNode } from '../cli/support/running-node.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { witnessKey } from '../tlog/keys.js';
import { sizeOf } from '../tlog/naive-tree.js';
import { logsFile } from './support/served-witness.js';
import { SigningLog } from './support/signing-log.js';
import { type Answering, witnessDouble } from './support/witness-double.js';

const log = new SigningLog();
const double = witnessKey('double.example');

let root: string;
let closers: (() => Promise<unknown>)[];
beforeEach(async () => {
  root = await temporaryDirectory();
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  await removeDirectory(root);
});

interface Place {
  readonly name: string;
  readonly verifierKey: string;
  readonly url: string;
}

async function realWitness(
  name: string,
): Promise<Place & { stop(): Promise<void>; start(): Promise<Place> }> {
  const data = join(root, name);
  await mkdir(root, { recursive: true });
  const made = await runProgram(['witness', 'init', data, '--name', `${name}.example`, '--json']);
  const { verifierKey } = JSON.parse(made.stdout) as { verifierKey: string };
  const logs = join(root, 'logs.txt');
  await writeFile(logs, logsFile(log));
  let node: RunningNode | null = null;
  const start = async (): Promise<Place> => {
    node = new RunningNode(['witness', 'serve', '--data', data, '--logs', logs, '--port', '0']);
    return { name, verifierKey, url: await node.url() };
  };
  const stop = async (): Promise<void> => {
    node?.signal('SIGTERM');
    await node?.ended();
  };
  closers.push(stop);
  return { ...(await start()), stop, start };
}

async function doubled(answer: Answering): Promise<Place & { asked: readonly string[] }> {
  const { url, asked, close } = await witnessDouble(answer);
  closers.push(close);
  return { name: 'double', verifierKey: formatVerifierKey(double.key), url, asked };
}

function policyOf(places: readonly Place[], quorum = 'all'): WitnessPolicy {
  return parseWitnessPolicy(
    utf8(
      [
        ...places.map(({ name, verifierKey, url }) => `witness ${name} ${verifierKey} ${url}`),
        `group everybody ${quorum} ${places.map(({ name }) => name).join(' ')}`,
        'quorum everybody\n',
      ].join('\n'),
    ),
  );
}

function roundsOf(policy: WitnessPolicy, clock = new FakeClock(Date.now())): WitnessRounds {
  const internal = policy.witnesses.flatMap(({ url }) => (url === null ? [] : [new URL(url).host]));
  const send = witnessSender(policy, { internal });
  return new WitnessRounds({ policy, send, clock, log: log.verifierKey });
}

function head(size: number, history = 0, from: number[] = []): HeadToWitness {
  return {
    note: log.note(size, history),
    proofFrom: (old: TreeSize) => {
      from.push(old);
      return Promise.resolve(log.proof(old, size, history));
    },
  };
}

function summary({ isWitnessed, cosigned, failures }: WitnessRound): unknown {
  return {
    isWitnessed,
    cosigned: cosigned.map(({ witness }) => witness),
    failures: failures.map(({ witness, code }) => `${witness}: ${code}`).sort(),
  };
}

function cosignedBy(
  { key, sign }: { key: VerifierKey; sign: typeof double.sign },
  text: string,
  time: number,
): string {
  return formatSignatureLines(text, [cosign(text, key, sign, time)]);
}

const seconds = (): number => Math.floor(Date.now() / 1000);

describe('a round at real witnesses', () => {
  it('gets their cosignatures, proves from what each has, and stops where two histories begin', async () => {
    const one = await realWitness('one');
    const two = await realWitness('two');
    const policy = policyOf([one, two]);
    const rounds = roundsOf(policy);
    const from: number[] = [];
    const first = await rounds.round(head(4, 0, from));
    expect(summary(first)).toEqual({ isWitnessed: true, cosigned: ['one', 'two'], failures: [] });
    expect(from).toEqual([]);
    // What was attached is enough for whoever has the policy, and nothing else.
    const now = Date.now() as UnixMillis;
    expect(witnessVerdict(first.note, policy, { now, log: log.verifierKey }).isWitnessed).toBe(
      true,
    );
    expect(parseSignedNote(first.note).signatures).toHaveLength(3);

    // Remembered: no witness is asked twice.
    expect(summary(await rounds.round(head(7, 0, from)))).toMatchObject({ isWitnessed: true });
    expect(from).toEqual([4, 4]);
    // Another that remembers nothing is told, and asks again.
    from.length = 0;
    expect(summary(await roundsOf(policy).round(head(9, 0, from)))).toMatchObject({
      isWitnessed: true,
    });
    expect(from).toEqual([7, 7]);
    // The first believes that it is 7 still.
    expect(summary(await rounds.round(head(9)))).toMatchObject({ isWitnessed: true });
    expect(summary(await rounds.round(head(8)))).toEqual({
      ...{ isWitnessed: false, cosigned: [] },
      failures: ['one: WITNESS_AHEAD', 'two: WITNESS_AHEAD'],
    });
    expect(summary(await rounds.round(head(12, 1)))).toEqual({
      ...{ isWitnessed: false, cosigned: [] },
      failures: ['one: WITNESS_CONTRADICTS', 'two: WITNESS_CONTRADICTS'],
    });
  });

  it('goes on without one that is away, as the quorum allows, and leaves it alone for a while', async () => {
    const one = await realWitness('one');
    const two = await realWitness('two');
    const clock = new FakeClock(Date.now());
    const policy = policyOf([one, two], 'any');
    const rounds = roundsOf(policy, clock);
    await two.stop();
    expect(summary(await rounds.round(head(4)))).toEqual({
      ...{ isWitnessed: true, cosigned: ['one'] },
      failures: ['two: OUTBOUND_UNREACHABLE'],
    });
    expect(summary(await rounds.round(head(5)))).toMatchObject({
      failures: ['two: WITNESS_RESTING'],
    });
    clock.advance(31_000);
    expect(summary(await rounds.round(head(5)))).toMatchObject({
      failures: ['two: OUTBOUND_UNREACHABLE'],
    });
    // Longer, the second time in a row.
    clock.advance(31_000);
    expect(summary(await rounds.round(head(5)))).toMatchObject({
      failures: ['two: WITNESS_RESTING'],
    });
    expect(summary(await roundsOf(policyOf([one, two]), clock).round(head(5)))).toMatchObject({
      ...{ isWitnessed: false, cosigned: ['one'] },
    });
  });
});

describe('a round at what is no good witness', () => {
  async function outcome(
    answer: Answering,
    more: Partial<{ size: number }> = {},
  ): Promise<unknown> {
    const place = await doubled(answer);
    return summary(await roundsOf(policyOf([place])).round(head(more.size ?? 5)));
  }

  const failed = (code: string): unknown => ({
    ...{ isWitnessed: false, cosigned: [] },
    failures: [`double: ${code}`],
  });
  const good = (): string => cosignedBy(double, log.text(5), seconds());
  const plain = { 'content-type': 'text/plain; charset=utf-8' };

  it('takes a good answer, also among cosignatures of others', async () => {
    const others = cosignedBy(witnessKey('other.example', 77), log.text(5), 1);
    expect(
      await outcome((_, response) => response.writeHead(200, plain).end(others + good())),
    ).toEqual({ isWitnessed: true, cosigned: ['double'], failures: [] });
  });

  it.each<[string, string, Answering]>([
    [
      'the cosignature of another key',
      'WITNESS_ANSWER_UNUSABLE',
      (_, response) =>
        response
          .writeHead(200, plain)
          .end(cosignedBy(witnessKey('double.example', 9), log.text(5), seconds())),
    ],
    [
      'the cosignature of another checkpoint',
      'WITNESS_ANSWER_UNUSABLE',
      (_, response) =>
        response.writeHead(200, plain).end(cosignedBy(double, log.text(4), seconds())),
    ],
    [
      'a cosignature of the future',
      'WITNESS_ANSWER_UNUSABLE',
      (_, response) =>
        response.writeHead(200, plain).end(cosignedBy(double, log.text(5), seconds() + 3_600)),
    ],
    [
      'a cosignature without a time',
      'WITNESS_ANSWER_UNUSABLE',
      (_, response) => response.writeHead(200, plain).end(cosignedBy(double, log.text(5), 0)),
    ],
    [
      'garbage',
      'WITNESS_ANSWER_UNUSABLE',
      (_, response) => response.writeHead(200, plain).end(Buffer.from([0xff, 0, 1])),
    ],
    ['nothing', 'WITNESS_ANSWER_UNUSABLE', (_, response) => response.writeHead(200, plain).end()],
    [
      'a page',
      'OUTBOUND_MEDIA_TYPE',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(good()),
    ],
    [
      'too much',
      'OUTBOUND_TOO_LARGE',
      (_, response) => response.writeHead(200, plain).end('x'.repeat(17_000)),
    ],
    [
      'too much of a 409',
      'OUTBOUND_TOO_LARGE',
      (_, response) => response.writeHead(409, plain).end('1'.repeat(17_000)),
    ],
    ['403', 'WITNESS_KNOWS_NOT', (_, response) => response.writeHead(403).end()],
    ['404', 'WITNESS_KNOWS_NOT', (_, response) => response.writeHead(404).end('{}')],
    ['422', 'WITNESS_CONTRADICTS', (_, response) => response.writeHead(422).end()],
    [
      '409 without a size',
      'WITNESS_ANSWER_UNUSABLE',
      (_, response) =>
        response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('many\n'),
    ],
    [
      '409 with the size that was named',
      'WITNESS_ANSWER_UNUSABLE',
      (_, response) => response.writeHead(409).end('0\n'),
    ],
    [
      '409 with a larger size',
      'WITNESS_AHEAD',
      (_, response) => response.writeHead(409).end('6\n'),
    ],
    [
      '409 with another size each time',
      'WITNESS_ANSWER_UNUSABLE',
      (body, response) =>
        response.writeHead(409).end(`${(Number(/^old (\d+)/.exec(body)?.[1]) + 1) % 5}\n`),
    ],
    ['500', 'OUTBOUND_STATUS', (_, response) => response.writeHead(500).end()],
    [
      'elsewhere',
      'OUTBOUND_REDIRECTED',
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.1/' }).end(),
    ],
    [
      'half an answer',
      'OUTBOUND_UNREACHABLE',
      (_, response) =>
        response
          .writeHead(200, { ...plain, 'content-length': '500' })
          .write('— ', () => response.destroy()),
    ],
  ])('believes nothing of one that answers %s', async (_, code, answer) => {
    expect(await outcome(answer)).toEqual(failed(code));
  });

  it('asks again once where it is told a size, and never a third time', async () => {
    const place = await doubled((body, response) => {
      if (body.startsWith('old 0\n')) response.writeHead(409).end('3\n');
      else response.writeHead(409).end('4\n');
    });
    const from: number[] = [];
    await roundsOf(policyOf([place])).round(head(5, 0, from));
    expect(place.asked.map((body) => body.split('\n')[0])).toEqual(['old 0', 'old 3']);
    expect(from).toEqual([3]);
  });

  it('sends what C2SP wants', async () => {
    const place = await doubled((body, response) => {
      if (body.startsWith('old 0\n')) response.writeHead(409).end('2\n');
      else response.writeHead(200, plain).end(good());
    });
    const trailing = { ...place, url: `${place.url}/` };
    expect(summary(await roundsOf(policyOf([trailing])).round(head(5)))).toMatchObject({
      isWitnessed: true,
    });
    const proof = log.proof(2, 5).map((hash) => Buffer.from(hash).toString('base64'));
    expect(place.asked).toEqual([
      `old 0\n\n${log.note(5)}`,
      `old 2\n${proof.join('\n')}\n\n${log.note(5)}`,
    ]);
  });

  it('gives up on one that is slow, without holding up the others', async () => {
    const slow = await doubled((_, response) => response.writeHead(200, plain).write('— '));
    const policy = policyOf([slow]);
    const rule = parseHostRule(new URL(slow.url).host, { isInternal: true });
    if (rule === null) throw new Error('no rule');
    const limits = { timeoutMillis: 300, idleMillis: 200, perHost: 1 };
    const send = outbound({ hosts: [rule], ...limits });
    const rounds = new WitnessRounds({
      policy,
      send,
      clock: new FakeClock(),
      log: log.verifierKey,
    });
    expect(summary(await rounds.round(head(5)))).toEqual(failed('OUTBOUND_TIMEOUT'));
  });

  it('is stopped by whoever no longer wants it', async () => {
    const slow = await doubled(() => undefined);
    const stop = new AbortController();
    const round = roundsOf(policyOf([slow])).round(head(5), stop.signal);
    stop.abort();
    expect(summary(await round)).toEqual(failed('OUTBOUND_CANCELLED'));
  });

  it('asks nobody without a URL, nor at a private address that was not allowed', async () => {
    const place = await doubled((_, response) => response.writeHead(200, plain).end(good()));
    const policy = policyOf([place]);
    const send = witnessSender(policy, { internal: [] });
    const closed = new WitnessRounds({
      policy,
      send,
      clock: new FakeClock(),
      log: log.verifierKey,
    });
    expect(summary(await closed.round(head(5)))).toEqual(failed('OUTBOUND_ADDRESS_REFUSED'));
    const { asked, ...nowhere } = { ...place, url: '' };
    expect(summary(await roundsOf(policyOf([nowhere])).round(head(5)))).toEqual(
      failed('WITNESS_WITHOUT_URL'),
    );
    expect(asked).toEqual([]);
    expect(() =>
      witnessSender(policyOf([{ ...place, url: 'ftp://x/' }]), { internal: [] }),
    ).toThrow(expect.objectContaining({ code: 'WITNESS_WITHOUT_URL' }));
  });

  it('does not take cosignatures that somebody else has put on the checkpoint for its own doing', async () => {
    const place = await doubled((_, response) => response.writeHead(500).end());
    const text = log.text(sizeOf(5));
    const own = parseSignedNote(log.note(5)).signatures;
    const false1 = cosign(text, double.key, witnessKey('x', 55).sign, seconds());
    const note = formatSignedNote({ text, signatures: [...own, false1] });
    const round = await roundsOf(policyOf([place])).round({ ...head(5), note });
    expect(summary(round)).toEqual(failed('OUTBOUND_STATUS'));
  });
});
