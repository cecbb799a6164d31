/** What a node of the simulation is made of, and what may be wrong with it. */
import type { Group } from '../protocol/group.js';
import type { LogEnd } from '../protocol/log-end.js';
import type { MemberPorts } from '../protocol/member-runner.js';
import type { Message } from '../protocol/messages.js';
import type { Rules, Timing } from '../protocol/rules.js';
import type { NodeId } from '../protocol/term.js';
import type { Choice } from './choice.js';
import type { Events } from './events.js';
import type { Network } from './network.js';
import type { Promises } from './promises.js';
import type { Block } from './sim-log.js';

/** What nodes are to each other. */
export interface Peer {
  receive(from: NodeId, message: Message): void;
  /** What it has of a log, for another that wants it and has so much. */
  serve(to: NodeId, wanted: LogEnd, have: LogEnd): void;
  takeBlocks(end: LogEnd, from: number, blocks: readonly Block[]): void;
}

export interface SimParts {
  readonly events: Events;
  readonly choice: Choice;
  readonly network: Network;
  readonly promises: Promises;
  readonly rules: Rules;
  readonly timing: Timing;
  readonly flaws: Flaws;
  readonly node: (id: NodeId) => Peer | undefined;
  readonly nextBlock: () => number;
  readonly acquaintances: readonly NodeId[];
  /** A sync takes up to so many milliseconds. */
  readonly diskDelay: number;
  /** Something that matters has just happened to a node: a good moment for it to end. */
  readonly tempt: (node: NodeId) => void;
  readonly trace: (node: NodeId, what: string) => void;
}

/** What a node does wrong outside the protocol's rules; nothing, unless a fault is planted. */
export interface Flaws {
  readonly ports?: (
    ports: MemberPorts,
    after: (millis: number, act: () => void) => void,
  ) => MemberPorts;
  readonly startsWhole?: boolean;
  readonly keepsTail?: boolean;
  readonly claimsUnsynced?: boolean;
  readonly forgetsKeys?: boolean;
  readonly forgetsKnown?: boolean;
}

export type Answer =
  | { readonly kind: 'done'; readonly index: number }
  | { readonly kind: 'elsewhere'; readonly writer: NodeId | null };

/** What a writer is asked to append: the entry of a request, or another group. */
export interface Wish {
  readonly key: string | null;
  readonly group: Group | null;
}
