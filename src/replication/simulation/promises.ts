/** What the protocol promises, checked against everything that happens in a history. */
import { type Group, isVoteQuorum, isWriteQuorum, mayFollow } from '../protocol/group.js';
import { commonLength, compareEnds, cutEnd, lastTerm, type LogEnd } from '../protocol/log-end.js';
import { groupOf, type LogView } from '../protocol/log-view.js';
import type { Message } from '../protocol/messages.js';
import { compareTerms, formatTerm, NO_TERM, type NodeId, type Term } from '../protocol/term.js';
import type { SimDisk } from './sim-disk.js';
import { type Block, endOf, type SimLog } from './sim-log.js';

export class Promises {
  /** The first that was broken, in words. */
  #broken: string | null = null;
  /** What was shown, by any node, at each place. */
  readonly #shown: Block[] = [];
  /** How often something was shown because members without data knew of it. */
  #stoodIn = 0;
  /** Keys of what was shown. */
  readonly #keys = new Map<string, number>();
  /** What was told to those who asked, by key. */
  readonly #acknowledged = new Map<string, number>();
  /** The log of each term, as far as its writer has ever had it on disk. */
  readonly #written = new Map<string, readonly Block[]>();
  /** Who said that it has how much of the log of a term. */
  readonly #receipts = new Map<string, Map<NodeId, number>>();
  /** Who voted in a term. */
  readonly #votes = new Map<string, Set<NodeId>>();
  /** The latest that each has voted in. */
  readonly #voted = new Map<NodeId, Term>();

  get broken(): string | null {
    return this.#broken;
  }

  get shown(): readonly Block[] {
    return this.#shown;
  }

