/** What is announced to a peer, and how often: all of it once, and again to whoever has not shown that it has it. */
import { expect, it } from '@jest/globals';
import type { Link } from '../../../src/replication/links/link.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import {
  type LogAnnouncement,
  parseAnnouncement,
} from '../../../src/replication/replica/announcement.js';
import { LogChannels } from '../../../src/replication/shared/log-channels.js';
import { FakeTimers } from '../../support/fake-timers.js';

const [A, B] = ['a', 'b'] as NodeId[] as [NodeId, NodeId];
const said = (checkpoint: string): LogAnnouncement => ({
  ...{ origin: 'log.example/0011223344556677/kyc', checkpoint },
  keys: [{ corePublicKey: 'ab'.repeat(32), verifierKey: 'key', ended: null }] as never,
});

/** A link whose other end notes when what was said. */
function linkWith(timers: FakeTimers) {
  const heard: [at: number, checkpoint: string][] = [];
  const send = (bytes: Uint8Array): void => {
    heard.push([timers.now(), parseAnnouncement(bytes).checkpoint]);
  };
  const end = {
    closed: false,
    open: () => undefined,
    close: () => undefined,
    messages: [{ send }],
  };
  const link = { mux: { createChannel: () => end }, timers, queue: () => true };
  return { heard, link: link as unknown as Link };
}

it('says a head once, and again after longer and longer pauses while the peer has not got it', () => {
  const timers = new FakeTimers();
  const channels = new LogChannels(timers, () => undefined);
  const { heard, link } = linkWith(timers);
  channels.onLink(A, link);
  const began = timers.now();
  // As a writer does: with each heartbeat.
  const heartbeats = (count: number, one: LogAnnouncement, isRepeated: boolean): void => {
    for (let beat = 0; beat < count; beat++) {
      channels.announce(A, one, isRepeated);
      channels.announce(B, one, isRepeated);
      timers.advance(500);
    }
  };
  heartbeats(80, said('1'), true);
  expect(heard.map(([at]) => at - began)).toEqual([
    0, 1_000, 3_000, 7_000, 15_000, 23_000, 31_000, 39_000,
  ]);
  heard.length = 0;
  // Another head is said at once, and no more than once to who has it.
  heartbeats(20, said('2'), false);
  expect(heard).toEqual([[began + 40_000, '2']]);
  heartbeats(5, said('2'), true);
  expect(heard.map(([at]) => at - began)).toEqual([40_000, 50_000, 51_000 + 1_000]);
});

it('says it again on the next link', () => {
  const timers = new FakeTimers();
  const channels = new LogChannels(timers, () => undefined);
  const [first, second] = [linkWith(timers), linkWith(timers)];
  channels.onLink(A, first.link);
  channels.announce(A, said('1'), false);
  channels.onLink(A, second.link);
  channels.announce(A, said('1'), false);
  channels.announce(A, said('1'), false);
  expect([first.heard.length, second.heard.length]).toEqual([1, 1]);
});
