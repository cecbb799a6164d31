/**
 * A log that shows two readers two histories, each of whom asks the witness for cosignatures; with lies
 * about sizes and proofs, clocks that go back, restarts and power cuts in between. No two cosignatures of
 * different roots at one size, ever; what is honest is cosigned; what convicts the log is kept.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/base/bytes.js';
import { FakeClock } from '../support/fake-clock.js';
import { FaultyFiles } from '../support/faulty-files.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { leaves } from '../tlog/naive-tree.js';
import { CosignedHeads } from './support/cosigned-heads.js';
import {
  makeKeys,
  OpenedWitness,
  type Places,
  placesIn,
  type Spoilt,
} from './support/opened-witness.js';
import { type Asked, SigningLog } from './support/signing-log.js';

const LENGTH = 24;
const TURNS = 40;

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

interface Request extends Asked {
  readonly history: number;
  /** Whether the proof is the one that belongs there. */
  readonly isGenuine: boolean;
}

/** What happened to one witness, from one seed. */
class Story {
  readonly heads = new CosignedHeads();
  readonly broken: string[] = [];
  cosigned = 0;
  refused = 0;
  readonly #choice: SeededChoice;
  readonly #log: SigningLog;
  readonly #places: Places;
  readonly #clock = new FakeClock();
  /** What each of the two readers believes that the witness has. */
  readonly #believed: [number, number] = [0, 0];
  /** Heads of one size and another root than was cosigned, that the witness has been shown. */
  readonly #convicting = new Set<string>();
  #opened: OpenedWitness;
  /** As the witness last said. */
  #head: { size: number; root: string } | null = null;

  private constructor(seed: number, log: SigningLog, places: Places, opened: OpenedWitness) {
    this.#choice = new SeededChoice(`split view ${seed}`);
    this.#log = log;
    this.#places = places;
    this.#opened = opened;
  }

  static async begin(seed: number, places: Places): Promise<Story> {
    const fork = new SeededChoice(`fork ${seed}`).below(6);
    const log = new SigningLog({ fork, length: LENGTH });
    await makeKeys(places);
    return new Story(seed, log, places, await OpenedWitness.open(places, [log]));
  }

