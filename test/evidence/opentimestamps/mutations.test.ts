/**
 * No altered file confirms anything: seeded alterations of files that a header confirms, as bytes and as trees. Each
 * is refused with a code or is not confirmed, and costs less than a second of this thread.
 *
 * `npm test` takes a fixed share; `SUITE=long` ten times as many, and `FROM` and `TO` any others.
 */
import { describe, expect, it } from '@jest/globals';
import { equalBytes, fromHex, toHex } from '../../../src/base/bytes.js';
import { sha256 } from '../../../src/base/hash.js';
import { OTS_DIGEST_BYTES } from '../../../src/evidence/opentimestamps/digests.js';
import { OpenTimestampsError } from '../../../src/evidence/opentimestamps/errors.js';
import { headersOfRuns } from '../../../src/evidence/opentimestamps/header-source.js';
import { mergeOtsFiles } from '../../../src/evidence/opentimestamps/merge-ots-files.js';
import { applyOperation, resultBytes } from '../../../src/evidence/opentimestamps/operations.js';
import type { OtsFile } from '../../../src/evidence/opentimestamps/ots-file.js';
import { parseOtsFile } from '../../../src/evidence/opentimestamps/parse-ots-file.js';
import { verifyOts } from '../../../src/evidence/opentimestamps/verify-ots.js';
import { writeOtsFile } from '../../../src/evidence/opentimestamps/write-ots-file.js';
import { NO_TRUST } from '../../../src/evidence/trust.js';
import { bytesAltered } from '../../support/byte-alterations.js';
import { type Alteration, offences } from '../../support/offences.js';
import { SeededChoice } from '../../support/seeded-choice.js';
import { caseNumbers, timeLimit } from '../../support/suite.js';
import { HEADER_358391, HEIGHT_358391, otsVector } from './support/ots-vectors.js';
import { type Step, stepsAltered } from './support/step-alterations.js';

const headerAt = headersOfRuns([{ from: HEIGHT_358391, headers: HEADER_358391 }], NO_TRUST);
const hello = otsVector('hello-world.txt');
const digest = sha256(hello.content);

function isConfirmed(bytes: Uint8Array): boolean {
  const file = parseOtsFile(bytes);
  return verifyOts(file, digest, headerAt).result === 'confirmed';
}

/**
 * What is hashed on the way, which is all that a path says: whether a message is put together from its left or
 * from its right is no matter, nor on which side of itself the last of an odd row stands.
 */
function hashedBy(steps: readonly Step[]): string {
  let message: Uint8Array = digest;
  const hashed: Uint8Array[] = [];
  for (const step of steps) {
    if (step.kind in OTS_DIGEST_BYTES) hashed.push(message);
    if (resultBytes(step, message.length) === null) return 'nothing';
    message = applyOperation(step, message);
  }
  return [...hashed, message].map(toHex).join(' ');
}

/** One path of the file, which has no forks. */
function stepsOf(file: OtsFile): Step[] {
  const steps: Step[] = [];
  for (let { branches } = file.timestamp; ;) {
    const [branch] = branches;
    if (branch === undefined) return steps;
    steps.push(branch.operation);
    ({ branches } = branch.timestamp);
  }
}

describe('an altered file', () => {
  it(
    'is not confirmed, whichever of its bytes are altered',
    () => {
      expect(isConfirmed(hello.bytes)).toBe(true);
      const alter = (seed: number): Alteration =>
        bytesAltered(hello.bytes, new SeededChoice(`ots ${seed}`));
      const found = offences(caseNumbers(2_000, 20_000), {
        alter,
        isTheSame: (bytes) => equalBytes(bytes, hello.bytes),
        isTaken: isConfirmed,
        refusal: OpenTimestampsError,
      });
      expect(found).toEqual([]);
    },
    timeLimit,
  );

  it(
    'is not confirmed with other steps, or with these in another order',
    () => {
      const file = parseOtsFile(hello.bytes);
      const steps = stepsOf(file);
      const attestations = [{ kind: 'bitcoin', height: HEIGHT_358391 } as const];
      const fileOf = (others: readonly Step[]): Uint8Array =>
        writeOtsFile({
          ...file,
          timestamp: others.reduceRight<OtsFile['timestamp']>(
            (timestamp, operation) => ({ attestations: [], branches: [{ operation, timestamp }] }),
            { attestations, branches: [] },
          ),
        });
      expect(equalBytes(fileOf(steps), hello.bytes)).toBe(true);
      let altered = steps;
      const found = offences(caseNumbers(1_000, 10_000), {
        alter: (seed) => {
          const { others, what } = stepsAltered(steps, new SeededChoice(`ots steps ${seed}`));
          altered = [...others];
          return { bytes: fileOf(others), what };
        },
        isTheSame: () => hashedBy(altered) === hashedBy(steps),
        isTaken: isConfirmed,
        refusal: OpenTimestampsError,
      });
      expect(found).toEqual([]);
    },
    timeLimit,
  );
});

describe('what is read of an altered file', () => {
  /** With forks at two depths, and attestations of every kind. */
  const rich = writeOtsFile(
    [parseOtsFile(hello.bytes), withEveryKind(parseOtsFile(hello.bytes))].reduce(mergeOtsFiles),
  );

  it(
    'is written as it was read, but for the order',
    () => {
      let read = 0;
      const found = offences(caseNumbers(1_000, 10_000), {
        alter: (seed) => bytesAltered(rich, new SeededChoice(`ots rich ${seed}`)),
        isTheSame: (bytes) => equalBytes(bytes, rich),
        isTaken: (bytes) => {
          const file = parseOtsFile(bytes);
          read++;
          const written = writeOtsFile(file);
          const again = writeOtsFile(parseOtsFile(written));
          if (!equalBytes(again, written)) return 'it is written in two ways';
          return written.length === bytes.length ? false : 'it had another spelling';
        },
        refusal: OpenTimestampsError,
      });
      expect(found).toEqual([]);
      expect(read).toBeGreaterThan(100);
    },
    timeLimit,
  );
});

function withEveryKind(file: OtsFile): OtsFile {
  const attestations = [
    { kind: 'litecoin', height: 1_000_000 },
    { kind: 'ethereum', height: 3_283_713 },
    { kind: 'pending', uri: 'https://alice.btc.calendar.opentimestamps.org' },
    { kind: 'development', chain: 'devchain' },
    { kind: 'unknown', tag: fromHex('0102030405060708'), payload: fromHex('aabbcc') },
  ] as const;
  const append = { kind: 'append', argument: fromHex('00112233') } as const;
  const end = { attestations, branches: [] };
  const deeper = { attestations, branches: [{ operation: append, timestamp: end }] };
  const branches = [{ operation: { kind: 'keccak256' } as const, timestamp: deeper }];
  return { ...file, timestamp: { attestations: [], branches } };
}
