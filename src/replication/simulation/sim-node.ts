/** A node of the simulation: the protocol as it runs everywhere, over a disk, links and a clock that are made up. */
import type { Group } from '../protocol/group.js';
import { commonLength, isSameEnd, type LogEnd } from '../protocol/log-end.js';
import { EMPTY_VIEW } from '../protocol/log-view.js';
import { type MemberPorts, MemberRunner } from '../protocol/member-runner.js';
import { mayAppend, type MemberState } from '../protocol/member-state.js';
import type { Message } from '../protocol/messages.js';
import type { NodeId } from '../protocol/term.js';
import { blocksFor } from './sim-append.js';
import { type Snapshot, SimDisk } from './sim-disk.js';
import { appended, type Block, cut, endOf, type SimLog } from './sim-log.js';
import type { Answer, Peer, SimParts, Wish } from './sim-parts.js';

interface Wanted {
  readonly from: NodeId;
  readonly end: LogEnd;
}

const MAX_FETCHED = 8;

export class SimNode implements Peer {
  readonly id: NodeId;
  readonly keepsData: boolean;
  disk: SimDisk;
  /** Of its clock, against the time of the history. */
  skew = 0;
  readonly #parts: SimParts;
  #runner: MemberRunner | null = null;
  /** What was begun in an earlier life never comes to its end. */
  #life = 0;
  #wake = 0;
  #wanted: Wanted | null = null;
  /** What changes the log goes one after the other. */
  #work: ((done: () => void) => void)[] = [];
  #isWorking = false;
  #asked: Wish[] = [];
  #waiting: { readonly key: string; readonly answer: (answer: Answer) => void }[] = [];

  constructor(id: NodeId, keepsData: boolean, snapshot: Snapshot, parts: SimParts) {
    this.id = id;
    this.keepsData = keepsData;
    this.disk = new SimDisk(snapshot);
    this.#parts = parts;
  }

  get isUp(): boolean {
    return this.#runner !== null;
  }

  get state(): MemberState | null {
    return this.#runner?.state ?? null;
  }