  get stoodIn(): number {
    return this.#stoodIn;
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  /** A term names one writer, and a length within it one block; a group is changed once what changed it last was shown. */
  appended(node: NodeId, { blocks, view }: SimLog): void {
    const term = lastTerm(view.end);
    const before = this.#written.get(formatTerm(term)) ?? [];
    const at = before.findIndex(
      (block, index) => index < blocks.length && block.id !== blocks[index]?.id,
    );
    if (at !== -1)
      this.break(
        `${node} has another block at ${at} in ${formatTerm(term)}: two histories of one term`,
      );
    if (blocks.length > before.length) this.#written.set(formatTerm(term), blocks);
    const changed = view.groups.at(-2);
    const isNew = (view.groups.at(-1)?.block ?? 0) >= before.length && term.node === node;
    if (isNew && before.length > 0 && changed !== undefined && changed.block >= this.#shown.length)
      this.break(`${node} changed the group before the last change was shown`);
    const newer = view.groups.at(-1);
    if (changed !== undefined && newer !== undefined && !mayFollow(changed.group, newer.group))
      this.break(`${node} changed the group by more than a step`);
  }

  /** Nobody begins to write without the votes, or with less than those who voted have. */
  begin(node: NodeId, term: Term, { view }: SimLog, votes: Iterable<LogEnd>): void {
    const group = groupOf(view);
    const voters = new Set(this.#votes.get(formatTerm(term)) ?? []).add(node);
    if (group === null || !isVoteQuorum(group, voters))
      this.break(
        `${node} begins to write in ${formatTerm(term)} with the votes of ${voters.size} alone`,
      );
    for (const end of votes)
      if (compareEnds(view.end, end) < 0)
        this.break(`${node} begins to write in ${formatTerm(term)} with less than a voter has`);
  }

  /** Nothing is shown that a write quorum does not have, and nothing that was shown is ever shown otherwise. */
  show(node: NodeId, { blocks, view }: SimLog, length: number, known: LogView): void {
    if (blocks.length < length) {
      this.break(`${node} shows ${length} blocks and has ${blocks.length}`);
      return;
    }
    const term = formatTerm(lastTerm(cutEnd(view.end, length)));
    const given = [...(this.#receipts.get(term) ?? [])].filter(([, some]) => some >= length);
    const having = new Set([node, ...given.map(([receipted]) => receipted)]);
    // What is on its disk may be ahead of what it knows, by a change of the group.
    const group = groupOf(known);
    const hasQuorum = group !== null && isWriteQuorum(group, having);
    if (!hasQuorum && group !== null && isKnownToEnough(group, having)) this.#stoodIn++;
    else if (!hasQuorum)
      this.break(`${node} shows ${length} blocks that ${having.size} alone have in ${term}`);
    for (const [at, block] of blocks.slice(0, length).entries()) {
      const before = this.#shown[at];
      if (before === undefined) {
        if (block.key !== null && this.#keys.has(block.key))
          this.break(`${node} shows ${block.key} twice`);
        if (block.key !== null) this.#keys.set(block.key, at);
        this.#shown.push(block);
      } else if (before.id !== block.id) {
        this.break(`${node} shows another block at ${at} than was shown before: a fork, or a loss`);
        return;
      }
    }
  }

  acknowledge(key: string, index: number): void {
    if (this.#shown[index]?.key !== key)
      this.break(`${key} was acknowledged at ${index}, where it was not shown`);
    const before = this.#acknowledged.get(key);
    if (before !== undefined && before !== index)
      this.break(`${key} was acknowledged at ${before} and at ${index}`);
    this.#acknowledged.set(key, index);
  }

  /** Receipts and votes say what is on disk, and no receipt is given in a term below one that was voted in. */
  sent(node: NodeId, message: Message, disk: SimDisk): void {
    if (message.kind !== 'receipt' && message.kind !== 'vote') return;
    const { term } = message;
    const { promised } = disk.remembered;
    if (compareTerms(promised, term) < 0)
      this.break(
        `${node} sent a ${message.kind} in ${formatTerm(term)} before its promise was on disk`,
      );
    const voted = this.#voted.get(node) ?? NO_TERM;
    if (message.kind === 'vote') {
      const had = [disk.log, disk.before].map((log) => commonLength(message.end, endOf(log)));
      if (Math.max(...had) < message.end.length)
        this.break(`${node} voted with a log that was not on its disk`);
      if (compareTerms(term, voted) > 0) this.#voted.set(node, term);
      setDefault(this.#votes, formatTerm(term), new Set<NodeId>()).add(node);
      return;
    }
    const { length } = message;
    if (compareTerms(term, voted) < 0)
      this.break(
        `${node} sent a receipt in ${formatTerm(term)} after a vote in ${formatTerm(voted)}`,
      );
    const last = this.#written.get(formatTerm(term))?.[length - 1];
    if (length > 0 && (last === undefined || !isOn(disk.log, length, last)))
      this.break(
        `${node} sent a receipt for ${length} blocks of ${formatTerm(term)} and does not have them on disk`,
      );
    const receipts = setDefault(this.#receipts, formatTerm(term), new Map<NodeId, number>());
    receipts.set(node, Math.max(length, receipts.get(node) ?? 0));
  }

  /** In the end every member has the same, and all that was ever shown. */
  settle(nodes: readonly { readonly id: NodeId; readonly disk: SimDisk }[]): void {
    const [first, ...others] = nodes;
    if (first === undefined) return;
    for (const [at, { id }] of this.#shown.entries())
      if (first.disk.log.blocks[at]?.id !== id) {
        this.break(`what was shown at ${at} is lost`);
        return;
      }
    for (const { id, disk } of others)
      if (
        disk.log.blocks.length !== first.disk.log.blocks.length ||
        disk.log.blocks.some((block, at) => block.id !== first.disk.log.blocks[at]?.id)
      )
        this.break(`${id} and ${first.id} have other logs in the end`);
  }

  break(how: string): void {
    this.#broken ??= how;
  }
}

function setDefault<K, V>(map: Map<K, V>, key: K, value: V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  map.set(key, value);
  return value;
}

/** Without data, known of: its term wrote that many blocks, and no other block was ever there in it. */
function isOn({ blocks, view: { end } }: SimLog, length: number, last: Block): boolean {
  if (blocks.length > 0) return blocks[length - 1]?.id === last.id;
  return end.length >= length && compareTerms(lastTerm(cutEnd(end, length)), last.term) === 0;
}

/** Those without data counted: nobody begins any more without what they know of. */
function isKnownToEnough({ members, writeQuorum }: Group, having: ReadonlySet<NodeId>): boolean {
  const knowing = members.filter(({ node }) => having.has(node));
  return knowing.length >= writeQuorum && knowing.some(({ hasData }) => hasData);
}
