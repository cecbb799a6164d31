/**
 * Runs one member: one input at a time, and the effects of each in order, the next only when the one before it is
 * done. Node and simulation run this same code over their own disks, links and clocks.
 */
import type { LogEnd } from './log-end.js';
import type { LogView } from './log-view.js';
import type { Effect, Input, MemberState, Remembered, Role } from './member-state.js';
import { dueAt, startMember, step } from './member.js';
import type { Message } from './messages.js';
import type { Rules, StepContext, Timing } from './rules.js';
import type { NodeId } from './term.js';

export interface MemberPorts {
  readonly now: () => number;
  /** At least 0 and below 1. */
  readonly jitter: () => number;
  /** To be followed by a `tick` at that time or later; replaces what was asked for before. */
  readonly wakeAt: (at: number, role: Role) => void;
  /** Nothing is known when it fails: the process ends instead of calling back. */
  readonly save: (remembered: Remembered, done: () => void) => void;
  /** Writes nothing if the log does not end as is said. Gives `stored` before it calls back. */
  readonly begin: (hand: Extract<Effect, { kind: 'begin' }>, done: () => void) => void;
  /** What is being written goes first. Gives `stored` before it calls back. */
  readonly discard: (length: number, done: () => void) => void;
  /** In place of what was followed before. Only ever appends, and only to what that log begins with. */
  readonly follow: (from: NodeId, end: LogEnd) => void;
  /** Gives `stored` before it calls back. */
  readonly know: (log: LogView, done: () => void) => void;
  readonly send: (to: NodeId, message: Message) => void;
  readonly show: (length: number) => void;
}

export interface MemberStart extends Pick<MemberState, 'self' | 'keepsData' | 'acquaintances'> {
  readonly remembered: Remembered;
  readonly log: LogView;
}

/** Messages that wait while an effect is carried out. */
const MAX_WAITING = 1_000;

export class MemberRunner {
  readonly #ports: MemberPorts;
  readonly #rules: Rules;
  readonly #timing: Timing;
  #state: MemberState;
  #inputs: Input[] = [];
  #isBusy = false;

  constructor(
    { remembered, log, ...identity }: MemberStart,
    ports: MemberPorts,
    rules: Rules,
    timing: Timing,
  ) {
    this.#ports = ports;
    this.#rules = rules;
    this.#timing = timing;
    this.#state = startMember(identity, remembered, log, this.#context());
    ports.wakeAt(dueAt(this.#state), this.#state.role);
  }

  get state(): MemberState {
    return this.#state;
  }

  give(input: Input): void {
    // A slow disk must not fill the memory with what peers say meanwhile: what matters they say again.
    if (input.kind === 'message' && this.#inputs.length >= MAX_WAITING) return;
    // Only the newest says what is on disk.
    const stale = input.kind === 'stored' ? this.#inputs.findIndex(isStored) : -1;
    if (stale === -1) this.#inputs.push(input);
    else this.#inputs[stale] = input;
    this.#goOn();
  }

  #goOn(): void {
    while (!this.#isBusy) {
      const input = this.#inputs.shift();
      if (input === undefined) return;
      const { state, effects } = step(this.#state, input, this.#context());
      this.#state = state;
      this.#isBusy = true;
      this.#perform(effects, 0);
    }
  }

  #perform(effects: readonly Effect[], from: number): void {
    for (let at = from; at < effects.length; at++) {
      const effect = effects[at];
      if (effect === undefined) break;
      if (effect.kind !== 'send' && effect.kind !== 'follow' && effect.kind !== 'show') {
        const goOn = (): void => {
          this.#perform(effects, at + 1);
          this.#goOn();
        };
        if (effect.kind === 'save') this.#ports.save(effect, goOn);
        else if (effect.kind === 'begin') this.#ports.begin(effect, goOn);
        else if (effect.kind === 'discard') this.#ports.discard(effect.length, goOn);
        else this.#ports.know(effect.log, goOn);
        return;
      }
      if (effect.kind === 'send') this.#ports.send(effect.to, effect.message);
      else if (effect.kind === 'follow') this.#ports.follow(effect.from, effect.end);
      else this.#ports.show(effect.length);
    }
    this.#isBusy = false;
    this.#ports.wakeAt(dueAt(this.#state), this.#state.role);
  }

  #context(): StepContext {
    const { now, jitter } = this.#ports;
    return { now: now(), jitter: jitter(), rules: this.#rules, timing: this.#timing };
  }
}

function isStored({ kind }: Input): boolean {
  return kind === 'stored';
}
