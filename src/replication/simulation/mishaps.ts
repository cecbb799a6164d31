/** All that can go wrong in a history: nodes that end or come back older, links that are cut, people who want something else. */
import { faultOfGroup, type Group, mayFollow, type Member } from '../protocol/group.js';
import { compareEnds, lastTerm } from '../protocol/log-end.js';
import { compareTerms, type NodeId } from '../protocol/term.js';
import type { Choice } from './choice.js';
import { drawGroup, memberAs } from './draw.js';
import type { Events } from './events.js';
import { CALM, type Network } from './network.js';
import type { Promises } from './promises.js';
import { NEW_DISK, type Snapshot } from './sim-disk.js';
import { endOf } from './sim-log.js';
import type { SimNode } from './sim-node.js';

export interface Stage {
  readonly events: Events;
  readonly network: Network;
  readonly promises: Promises;
  readonly nodes: ReadonlyMap<NodeId, SimNode>;
  readonly founding: Group;
  readonly isCalm: () => boolean;
}

/** Milliseconds in which a writer that was put back hears everybody. */
const QUIET = 5_000;

export class Mishaps {
  readonly counts = { crashes: 0, restores: 0, partitions: 0, moves: 0 };
  readonly #stage: Stage;
  readonly #choice: Choice;
  /** Nothing else goes wrong before. */
  #quietUntil = 0;
  readonly #snapshots: { readonly node: NodeId; readonly snapshot: Snapshot }[] = [];

  constructor(stage: Stage, choice: Choice) {
    this.#stage = stage;
    this.#choice = choice;
  }

