/** So many seeded requests for one operation, each of whose answers is looked at from every side. */
import fc from 'fast-check';
import type { Check } from './checks.js';
import { shownIn } from './checks.js';
import type { Description, Operation } from './description.js';
import { curlLine, type FuzzRequest } from './fuzz-request.js';
import { type Forbidden, leaksIn } from './leaks.js';
import { type Knowledge, requestsFor } from './requests.js';
import type { FuzzAnswer, Sender } from './send.js';

/** Whom a request comes from, and what must not be told them. */
export interface Asker {
  /** The field's value; null for none. */
  readonly authorization: string | null;
  readonly forbidden: readonly Forbidden[];
  /** The hidden ledgers must look to it like one that nobody has. */
  readonly isOutside: boolean;
}

export interface Fuzzed {
  readonly description: Description;
  readonly knowledge: Knowledge;
  readonly askers: Readonly<Record<string, Asker>>;
  readonly sender: Sender;
  readonly check: Check;
  /** How often each status has been answered: a fuzz whose requests are all refused finds nothing. */
  readonly statuses: Map<number, number>;
  /** The same of requests that name an inspection in a header. */
  readonly inspected: Map<number, number>;
}

export interface Share {
  readonly seed: number;
  readonly requests: number;
}

/** @throws Error with the seed and the request, as small as one could be found, if an answer is wrong. */
export async function fuzzOperation(
  fuzzed: Fuzzed,
  operation: Operation,
  { seed, requests }: Share,
): Promise<void> {
  const property = fc.asyncProperty(
    requestsFor(fuzzed.description, operation, fuzzed.knowledge),
    async (request) => {
      const faults = await faultsOf(fuzzed, request);
      if (faults.length > 0) throw new Error(faults.join('; '));
    },
  );
  const result = await fc.check(property, {
    seed,
    numRuns: requests,
    // A smaller request is worth some time, but the suite must come to its end.
    interruptAfterTimeLimit: PATIENCE_MILLIS,
    markInterruptAsFailure: true,
  });
  if (!result.failed) return;
  const [request] = result.counterexample ?? [];
  const reason = result.errorInstance instanceof Error ? result.errorInstance.message : null;
  const said = [
    `${operation.id}: ${reason ?? `not through within ${PATIENCE_MILLIS} ms`}`,
    `seed ${seed}, after ${result.numRuns} requests`,
    ...(request === undefined ? [] : [curlLine(request)]),
  ];
  throw new Error(said.join('\n'));
}

const PATIENCE_MILLIS = 30_000;

async function faultsOf(fuzzed: Fuzzed, request: FuzzRequest): Promise<string[]> {
  const { sender, check, statuses, inspected } = fuzzed;
  const asker = fuzzed.askers[request.asker];
  if (asker === undefined) throw new Error(`nobody is called ${request.asker}`);
  let answer: FuzzAnswer | null;
  let twin: FuzzAnswer | null = null;
  try {
    answer = await sender.send(request, asker.authorization);
    if (request.twinTarget !== undefined && asker.isOutside)
      twin = await sender.send({ ...request, target: request.twinTarget }, asker.authorization);
  } catch (cause) {
    return [cause instanceof Error ? cause.message : 'cannot be sent'];
  }
  if (answer === null) return ['no answer'];
  count(statuses, answer);
  if (request.headers.some(([name]) => name === 'Chirograph-Inspection')) count(inspected, answer);
  const isSame = twin === null || shownIn(twin) === shownIn(answer);
  return [
    ...check(request, answer),
    ...leaksIn(answer, asker.forbidden),
    ...(isSame ? [] : ['a ledger that is not for the asker answers otherwise than none']),
  ];
}

function count(answers: Map<number, number>, { status }: FuzzAnswer): void {
  answers.set(status, (answers.get(status) ?? 0) + 1);
}
