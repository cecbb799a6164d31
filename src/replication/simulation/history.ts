/**
 * One history: a group, its nodes, clients that ask until they are answered, and all that can go wrong, drawn from a
 * seed. Then everything heals, and what was promised must hold.
 */
import type { Group, Member } from '../protocol/group.js';
import { isSameEnd } from '../protocol/log-end.js';
import { RULES } from '../protocol/rules.js';
import type { NodeId } from '../protocol/term.js';
import { Choice } from './choice.js';
import { drawGroup, drawMembers, drawTiming } from './draw.js';
import { Events } from './events.js';
import { Mishaps, writerOf } from './mishaps.js';
import { CALM, Network } from './network.js';
import type { Plant } from './plants.js';
import { Promises } from './promises.js';
import { NEW_DISK } from './sim-disk.js';
import { appended, EMPTY_SIM_LOG, endOf } from './sim-log.js';
import { SimNode } from './sim-node.js';
import type { Answer, SimParts } from './sim-parts.js';

export interface HistoryVerdict {
  /** The promise that was broken, in words; null if none was. */
  readonly broken: string | null;
  readonly counts: HistoryCounts;
}

/** What happened, for whoever wants to know that anything did. */
export interface HistoryCounts {
  readonly shown: number;
  readonly acknowledged: number;
  readonly terms: number;
  readonly crashes: number;
  readonly restores: number;
  readonly partitions: number;
  readonly groups: number;
  readonly moves: number;
  readonly stoodIn: number;
}

/** In the end everything heals, and has so long to come to rest: milliseconds of the history. */
const REST = 60_000;
const PROBE = 'the last one';

export function runHistory(
  seed: number,
  plant: Plant | null = null,
  trace: (line: string) => void = () => undefined,
): HistoryVerdict {
  const history = new History(seed, plant, trace);
  return history.run();
}

class History {
  readonly #choice: Choice;
  readonly #events = new Events();
  readonly #promises = new Promises();
  readonly #network: Network;
  readonly #nodes = new Map<NodeId, SimNode>();
  readonly #founding: Group;
  readonly #ends: number;
  readonly #mishaps: Mishaps;
  #isCalm = false;
  #keys = 0;