  /** Kinds of trouble; each history has some of them. */
  begin(): void {
    const all: readonly [() => void, number][] = [
      [this.#crash, 2_500],
      [this.#part, 3_000],
      [this.#strand, 2_500],
      [this.#copy, 2_000],
      [this.#restore, 5_000],
      [this.#putBack, 2_500],
      [this.#skew, 4_000],
      [this.#move, 4_000],
      [this.#regroup, 2_500],
    ];
    const chosen = all.filter(() => this.#choice.chance(0.6));
    const often = chosen.map(([, mean]) => mean * this.#choice.pick([0.7, 2, 6]));
    for (const [at, [act]] of chosen.entries()) this.#again(act, often[at] ?? 0);
  }

  /** Once in a while, until all is calm. */
  #again(act: () => void, mean: number): void {
    this.#stage.events.after(this.#choice.wait(mean), () => {
      if (this.#stage.isCalm()) return;
      if (!this.#isQuiet()) act.call(this);
      this.#again(act, mean);
    });
  }

  #crash(): void {
    const node = this.#choice.pick([...this.#stage.nodes.values()]);
    this.end(node);
    // Power is lost for all at once, too.
    if (this.#choice.chance(0.15)) for (const other of this.#stage.nodes.values()) this.end(other);
  }

  /** It ends, and starts again. */
  end(node: SimNode): void {
    if (this.#isQuiet()) return;
    this.counts.crashes++;
    node.crash();
    this.#startLater(node);
  }

  #startLater(node: SimNode): void {
    this.#stage.events.after(this.#choice.between(10, 2_500), () => {
      if (!node.isUp) node.start();
    });
  }

  #part(): void {
    const nodes = [...this.#stage.nodes.keys()];
    const side = nodes.filter(() => this.#choice.chance(0.5));
    const alone = this.#choice.chance(0.5) ? [this.#choice.pick(nodes)] : side;
    const others = nodes.filter((node) => !alone.includes(node));
    this.counts.partitions++;
    this.#stage.network.cut(alone, others, this.#choice.chance(0.2));
    this.#stage.events.after(this.#choice.between(200, 6_000), () => {
      this.#stage.network.heal();
    });
  }

  /** The writer is left with at most one other, while it goes on writing. */
  #strand(): void {
    const writer = writerOf(this.#stage.nodes);
    if (writer === undefined) return;
    const others = [...this.#stage.nodes.keys()].filter((node) => node !== writer.id);
    const companion = this.#choice.chance(0.5) ? this.#companion(others) : null;
    const cutOff = others.filter((node) => node !== companion);
    this.counts.partitions++;
    this.#stage.network.cut([writer.id], cutOff, this.#choice.chance(0.3));
    this.#stage.events.after(this.#choice.between(300, 3_000), () => {
      this.#stage.network.heal();
      // It comes back when another has begun, or it ends just then.
      if (this.#choice.chance(0.4)) this.end(writer);
      // Together with the one who knows what only the writer has.
      const also = companion === null ? undefined : this.#stage.nodes.get(companion);
      if (also?.keepsData === false && this.#choice.chance(0.5)) this.end(also);
    });
  }

  #companion(others: readonly NodeId[]): NodeId {
    const without = others.find((node) => this.#stage.nodes.get(node)?.keepsData === false);
    return without !== undefined && this.#choice.chance(0.5) ? without : this.#choice.pick(others);
  }

  #copy(): void {
    const { id, disk } = this.#choice.pick([...this.#stage.nodes.values()]);
    this.#snapshots.push({ node: id, snapshot: disk.snapshot() });
  }

  /** One at a time: where two have forgotten what they had, something may be lost, and people must say how to go on. */
  #restore(): void {
    const nodes = [...this.#stage.nodes.values()];
    // Nobody has heard of the ledger yet.
    if (this.#stage.promises.shown.length === 0) return;
    if (nodes.some(({ disk }) => disk.remembered.memory === 'behind')) return;
    const node = this.#choice.pick(nodes);
    if (this.#isAloneWith(node)) return;
    const copies = this.#snapshots.filter((copy) => copy.node === node.id);
    const copy = copies.length === 0 || this.#choice.chance(0.4) ? null : this.#choice.pick(copies);
    this.counts.restores++;
    node.restore(copy?.snapshot ?? NEW_DISK);
    this.#startLater(node);
  }

  /**
   * The writer's machine is put back as a whole, so that nothing tells it. That nothing comes of it is promised where all others
   * are there to say what they have.
   */
  #putBack(): void {
    const { network, nodes } = this.#stage;
    const writer = writerOf(nodes);
    if (writer === undefined || !network.isWhole || !this.#areAllThere()) return;
    const { promised } = writer.disk.remembered;
    const copy = this.#snapshots.findLast(
      ({ node, snapshot: { remembered, log } }) =>
        node === writer.id &&
        compareTerms(remembered.promised, promised) === 0 &&
        compareTerms(lastTerm(endOf(log)), promised) === 0,
    );
    // For the next time.
    this.#snapshots.push({ node: writer.id, snapshot: writer.disk.snapshot() });
    if (copy === undefined || !this.#othersHaveAll(writer)) return;
    this.counts.restores++;
    writer.putBack(copy.snapshot);
    this.#startLater(writer);
    this.#beQuiet();
  }

  #areAllThere(): boolean {
    const nodes = [...this.#stage.nodes.values()];
    return nodes.every(({ isUp, disk }) => isUp && disk.remembered.memory === 'whole');
  }

  /** What it signed and nobody else has yet, nobody can tell it of. */
  #othersHaveAll({ disk, id }: SimNode): boolean {
    const { blocks } = disk.written;
    const others = [...this.#stage.nodes.values()].filter((other) => other.id !== id);
    return others.some(
      (other) => other.disk.log.blocks[blocks.length - 1]?.id === blocks.at(-1)?.id,
    );
  }

  #beQuiet(): void {
    const { events, network } = this.#stage;
    const { weather } = network;
    this.#quietUntil = events.now + QUIET;
    network.weather = CALM;
    events.after(QUIET, () => {
      if (!this.#stage.isCalm()) network.weather = weather;
    });
  }

  #isQuiet(): boolean {
    return this.#stage.events.now < this.#quietUntil;
  }

  /** What a member without data knows of, or is about to hear of, is nowhere else: it is lost with that disk, as is said of it. */
  #isAloneWith(node: SimNode): boolean {
    const nodes = [...this.#stage.nodes.values()];
    const others = nodes.filter((other) => other.keepsData && other !== node);
    const without = nodes.filter(({ keepsData }) => !keepsData);
    return (without.length === 0 ? [] : [...without, node]).some(({ disk }) =>
      others.every((other) => compareEnds(endOf(other.disk.log), endOf(disk.log)) < 0),
    );
  }

  #skew(): void {
    const node = this.#choice.pick([...this.#stage.nodes.values()]);
    node.skew = this.#choice.between(0, 400);
  }

  #move(): void {
    const writer = writerOf(this.#stage.nodes);
    if (writer === undefined) return;
    this.counts.moves++;
    writer.move(this.#choice.pick([...this.#stage.nodes.keys()]));
  }

  #regroup(): void {
    const writer = writerOf(this.#stage.nodes);
    const current = writer?.state?.log.groups.at(-1)?.group;
    if (writer === undefined || current === undefined) return;
    const pool = [...this.#stage.nodes.values()].map(({ id, keepsData }) =>
      memberAs(id, keepsData, this.#stage.founding),
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
}

/** Whoever believes to be it. */
export function writerOf(nodes: ReadonlyMap<NodeId, SimNode>): SimNode | undefined {
  return [...nodes.values()].find(({ state }) => state?.role.kind === 'writing');
}
