/** Messages in parts: as they were, of any size; and from a peer that sends other parts than these, within bounds. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Channel as MuxChannel } from 'protomux';
import type { HexDigest } from '../../../src/base/hex-digest.js';
import type { LogKeys } from '../../../src/ledger/log-reader.js';
import { type ChannelHost, openChannel } from '../../../src/replication/links/channel.js';
import { partsOf, PartsTaken } from '../../../src/replication/links/parts.js';
import {
  formatAnnouncement,
  MAX_ANNOUNCEMENT_BYTES,
  parseAnnouncement,
} from '../../../src/replication/replica/announcement.js';
import { FakeTimers } from '../../support/fake-timers.js';

const MIB = 1024 * 1024;
const bytesOf = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at === 0 ? 2 : (at * 7 + seed) & 0xff));

describe('parts', () => {
  it('make the message again, and none is larger than it may be', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { maxLength: 8 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 2, max: 20 }), (lengths, most) => {
        const taken = new PartsTaken(70);
        for (const [seed, length] of lengths.entries()) {
          const message = bytesOf(length, seed);
          const parts = [...partsOf(message, most)];
          for (const part of parts) expect(part.length).toBeLessThanOrEqual(most);
          if (length <= most) expect(parts).toEqual([message]);
          const read = parts.map((part) => taken.take(part));
          expect(read.pop()).toEqual(message);
          expect(read.every((one) => one === null)).toBe(true);
        }
      }),
    );
  });

  it('are refused where they are empty, too many, or another message lies within', () => {
    const more = Uint8Array.of(0, 1, 2, 3);
    const refused = { code: 'BYTES_MALFORMED' };
    for (const next of [Uint8Array.of(0), Uint8Array.of(1), Uint8Array.of(), more, bytesOf(3)]) {
      const taken = new PartsTaken(5);
      expect(taken.take(more)).toBeNull();
      expect(() => taken.take(next)).toThrow(expect.objectContaining(refused));
    }
    expect(new PartsTaken(5).take(Uint8Array.of(1, 9))).toEqual(Uint8Array.of(9));
  });
});

/** A channel whose other end is a test. */
function channelTo(inParts: boolean, maxBytes: number) {
  const sent: Uint8Array[] = [];
  const heard: number[] = [];
  const dropped: string[] = [];
  let receive: (bytes: Uint8Array) => void = () => undefined;
  const end = {
    ...{ closed: false, open: () => undefined, close: () => undefined },
    messages: [{ send: (bytes: Uint8Array) => sent.push(bytes) }],
  };
  const host: ChannelHost = {
    mux: {
      createChannel: (options: { messages: { onmessage: typeof receive }[] }) => {
        receive = (bytes) => options.messages[0]?.onmessage(bytes);
        return end as unknown as MuxChannel<never, Uint8Array>;
      },
    } as unknown as ChannelHost['mux'],
    timers: new FakeTimers(),
    queue: () => true,
    drop: (offence) => dropped.push(offence),
    fail: (cause) => dropped.push(String(cause)),
  };
  const channel = openChannel<Uint8Array>(host, {
    ...{ name: 'test', maxBytes, inParts, budget: { perSecond: 1, burst: 100 } },
    codec: { encode: (bytes) => bytes, decode: (bytes) => bytes },
    onMessage: ({ length }) => heard.push(length),
  });
  return {
    channel,
    dropped,
    heard,
    receive: (bytes: Uint8Array) => {
      receive(bytes);
    },
    sent,
  };
}

describe('a channel of parts', () => {
  it('takes a large message, and one that is not as it always did', () => {
    const [one, other] = [channelTo(true, 8 * MIB), channelTo(true, 8 * MIB)];
    for (const length of [10, MIB, MIB + 1, 5 * MIB]) one.channel.send(bytesOf(length));
    expect(one.sent.map(({ length }) => length).slice(0, 2)).toEqual([10, MIB]);
    for (const part of one.sent) other.receive(part);
    expect([other.heard, other.dropped]).toEqual([[10, MIB, MIB + 1, 5 * MIB], []]);
    expect(() => one.channel.send(bytesOf(8 * MIB + 1))).toThrow('within the size');
  });

  it('drops a peer that sends more than fits, in one message or in many', () => {
    const large = channelTo(true, 8 * MIB);
    large.receive(bytesOf(MIB + 1));
    expect(large.dropped).toEqual(['too-large']);
    const many = channelTo(true, 2 * MIB);
    const part = new Uint8Array(MIB);
    for (let count = 0; count < 3 && many.dropped.length === 0; count++) many.receive(part);
    expect([many.heard, many.dropped]).toEqual([[], ['garbage']]);
  });

  it('is only where both ends know of it', () => {
    const whole = channelTo(false, MIB);
    whole.receive(Uint8Array.of(0, 5));
    expect(whole.heard).toEqual([2]);
    expect(() => channelTo(false, MIB + 1)).toThrow('within the limits');
  });
});

it('holds what is announced of a log that was elected as often as it may be, by the largest groups', () => {
  const digest = 'ab'.repeat(32) as HexDigest;
  const signature = Buffer.alloc(64, 1).toString('base64');
  const verifierKey = `log.example/0011223344556677/kyc+01234567+${'A'.repeat(44)}`;
  const term = { node: digest, number: 1_000 };
  const votes = Array.from({ length: 31 }, (_, at) => ({
    ...{
      by: at.toString(16).padStart(64, '0') as HexDigest,
      length: 1e9,
      lastTerm: term,
      signature,
    },
  }));
  const election = { ...term, group: 1e9, signature, votes, checkpoint: 'c'.repeat(600) };
  const ended = {
    ...{ length: 1e9, size: 1e9, rootHash: digest, treeHash: digest, election },
    signatures: [{ by: verifierKey, signature }],
  };
  const keys: LogKeys[] = Array.from({ length: 1_001 }, (_, at) => ({
    ...{ corePublicKey: digest, verifierKey, ended: at === 1_000 ? null : ended },
  }));
  const said = { origin: 'log.example/0011223344556677/kyc', keys, checkpoint: 'note' };
  const bytes = formatAnnouncement(said);
  expect(bytes.length).toBeGreaterThan(8 * MIB);
  expect(bytes.length).toBeLessThan(MAX_ANNOUNCEMENT_BYTES);
  expect(parseAnnouncement(bytes)).toEqual(said);
});
