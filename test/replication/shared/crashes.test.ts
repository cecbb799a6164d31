/**
 * The power goes at a durable step of one of three nodes that keep a ledger: as it founds it, as it takes over, as it takes
 * blocks and their secrets in. It is opened again, and comes up with the others; nothing that a client was told is lost.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toHex } from '../../../src/base/bytes.js';
import { eventually } from '../../support/eventually.js';
import { FaultPlan, faultsBetween, type PlannedFault } from '../../support/fault-plan.js';
import { freePort } from '../../support/free-port.js';
import { fsckFindings } from '../../support/fsck-findings.js';
import { caseNumbers, isLong, report, spread, timeLimit } from '../../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { LEDGER, majorityOf, type NodeKeys, SharingNode, TENANT } from './sharing-node.js';

const SHARE = 1;
const PATIENCE = 30_000;
const SUBJECTS = ['founder', 'elected', 'follower'] as const;
type Subject = (typeof SUBJECTS)[number];

let root: string;
beforeAll(async () => {
  root = await temporaryDirectory();
});
afterAll(() => removeDirectory(root));

class Trio {
  readonly nodes: readonly SharingNode[];
  readonly plan: FaultPlan;
  readonly subject: SharingNode;
  readonly told = new Set<string>();
  keys: NodeKeys[] = [];
  /** Counts of the steps that are not looked at. */
  before: ReadonlyMap<string, number> = new Map();

  constructor(directory: string, subject: Subject, plan: FaultPlan) {
    this.nodes = ['a', 'b', 'c'].map((name) => new SharingNode(directory, name));
    this.plan = plan;
    this.subject = this.at(SUBJECTS.indexOf(subject));
  }

  at(index: number): SharingNode {
    const node = this.nodes[index];
    if (node === undefined) throw new Error('three nodes');
    return node;
  }

  /** Founded by the first; then the second takes over; each writes once. Ends where the power goes. */
  async live(): Promise<void> {
    for (const node of this.nodes) {
      await node.openStore();
      this.keys.push(await node.keys(await freePort()));
    }
    const [a, b] = [this.at(0), this.at(1)];
    await a.store.createLedger(await a.store.createTenant(TENANT, 'a.example'), LEDGER);
    await this.#append(a, 'before');
    // Only now with faults: what a store does by itself has its own tables.
    await this.subject.close();
    await this.subject.openStore(this.plan);
    this.before = new Map(this.plan.steps);
    await this.#orPower(async () => {
      for (const node of this.nodes) await this.#share(node);
      await this.#found();
      await this.#append(a, 'one');
      await this.#all(4);
      if (this.subject === this.at(2)) return;
      await a.close();
      await this.#until(() => b.isWriter, 'the second to write');
      await this.#append(b, 'two');
    });
  }

  /** All are there again, without faults. */
  async goOn(): Promise<void> {
    for (const node of this.nodes) {
      await node.close().catch(() => undefined);
      node.failures.length = 0;
      await node.openStore();
    }
    for (const node of this.nodes) await this.#share(node);
    const [founded] = this.at(0).shared.all();
    if (!this.#isFounded && (founded?.ledger.state.log.groups.length ?? 0) === 0)
      await this.#found();
    const writer = (): SharingNode | undefined => this.nodes.find(({ isWriter }) => isWriter);
    await eventually(() => writer() !== undefined, 'a writer', PATIENCE);
    for (let tries = 0; !this.told.has('last'); tries++) {
      const node = writer();
      try {
        if (node !== undefined) await this.#append(node, 'last');
      } catch (cause) {
        if (tries > 50) throw cause;
      }
      await eventually(() => writer() !== undefined, 'a writer', PATIENCE);
    }
    const size = Math.max(...this.nodes.map((node) => this.sizeOf(node)));
    await this.#all(size);
  }

  async problems(): Promise<string[]> {
    const problems: string[] = [];
    const roots = this.nodes.map(({ ledger }) => toHex(ledger.reader.head.rootHash));
    if (new Set(roots).size !== 1) problems.push('the roots differ');
    for (const node of this.nodes) {
      const { reader } = node.ledger;
      const found = new Set<unknown>();
      for await (const entry of reader.entries(0 as never, reader.head.size)) {
        const payload = await node.payloadOf(entry).catch(() => null);
        if (payload !== null) found.add((payload as { key: string }).key);
      }
      for (const key of this.told)
        if (!found.has(key)) problems.push(`${node.name} does not have ${key}`);
      if (node.failures.length > 0)
        problems.push(`${node.name} failed: ${String(node.failures[0])}`);
    }
    for (const node of this.nodes) await node.close();
    for (const { name, root: directory } of this.nodes)
      for (const found of await fsckFindings(directory)) problems.push(`fsck of ${name}: ${found}`);
    return problems;
  }

  async close(): Promise<void> {
    for (const node of this.nodes) await node.close().catch(() => undefined);
  }

  sizeOf(node: SharingNode): number {
    return node.sharing?.all().length === 1 ? node.ledger.reader.head.size : 0;
  }

  async #share(node: SharingNode): Promise<void> {
    const own = this.keys[this.nodes.indexOf(node)];
    if (own !== undefined) await node.share(own, this.keys);
  }

  /** The third has data and never writes. */
  async #found(): Promise<void> {
    const { members, ...rest } = majorityOf(this.keys);
    const third = this.keys[2]?.receiptKey;
    const wanted = members.map((one) => ({ ...one, mayWrite: one.node !== third }));
    await this.at(0).shared.setGroup(this.at(0).ledger, { ...rest, members: wanted });
    this.#isFounded = true;
  }

  async #append(node: SharingNode, key: string): Promise<void> {
    const [result] = await node.append('alice', key);
    if (result?.kind === 'receipt') this.told.add(key);
  }

  async #all(size: number): Promise<void> {
    await this.#until(
      () => this.nodes.every((node) => this.sizeOf(node) >= size),
      `${size} entries at all`,
    );
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    await eventually(() => isSo() || this.#isOff, what, PATIENCE).catch((cause: unknown) => {
      throw new Error(`${String(cause)}: ${this.#states()}`);
    });
    if (this.#isOff) throw new PowerOff();
  }

  #states(): string {
    const states = this.nodes.map((node) => {
      const ledger = node.sharing?.all()[0]?.ledger;
      const { role, shown, log, memory } = ledger?.state ?? {};
      const { end } = log ?? {};
      const failures = node.failures.map(String).join(', ');
      return `${node.name} has ${this.sizeOf(node)}, ${role?.kind} ${memory}, ${shown} of ${end?.length} shown ${JSON.stringify(end?.segments.map(({ begins, term }) => [begins, term.number]))} tail ${ledger?.tail.alarm?.detail ?? ''} ${failures}`;
    });
    return states.join('; ');
  }

  get #isOff(): boolean {
    return this.plan.hasStruck && this.subject.opened !== null && !this.#isOver;
  }

  #isOver = false;
  #isFounded = false;

  /** What fails once the power has gone is the fault's; that nobody answers any more, too. */
  async #orPower(act: () => Promise<void>): Promise<void> {
    const off = async (): Promise<void> => {
      await eventually(() => this.plan.hasStruck || this.#isOver, 'the end', 4 * PATIENCE);
    };
    try {
      await Promise.race([act(), off()]);
    } catch (cause) {
      if (!this.plan.hasStruck) throw cause;
    } finally {
      this.#isOver = true;
    }
  }
}

