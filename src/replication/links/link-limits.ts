/** What a link takes of others before it is dropped, and how long it waits for them. */
import type { Rate } from './rate-budget.js';

export interface LinkLimits {
  /** From the first byte of a connection until the peer has proved itself, or is dropped. */
  readonly handshakeMillis: number;
  /** Connections that have not proved themselves: in all, and of one address (IPv6: of one /56). */
  readonly maxUnproved: number;
  readonly maxUnprovedPerAddress: number;
  /** How often a link is looked after: pinged, and dropped if it is dead. */
  readonly pingMillis: number;
  /** A link on which not a byte came for so long is dead. */
  readonly idleMillis: number;
  /** So is one that leaves a ping unanswered for so long, whatever else comes: it does not read. */
  readonly stallMillis: number;
  /** A peer that broke the rules is left alone for so long. */
  readonly banMillis: number;
  /** Pause before dialling again: after the first failure, and at most. */
  readonly firstRedialMillis: number;
  readonly longestRedialMillis: number;
  /** A link that stood for so long was a good one: pauses begin anew. */
  readonly stableMillis: number;
  /** Messages of the stream and their bytes, of all channels and replication together. */
  readonly messages: Rate;
  readonly bytes: Rate;
  /** What is sent on channels of ours and not read by the peer. */
  readonly maxQueuedBytes: number;
  /** Between the peer's clock and ours, before the status says so. */
  readonly maxClockSkewMillis: number;
}

const MIB = 1024 * 1024;

export const LINK_LIMITS: LinkLimits = {
  handshakeMillis: 10_000,
  maxUnproved: 64,
  maxUnprovedPerAddress: 8,
  pingMillis: 3_000,
  idleMillis: 10_000,
  stallMillis: 60_000,
  banMillis: 60_000,
  firstRedialMillis: 250,
  longestRedialMillis: 15_000,
  stableMillis: 10_000,
  messages: { perSecond: 20_000, burst: 100_000 },
  bytes: { perSecond: 256 * MIB, burst: 1024 * MIB },
  maxQueuedBytes: 32 * MIB,
  maxClockSkewMillis: 5 * 60_000,
};