  constructor(seed: number, plant: Plant | null, trace: (line: string) => void) {
    const choice = new Choice(seed);
    this.#choice = choice;
    const delay = choice.pick([3, 15, 40]);
    this.#network = new Network(this.#events, choice, {
      delay,
      late: choice.pick([0, 0.02, 0.1]),
      loss: choice.pick([0, 0.02, 0.15]),
      twice: choice.pick([0, 0.05]),
    });
    this.#ends = choice.between(6_000, 20_000);
    const members = drawMembers(choice);
    this.#founding = drawGroup(choice, members.slice(0, choice.pick([3, 3, 3, 4, 5])));
    this.#mishaps = new Mishaps(
      {
        ...{ events: this.#events, network: this.#network, promises: this.#promises },
        ...{ nodes: this.#nodes, founding: this.#founding, isCalm: () => this.#isCalm },
      },
      choice,
    );
    const temptation = choice.pick([0, 0, 0.003, 0.02]);
    let blocks = 0;
    const parts: SimParts = {
      ...{ events: this.#events, choice, network: this.#network, promises: this.#promises },
      rules: { ...RULES, ...plant?.rules },
      timing: drawTiming(choice, delay),
      flaws: plant?.flaws ?? {},
      node: (id) => this.#nodes.get(id),
      nextBlock: () => ++blocks,
      acquaintances: members.map(({ node }) => node),
      diskDelay: choice.pick([2, 10, 60]),
      tempt: (node) => {
        if (this.#isCalm || !choice.chance(temptation)) return;
        this.#events.after(choice.between(0, 2), () => {
          const tempted = this.#nodes.get(node);
          if (!this.#isCalm && tempted !== undefined) this.#mishaps.end(tempted);
        });
      },
      trace: (node, what) => {
        trace(`${String(this.#events.now).padStart(6)} ${node} ${what}`);
      },
    };
    this.#found(members, parts);
  }

  run(): HistoryVerdict {
    const goesOn = (): boolean => this.#promises.broken === null;
    for (let clients = this.#choice.between(1, 3); clients > 0; clients--) this.#ask(null);
    this.#mishaps.begin();
    this.#events.runUntil(this.#ends, goesOn);
    this.#heal();
    this.#ask(PROBE);
    const rests = this.#ends + REST;
    while (goesOn() && this.#events.now < rests && !this.#isAtRest())
      this.#events.runUntil(this.#events.now + 250, goesOn);
    if (goesOn()) this.#settle();
    return { broken: this.#promises.broken, counts: this.#told() };
  }

  #found(members: readonly Member[], parts: SimParts): void {
    const first = this.#founding.members.find(({ mayWrite }) => mayWrite);
    if (first === undefined) throw new Error('a group that nobody may write for');
    const promised = { number: 1, node: first.node };
    const block = { id: parts.nextBlock(), term: promised, key: null, group: this.#founding };
    const log = appended(EMPTY_SIM_LOG, [block]);
    for (const { node, hasData } of members) {
      const disk =
        node === first.node
          ? { remembered: { promised, memory: 'whole' as const }, log }
          : NEW_DISK;
      const made = new SimNode(node, hasData, disk, parts);
      this.#nodes.set(node, made);
      made.start();
    }
  }

  /** A client: one request after the other, each until it is answered. */
  #ask(last: string | null): void {
    const { chance, pick } = bound(this.#choice);
    const key = last ?? `request ${++this.#keys}`;
    let isDone = false;
    let asked: NodeId = pick([...this.#nodes.keys()]);
    const next = (): void => {
      if (last === null && !this.#isCalm)
        this.#events.after(this.#choice.wait(150), () => {
          this.#ask(null);
        });
    };
    const attempt = (): void => {
      if (isDone || (this.#isCalm && last === null)) return;
      this.#network.send(CLIENT, asked, () => {
        this.#nodes.get(asked)?.request(key, answered);
      });
      this.#events.after(this.#choice.between(300, 1_500), () => {
        if (chance(0.5)) asked = pick([...this.#nodes.keys()]);
        attempt();
      });
    };
    const answered = (answer: Answer): void => {
      if (isDone) return;
      if (answer.kind === 'elsewhere') {
        asked = answer.writer ?? asked;
        return;
      }
      isDone = true;
      this.#promises.acknowledge(key, answer.index);
      next();
    };
    attempt();
  }

  #heal(): void {
    this.#isCalm = true;
    this.#network.heal();
    this.#network.weather = CALM;
    for (const node of this.#nodes.values()) {
      node.skew = 0;
      if (!node.isUp) node.start();
    }
  }

  #isAtRest(): boolean {
    const nodes = this.#members();
    const [first] = nodes;
    return (
      first !== undefined &&
      this.#promises.shown.some(({ key }) => key === PROBE) &&
      nodes.every(
        ({ disk, state }) =>
          isSameEnd(endOf(disk.log), endOf(first.disk.log)) &&
          disk.remembered.memory === 'whole' &&
          state?.shown === disk.log.blocks.length,
      )
    );
  }

  /** With data, of the group that holds in the end. */
  #members(): SimNode[] {
    const group = writerOf(this.#nodes)?.state?.log.groups.at(-1)?.group;
    return [...this.#nodes.values()].filter(
      ({ id, keepsData }) => keepsData && group?.members.some(({ node }) => node === id),
    );
  }

  #settle(): void {
    if (!this.#isAtRest())
      this.#promises.break(
        `${REST / 1_000} s after everything healed the group had not come to rest`,
      );
    this.#promises.settle(this.#members());
  }

  #told(): HistoryCounts {
    const { shown, acknowledged, stoodIn } = this.#promises;
    return {
      ...this.#mishaps.counts,
      stoodIn,
      shown: shown.length,
      acknowledged,
      terms: new Set(shown.map(({ term }) => `${term.number}/${term.node}`)).size,
      groups: shown.filter(({ group }) => group !== null).length,
    };
  }
}

const CLIENT = 'client' as NodeId;

function bound(choice: Choice): Pick<Choice, 'chance' | 'pick'> {
  return {
    chance: (probability) => choice.chance(probability),
    pick: (choices) => choice.pick(choices),
  };
}
