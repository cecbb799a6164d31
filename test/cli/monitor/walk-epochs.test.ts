/**
 * A thousand ways in which an epoch log can contradict itself, or be two: whoever follows it for a ledger sees each with the
 * very epoch that does it, with a proof that a third party verifies alone. And as many honest ones: none is accused.
 */
import { describe, expect, it } from '@jest/globals';
import type { EpochMemory } from '../../../src/cli/monitor/epochs/epoch-memory.js';
import type { Walked } from '../../../src/cli/monitor/epochs/walk-epochs.js';
import { verifyMisbehaviour } from '../../../src/evidence/misbehaviour/verify-misbehaviour.js';
import { NO_TRUST } from '../../../src/evidence/trust.js';
import { EPOCH_KEY } from '../../evidence/misbehaviour/support/epochs.js';
import { type History, history, leaves } from '../../evidence/misbehaviour/support/history.js';
import { SeededChoice } from '../../support/seeded-choice.js';
import { caseNumbers, report, timeLimit } from '../../support/suite.js';
import { EpochDouble, followed } from './epoch-double.js';

const TOTAL = 1_200;
const TRUST = { ...NO_TRUST, logs: [EPOCH_KEY.key] };

interface Attack {
  readonly what: string;
  /** What the proof shows, or the alarm where nothing can be proven. */
  readonly caught: 'epochs' | 'beginning' | 'roots' | 'unproven' | 'gone';
  /** Brings the double, and what the node shows of the ledger, to the attack; one epoch more than was followed. */
  readonly act: (life: Life, random: SeededChoice) => void;
}

interface Life {
  node: EpochDouble;
  shown: { history: History; size: number };
  readonly seed: string;
}

const ATTACKS: readonly Attack[] = [
  {
    what: 'the log is dropped without having been closed',
    caught: 'epochs',
    act: ({ node }) => {
      node.make('gone');
    },
  },
  {
    what: 'its tenant is dropped',
    caught: 'epochs',
    act: ({ node }) => {
      node.make('tenant-gone');
    },
  },
  {
    what: 'its head goes back',
    caught: 'epochs',
    act: ({ node, shown }, random) => {
      node.make({ ...shown, size: 1 + random.below(shown.size - 1) });
    },
  },
  {
    what: 'the last entries are written anew',
    caught: 'epochs',
    act: (life, random) => {
      rewrite(life, life.shown.size, random);
      life.node.make(life.shown);
    },
  },
  {
    what: 'another history is longer',
    caught: 'epochs',
    act: (life, random) => {
      rewrite(life, life.shown.size + 1 + random.below(300), random);
      life.node.make(life.shown);
    },
  },
  {
    what: 'the last epoch is made anew, and one more',
    caught: 'beginning',
    act: (life) => {
      life.node = life.node.upTo(life.node.newest - 1, `${life.seed} fork`);
      life.node.make(life.shown);
      life.node.make(life.shown);
    },
  },
  {
    what: 'a log that was closed is there again',
    caught: 'unproven',
    act: ({ node, shown }) => {
      node.make(shown);
    },
  },
];

/** Another history of the ledger, which parts from it before its end. */
function rewrite(life: Life, size: number, random: SeededChoice): void {
  const at = random.below(life.shown.size);
  const common = leaves(life.seed, 0, at);
  life.shown = { history: history([...common, ...leaves(`${life.seed} anew`, at, size)]), size };
}

function begun(number: number, random: SeededChoice): Life {
  const seed = `epochs ${number}`;
  const size = 2 + random.below(40);
  return {
    node: new EpochDouble(seed),
    shown: { history: history(leaves(seed, 0, size + 250)), size },
    seed,
  };
}

/** Some epochs, in which the ledger grows or does not. */
function live({ node, shown }: Life, random: SeededChoice): void {
  for (let left = 1 + random.below(6); left > 0; left--) {
    shown.size += random.below(9);
    node.make(shown);
  }
}

const proofs: Uint8Array[] = [];

function follow({ node, shown }: Life, before: EpochMemory | null): Promise<Walked> {
  return followed(node, shown, before, (proof) => String(proofs.push(proof) - 1));
}

describe('an epoch log that contradicts itself', () => {
  it(
    'is caught with the epoch that does it, in every scenario, and nothing is followed beyond',
    async () => {
      const missed: string[] = [];
      for (const number of caseNumbers(210, TOTAL)) {
        const random = new SeededChoice(`attack ${number}`);
        const attack = ATTACKS[number % ATTACKS.length];
        if (attack === undefined) throw new Error('there are attacks');
        const life = begun(number, random);
        live(life, random);
        if (attack.what.includes('closed is')) life.node.make('closed');
        const { memory, alarms } = await follow(life, null);
        attack.act(life, random);
        const after = await follow(life, memory);
        const [alarm] = after.alarms;
        const proof = proofs[Number(alarm?.proof ?? 'NaN')];
        const shows = proof === undefined ? alarm?.code : verdictOf(proof);
        const isCaught = alarms.length === 0 && shows === attack.caught && after.memory === memory;
        if (!isCaught) missed.push(`${number}: ${attack.what}: ${shows}: ${alarm?.detail}`);
        report(`${number} ${attack.what}`);
      }
      expect(missed).toEqual([]);
    },
    Math.max(timeLimit, 300_000),
  );
});

/** What it shows, if a third party who knows the epoch log’s key takes it. */
function verdictOf(proof: Uint8Array): string {
  const { result, shows } = verifyMisbehaviour(proof, TRUST);
  return result === 'proven' ? shows.kind : result;
}

describe('an honest epoch log', () => {
  it(
    'is followed to its end, whatever was followed of it before, also when a ledger begins or ends',
    async () => {
      const wrong: string[] = [];
      for (const number of caseNumbers(60, TOTAL)) {
        const random = new SeededChoice(`honest ${number}`);
        const life = begun(number, random);
        if (number % 3 === 0) life.node.make(number % 2 === 0 ? 'gone' : 'tenant-gone');
        if (number % 3 !== 0) live(life, random);
        let memory: EpochMemory | null = null;
        for (let look = 0; look < 3; look++) {
          live(life, random);
          if (number % 5 === 0 && look === 1) break;
          const walked: Walked = await follow(life, memory);
          memory = walked.memory;
          const followed = memory?.epoch.content.index;
          if (walked.alarms.length > 0 || followed !== life.node.newest)
            wrong.push(`${number}: ${followed}: ${walked.alarms[0]?.detail}`);
        }
        life.node.make('closed');
        life.node.make('closed');
        const { alarms } = await follow(life, memory);
        if (alarms.length > 0) wrong.push(`${number}: ${alarms[0]?.detail}`);
      }
      expect(wrong).toEqual([]);
    },
    Math.max(timeLimit, 300_000),
  );
});
