/**
 * One history: a group, its nodes, clients that ask until they are answered, and all that can go wrong, drawn from a
 * seed. Then everything heals, and what was promised must hold.
 */
import { faultOfGroup, type Group, majorities, mayFollow, type Member } from '../protocol/group.js';
import { isSameEnd } from '../protocol/log-end.js';
import { RULES, type Timing } from '../protocol/rules.js';
import type { NodeId } from '../protocol/term.js';
import { Choice } from './choice.js';
import { Events } from './events.js';
import { CALM, Network } from './network.js';
import type { Plant } from './plants.js';
import { Promises } from './promises.js';
import { NEW_DISK, type Snapshot } from './sim-disk.js';
import { appended, EMPTY_SIM_LOG, endOf } from './sim-log.js';
import { type Answer, SimNode, type SimParts } from './sim-node.js';

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
  readonly #snapshots: { readonly node: NodeId; readonly snapshot: Snapshot }[] = [];
  readonly #founding: Group;
  readonly #ends: number;
  readonly #counts = { crashes: 0, restores: 0, partitions: 0, moves: 0 };
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
          if (!this.#isCalm) this.#end(node);
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
    for (const mishap of this.#mishaps()) mishap();
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

  /** Kinds of trouble; each history has some of them. */
  #mishaps(): (() => void)[] {
    const all: readonly [() => void, number][] = [
      [this.#crash, 2_500],
      [this.#part, 3_000],
      [this.#strand, 2_500],
      [this.#copy, 2_000],
      [this.#restore, 5_000],
      [this.#skew, 4_000],
      [this.#move, 4_000],
      [this.#regroup, 2_500],
    ];
    return all
      .filter(() => this.#choice.chance(0.6))
      .map(([act, mean]) => {
        const often = mean * this.#choice.pick([0.7, 2, 6]);
        const again = (): void => {
          this.#events.after(this.#choice.wait(often), () => {
            if (this.#isCalm) return;
            act.call(this);
            again();
          });
        };
        return again;
      });
  }

  #crash(): void {
    const node = this.#choice.pick([...this.#nodes.values()]);
    this.#end(node);
    // Power is lost for all at once, too.
    if (this.#choice.chance(0.15)) for (const other of this.#nodes.values()) this.#end(other);
  }

  #end(node: SimNode): void {
    this.#counts.crashes++;
    node.crash();
    this.#startLater(node);
  }

  #startLater(node: SimNode): void {
    this.#events.after(this.#choice.between(10, 2_500), () => {
      if (!node.isUp) node.start();
    });
  }

  #part(): void {
    const nodes = [...this.#nodes.keys()];
    const side = nodes.filter(() => this.#choice.chance(0.5));
    const alone = this.#choice.chance(0.5) ? [this.#choice.pick(nodes)] : side;
    const others = nodes.filter((node) => !alone.includes(node));
    this.#counts.partitions++;
    this.#network.cut(alone, others, this.#choice.chance(0.2));
    this.#events.after(this.#choice.between(200, 6_000), () => {
      this.#network.heal();
    });
  }

  /** The writer is left with at most one other, while it goes on writing. */
  #strand(): void {
    const writer = this.#writer();
    if (writer === undefined) return;
    const others = [...this.#nodes.keys()].filter((node) => node !== writer.id);
    const companion = this.#choice.chance(0.5) ? this.#choice.pick(others) : null;
    const cutOff = others.filter((node) => node !== companion);
    this.#counts.partitions++;
    this.#network.cut([writer.id], cutOff, this.#choice.chance(0.3));
    this.#events.after(this.#choice.between(300, 3_000), () => {
      this.#network.heal();
      // It comes back when another has begun, or it ends just then.
      if (this.#choice.chance(0.4)) this.#end(writer);
    });
  }

  #copy(): void {
    const { id, disk } = this.#choice.pick([...this.#nodes.values()]);
    this.#snapshots.push({ node: id, snapshot: disk.snapshot() });
  }

  /** One at a time: where two have forgotten what they had, something may be lost, and people must say how to go on. */
  #restore(): void {
    const nodes = [...this.#nodes.values()];
    // Nobody has heard of the ledger yet.
    if (this.#promises.shown.length === 0) return;
    if (nodes.some(({ disk }) => disk.remembered.memory === 'behind')) return;
    const node = this.#choice.pick(nodes);
    const copies = this.#snapshots.filter((copy) => copy.node === node.id);
    const copy = copies.length === 0 || this.#choice.chance(0.4) ? null : this.#choice.pick(copies);
    this.#counts.restores++;
    node.restore(copy?.snapshot ?? NEW_DISK);
    this.#startLater(node);
  }

  #skew(): void {
    const node = this.#choice.pick([...this.#nodes.values()]);
    node.skew = this.#choice.between(0, 400);
  }

  #move(): void {
    const writer = this.#writer();
    if (writer === undefined) return;
    this.#counts.moves++;
    writer.move(this.#choice.pick([...this.#nodes.keys()]));
  }

  #regroup(): void {
    const writer = this.#writer();
    const current = writer?.state?.log.groups.at(-1)?.group;
    if (writer === undefined || current === undefined) return;
    const pool = [...this.#nodes.values()].map(({ id, keepsData }) =>
      memberAs(id, keepsData, this.#founding),
    );
    const isIn = (member: Member): boolean =>
      current.members.some(({ node }) => node === member.node);
    const changed = this.#choice.pick(pool);
    const members = isIn(changed)
      ? current.members.filter(({ node }) => node !== changed.node)
      : [...current.members, changed];
    const leap = this.#choice.chance(0.3) ? pool.filter(() => this.#choice.chance(0.5)) : members;
    if (leap.filter(({ hasData }) => hasData).length < 2) return;
    for (let tries = 8; tries > 0; tries--) {
      const group = drawGroup(this.#choice, leap);
      const isStep = mayFollow(current, group) || this.#choice.chance(0.05);
      if (faultOfGroup(group) !== null || !isStep) continue;
      writer.changeGroup(group);
      return;
    }
  }

  #writer(): SimNode | undefined {
    return [...this.#nodes.values()].find(({ state }) => state?.role.kind === 'writing');
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
    const group = this.#writer()?.state?.log.groups.at(-1)?.group;
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
    const { shown, acknowledged } = this.#promises;
    return {
      ...this.#counts,
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

function drawTiming(choice: Choice, delay: number): Timing {
  const announceEvery = choice.pick([50, 150, 400]);
  return {
    announceEvery,
    silence: announceEvery * 3 + delay * 4,
    election: announceEvery * 4 + delay * 10,
    repeat: announceEvery,
  };
}

/** All nodes there are, members or not. */
function drawMembers(choice: Choice): Member[] {
  const count = choice.between(3, 6);
  const arbiter = choice.chance(0.2) ? choice.between(1, 2) : -1;
  return Array.from({ length: count }, (_, at) => ({
    node: `n${at + 1}` as NodeId,
    site: `site ${at % 3}`,
    hasData: at !== arbiter,
    mayWrite: at !== arbiter && (at === 0 || choice.chance(0.9)),
  }));
}

function memberAs(node: NodeId, hasData: boolean, founding: Group): Member {
  const known = founding.members.find((member) => member.node === node);
  return known ?? { node, site: 'site 0', hasData, mayWrite: hasData };
}

function drawGroup(choice: Choice, members: readonly Member[]): Group {
  const keeping = members.filter(({ hasData }) => hasData).length;
  const usual = majorities(members.length);
  const isUsual = choice.chance(0.6);
  const drawn = isUsual ? usual.writeQuorum : choice.between(1, keeping);
  // What only the writer has is lost with its disk.
  const writeQuorum = Math.min(Math.max(2, drawn), keeping);
  const least = members.length - writeQuorum + 1;
  const voteQuorum = isUsual
    ? Math.max(usual.voteQuorum, least)
    : choice.between(least, members.length);
  const sites = choice.chance(0.15) ? 2 : 1;
  const group = { members, writeQuorum, voteQuorum, sites };
  return faultOfGroup(group) === null ? group : { ...group, sites: 1 };
}