class PowerOff extends Error {}

describe.each(SUBJECTS)('a node that keeps a ledger with others, as %s', (subject) => {
  it(
    'is off at one of its durable steps, and comes up with the others',
    async () => {
      const whole = new Trio(join(root, `${subject}-whole`), subject, new FaultPlan(null));
      await whole.live();
      await whole.goOn();
      expect(await whole.problems()).toEqual([]);
      const all: PlannedFault[] = spread(faultsBetween(whole.before, whole.plan.steps));
      const failed: string[] = [];
      let struck = 0;
      for (const at of caseNumbers(SHARE, all.length)) {
        const fault = all[at];
        if (fault === undefined) throw new RangeError('a case that there is not');
        const trio = new Trio(
          join(root, `${subject}-${at}`),
          subject,
          new FaultPlan(fault, { isForGood: true }),
        );
        const name = `${at}: ${fault.step} (${fault.nth}), ${fault.when}`;
        try {
          await trio.live();
          if (trio.plan.hasStruck) struck++;
          await trio.goOn();
          const problems = await trio.problems();
          if (problems.length > 0) failed.push(`${name}: ${problems.join('; ')}`);
        } catch (cause) {
          failed.push(`${name}: ${cause instanceof Error ? (cause.stack ?? '') : String(cause)}`);
        }
        await trio.close();
        report(`${subject}: ${name}${failed.length > 0 ? ` FAILED ${failed.at(-1) ?? ''}` : ''}`);
        if (failed.length > 0 && !isLong) break;
      }
      report(`${subject}: ${struck} struck, of ${all.length} faults`);
      expect(failed).toEqual([]);
    },
    timeLimit,
  );
});