  start(): void {
    const { flaws, rules, timing, acquaintances } = this.#parts;
    const { remembered, log } = this.disk;
    const ports = this.#ports();
    // What a crash left of it is there to be sent to others.
    this.#parts.promises.appended(this.id, log);
    const memory = flaws.startsWhole === true ? 'whole' : remembered.memory;
    this.#runner = new MemberRunner(
      {
        self: this.id,
        keepsData: this.keepsData,
        acquaintances,
        remembered: { ...remembered, memory },
        log: flaws.forgetsKnown === true && !this.keepsData ? EMPTY_VIEW : log.view,
      },
      flaws.ports?.(ports, (millis, act) => {
        this.#later(millis, act);
      }) ?? ports,
      rules,
      timing,
    );
    this.#parts.trace(this.id, `starts, ${memory}, with ${log.view.end.length} blocks`);
  }

  crash(): void {
    if (this.#runner === null) return;
    this.#life++;
    this.#runner = null;
    this.#wanted = null;
    this.#work = [];
    this.#isWorking = false;
    this.#asked = [];
    this.#waiting = [];
    this.disk.crash(this.#parts.choice);
    this.#parts.trace(this.id, 'crashes');
  }

  /** Its disk is another now, with what an older one had, or nothing. It knows that it is behind. */
  restore({ remembered, log }: Snapshot): void {
    this.crash();
    this.disk = new SimDisk({ remembered: { ...remembered, memory: 'behind' }, log });
    this.#parts.trace(this.id, `is restored with ${log.blocks.length} blocks`);
  }

  /** As `restore`, and it does not know. */
  putBack(snapshot: Snapshot): void {
    this.crash();
    this.disk = new SimDisk(snapshot);
    this.#parts.trace(this.id, `is put back to ${snapshot.log.blocks.length} blocks`);
  }

  receive(from: NodeId, message: Message): void {
    this.#runner?.give({ kind: 'message', from, message });
  }

  move(to: NodeId): void {
    this.#runner?.give({ kind: 'move', to });
  }

  /** Answers when the entry is shown; or never, and whoever asked asks again with the same key. */
  request(key: string, answer: (answer: Answer) => void): void {
    const { state } = this;
    if (state === null) return;
    if (!mayAppend(state)) {
      const writer = state.role.kind === 'following' ? (state.role.announced?.from ?? null) : null;
      answer({ kind: 'elsewhere', writer });
      return;
    }
    this.#waiting.push({ key, answer });
    this.#append({ key, group: null });
    this.#settle();
  }

  changeGroup(group: Group): void {
    this.#append({ key: null, group });
  }

  serve(to: NodeId, end: LogEnd, have: LogEnd): void {
    if (this.#runner === null) return;
    const { log } = this.disk;
    const from = commonLength(have, end);
    const until = Math.min(commonLength(endOf(log), end), from + MAX_FETCHED);
    if (until <= from) return;
    const blocks = log.blocks.slice(from, until);
    this.#parts.network.send(this.id, to, () => {
      this.#parts.node(to)?.takeBlocks(end, from, blocks);
    });
  }

  /** For a log that is still wanted, and that begins with what is there. */
  takeBlocks(end: LogEnd, from: number, blocks: readonly Block[]): void {
    const isWanted = (): boolean => this.#wanted !== null && isSameEnd(this.#wanted.end, end);
    if (this.#runner === null || !isWanted()) return;
    this.#do((done) => {
      const { log } = this.disk;
      const { length } = log.blocks;
      const isPrefix = commonLength(endOf(log), end) === length;
      if (!isWanted() || (!isPrefix && this.#parts.flaws.keepsTail !== true) || length < from) {
        done();
        return;
      }
      this.#writeAndSync(appended(log, blocks.slice(length - from)), () => {
        done();
        if (length < this.disk.log.blocks.length && this.disk.log.blocks.length < end.length)
          this.#fetch();
      });
    });
  }

  #fetch(): void {
    const wanted = this.#wanted;
    if (wanted === null) return;
    const have = endOf(this.disk.log);
    this.#parts.network.send(this.id, wanted.from, () => {
      this.#parts.node(wanted.from)?.serve(this.id, wanted.end, have);
    });
  }

  #append(one: Wish): void {
    this.#asked.push(one);
    if (this.#asked.length > 1) return;
    this.#do((done) => {
      const taken = this.#asked;
      this.#asked = [];
      const { state } = this;
      if (state?.role.kind !== 'writing' || !mayAppend(state)) {
        done();
        return;
      }
      const { log } = this.disk;
      const blocks = blocksFor(taken, log, state, this.#parts);
      if (blocks.length === 0) {
        done();
        return;
      }
      this.#writeAndSync(appended(log, blocks), done, true);
    });
  }

  #settle(): void {
    const { state } = this;
    if (state?.role.kind !== 'writing') return;
    const { blocks } = this.disk.log;
    this.#waiting = this.#waiting.filter(({ key, answer }) => {
      const index = blocks.findIndex((block) => block.key === key);
      if (index === -1 || index >= state.shown) return true;
      answer({ kind: 'done', index });
      return false;
    });
  }

  #ports(): MemberPorts {
    const { choice, events, network, promises, trace } = this.#parts;
    const life = this.#life;
    const isAlive = (): boolean => this.#life === life;
    return {
      now: () => events.now + this.skew,
      jitter: () => choice.fraction(),
      wakeAt: (at) => {
        const wake = ++this.#wake;
        if (!Number.isFinite(at)) return;
        events.at(at - this.skew, () => {
          if (isAlive() && wake === this.#wake) this.#runner?.give({ kind: 'tick' });
        });
      },
      save: (remembered, done) => {
        trace(
          this.id,
          `promises ${remembered.promised.number}/${remembered.promised.node}, ${remembered.memory}`,
        );
        this.#sync(() => {
          const { promised, memory } = remembered;
          this.disk.remembered = { promised, memory };
          this.#later(0, done);
        });
      },
      begin: ({ term, on, votes }, done) => {
        this.#do((ended) => {
          const { log } = this.disk;
          const finish = (): void => {
            ended();
            this.#runner?.give({ kind: 'stored', log: this.disk.log.view });
            done();
          };
          if (!isSameEnd(endOf(log), on)) {
            finish();
            return;
          }
          promises.begin(
            this.id,
            term,
            log,
            [...votes.values()].map(({ end }) => end),
          );
          trace(this.id, `begins ${term.number} at ${log.blocks.length}`);
          const block: Block = { id: this.#parts.nextBlock(), term, key: null, group: null };
          this.#writeAndSync(appended(log, [block]), finish, true);
        });
      },
      discard: (length, done) => {
        this.#do((ended) => {
          if (this.#parts.flaws.keepsTail === true) {
            ended();
            done();
            return;
          }
          trace(this.id, `discards from ${length} on`);
          this.#writeAndSync(cut(this.disk.log, length), () => {
            ended();
            this.#runner?.give({ kind: 'stored', log: this.disk.log.view });
            done();
          });
        });
      },
      know: (view, done) => {
        this.#do((ended) => {
          trace(this.id, `knows of ${view.end.length}`);
          this.#writeAndSync({ blocks: [], view }, () => {
            ended();
            this.#runner?.give({ kind: 'stored', log: this.disk.log.view });
            done();
          });
        });
      },
      follow: (from, end) => {
        this.#wanted = { from, end };
        this.#fetch();
      },
      send: (to, message) => {
        promises.sent(this.id, message, this.disk);
        trace(this.id, `→ ${to} ${JSON.stringify(message)}`);
        network.send(this.id, to, () => {
          this.#parts.node(to)?.receive(this.id, message);
        });
        if (message.kind !== 'announce') this.#parts.tempt(this.id);
      },
      show: (length) => {
        trace(this.id, `shows ${length}`);
        promises.show(this.id, this.disk.log, length, this.#runner?.state.log ?? EMPTY_VIEW);
        // The state says so once this step is over.
        this.#later(0, () => {
          this.#settle();
        });
        this.#parts.tempt(this.id);
      },
    };
  }

  #writeAndSync(log: SimLog, done: () => void, isWriter = false): void {
    this.disk.write(log);
    if (this.#parts.flaws.claimsUnsynced === true)
      this.#later(0, () => this.#runner?.give({ kind: 'stored', log: this.disk.written.view }));
    this.#sync(() => {
      this.disk.sync();
      if (isWriter) this.#parts.promises.appended(this.id, log);
      // A crash between the two leaves what nobody was told of.
      this.#later(0, () => {
        done();
        this.#runner?.give({ kind: 'stored', log: this.disk.log.view });
      });
    });
  }

  #sync(done: () => void): void {
    this.#later(this.#parts.choice.between(1, this.#parts.diskDelay), done);
  }

  #do(work: (done: () => void) => void): void {
    this.#work.push(work);
    this.#workOn();
  }

  #workOn(): void {
    if (this.#isWorking) return;
    const next = this.#work.shift();
    if (next === undefined) return;
    this.#isWorking = true;
    next(() => {
      this.#isWorking = false;
      this.#workOn();
    });
  }

  /** In this life only. */
  #later(millis: number, act: () => void): void {
    const life = this.#life;
    this.#parts.events.after(millis, () => {
      if (this.#life === life) act();
    });
  }
}