  async live(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) {
      const what = this.#choice.below(20);
      if (what === 0) await this.#restart();
      else if (what === 1) await this.#powerCut();
      else if (what < 5) await this.#together(2 + this.#choice.below(3));
      else await this.#alone(this.#request());
      this.#clock.advance(this.#choice.below(4_000) - 1_000);
    }
    await this.#restart();
    await this.#lookAtProofs();
    await this.#opened.close();
    this.broken.push(...this.heads.broken);
  }

  /** One reader's next request: mostly honest about what it was shown. */
  #request(): Request {
    const reader = this.#choice.below(2) as 0 | 1;
    const lie = this.#choice.below(10);
    const old = lie === 0 ? this.#choice.below(LENGTH) : (this.#head?.size ?? 0);
    const believed = lie === 1 ? this.#believed[reader] : old;
    const size = Math.min(
      LENGTH,
      lie === 2 ? this.#choice.below(LENGTH) : believed + this.#choice.below(4),
    );
    // Half of the time of the first history, so that it grows; a third one to be surprised by.
    const history = lie === 3 ? 2 : reader;
    const isGenuine = lie !== 4;
    const proof = isGenuine ? {} : { proof: leaves(this.#choice.below(5), 'made up') };
    return { old: believed, size, history, isGenuine, ...proof };
  }

  /** Whether C2SP says that it is to be cosigned. */
  #isDue({ old, size, history, isGenuine, proof = [] }: Request): boolean {
    const head = this.#head ?? { size: 0, root: toHex(this.#log.root(0)) };
    if (old > size || old !== head.size) return false;
    if (!isGenuine && proof.length + this.#log.proof(old, size, history).length > 0) return false;
    return toHex(this.#log.root(old, history)) === head.root;
  }

  async #alone(request: Request): Promise<void> {
    const isDue = this.#isDue(request);
    this.#remember(request);
    const outcome = await this.#opened.outcome(this.#log.request(request));
    if (outcome.startsWith('— ') !== isDue)
      this.broken.push(`${JSON.stringify(request)} was ${isDue ? 'due' : 'not due'}: ${outcome}`);
    this.#told(request, outcome);
  }

  /** At once: whoever comes first is first. */
  async #together(count: number): Promise<void> {
    const requests = Array.from({ length: count }, () => this.#request());
    for (const request of requests) this.#remember(request);
    const outcomes = await Promise.all(
      requests.map((request) => this.#opened.outcome(this.#log.request(request))),
    );
    for (const [at, request] of requests.entries()) this.#told(request, outcomes[at] ?? '');
  }

  #told({ size, history }: Request, outcome: string): void {
    if (!outcome.startsWith('— ')) {
      this.refused++;
      return;
    }
    this.cosigned++;
    this.heads.take(this.#opened.witness.verifierKey, this.#log.text(size, history), outcome);
    this.#head = { size, root: toHex(this.#log.root(size, history)) };
    this.#believed[history === 1 ? 1 : 0] = size;
  }

  /** What is asked while the newest head of its size is another: it convicts the log. */
  #remember({ old, size, history }: Request): void {
    const head = this.#head;
    const isOther = head !== null && toHex(this.#log.root(size, history)) !== head.root;
    if (old <= size && size === head?.size && isOther)
      this.#convicting.add(this.#log.note(size, history));
  }

  async #restart(spoilt: Spoilt = {}): Promise<void> {
    await this.#opened.close();
    this.#opened = await OpenedWitness.open(this.#places, [this.#log], {
      clock: this.#clock,
      ...spoilt,
    });
    const { newest } = this.#opened.witness.log(this.#log.witnessed.originHash).seen;
    const size = newest?.size ?? 0;
    if (size < (this.#head?.size ?? 0)) this.broken.push('it forgot a head');
    if (newest !== null) this.#head = { size, root: toHex(newest.rootHash) };
  }

  /** Some requests, at one of whose steps the power goes. */
  async #powerCut(): Promise<void> {
    const when = this.#choice.pick(['before', 'torn', 'after'] as const);
    const spoilt = { [this.#choice.pick(['data', 'keys'] as const)]: null };
    const files = new FaultyFiles(this.#choice.below(12), when);
    try {
      await this.#restart('data' in spoilt ? { data: files } : { keys: files });
      for (let more = 0; more < 4; more++) {
        const request = this.#request();
        this.#told(request, await this.#opened.outcome(this.#log.request(request)));
      }
    } catch {
      // It did not open, and has left nothing open.
      this.#opened = await OpenedWitness.open(this.#places, [this.#log], { clock: this.#clock });
    }
    await this.#restart();
  }

  async #lookAtProofs(): Promise<void> {
    const { seen } = this.#opened.witness.log(this.#log.witnessed.originHash);
    const views = await seen.splitViews();
    const kept = new Set(views.map(({ note }) => note));
    const lost = [...this.#convicting].filter((note) => !kept.has(note));
    if (lost.length > 0 && views.length < 16)
      this.broken.push(`${lost.length} proofs are not kept`);
    for (const { note, other = '' } of views) {
      const [[origin, size, one], [otherOrigin, otherSize, two]] = [
        note.split('\n'),
        other.split('\n'),
      ];
      if (origin !== otherOrigin || size !== otherSize || one === two)
        this.broken.push('what is kept as a proof proves nothing');
    }
  }
}

describe('a log with two histories', () => {
  it(
    'never gets two roots of one size cosigned',
    async () => {
      let [cosigned, refused] = [0, 0];
      const seeds = caseNumbers(12, 400);
      for (const seed of seeds) {
        const places = placesIn(`${root}/${seed}`);
        const story = await Story.begin(seed, places);
        await story.live();
        expect({ seed, broken: story.broken }).toEqual({ seed, broken: [] });
        cosigned += story.cosigned;
        refused += story.refused;
        await removeDirectory(`${root}/${seed}`);
      }
      // Of the 40 or more that each asks; a suite in which little happens shows little.
      expect(cosigned / seeds.length).toBeGreaterThan(8);
      expect(refused / seeds.length).toBeGreaterThan(8);
    },
    timeLimit,
  );
});
