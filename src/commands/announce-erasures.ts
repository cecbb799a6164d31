/**
 * Judges what of erasures is free at this moment, and says durably what is about to go (docs/formats/erasure.md, Carrying
 * out). Nothing is destroyed here. Whoever keeps ledgers of the tenant too is told in those, before its `_access` says so.
 */
import type { TenantName } from '../access/tenant-name.js';
import { formatInstant } from '../base/time.js';
import { findingsOf } from '../queries/erasure-findings.js';
import { ErasurePlan, type PlannedErasure, type PlanQuestion } from '../queries/erasure-plan.js';
import type { MayForgetParts } from '../queries/may-forget.js';
import { type Execution, executionsOf } from '../retention/erasure-execution.js';
import { type Erasure, ERASURE_CLASS, nowUnnamed } from '../retention/erasure.js';
import { RetentionError } from '../retention/retention-error.js';
import type { Announced, ErasureRun } from './erasure-run.js';
import { announcedOf } from './finish-erasures.js';
import { sharedHere, tellHolders } from './tell-holders.js';

/** Policies and holds that change while it is judged. */
const MAX_JUDGEMENTS = 5;

/**
 * @param asked approved ones; those that are no longer so are left out.
 * @throws RetentionError RETENTION_LIST_STALE, ERASURE_ELSEWHERE; LedgerError LEDGER_CLOSED; as `MayForget` and `tellHolders`.
 */
export async function announceErasures(
  run: ErasureRun,
  tenant: TenantName,
  asked: readonly Erasure[],
  forget: MayForgetParts,
): Promise<readonly Announced[]> {
  const { store, clock, retention, retentionChanges, changes, handleOf } = run;
  const handle = handleOf(tenant);
  const now = ({ id }: Erasure): Erasure => run.erasures.get(tenant, id);
  sharedHere(store, handle);
  try {
    for (let tries = 0; tries < MAX_JUDGEMENTS; tries++) {
      const wanted = asked.filter((one) => now(one).state === 'approved');
      if (wanted.length === 0) return [];
      for (const { id } of wanted) run.progress.set(id, { step: 'judging' });
      const revision = retention.revisionOf(tenant);
      const at = clock.now();
      const question = { tenant, vault: store.vaultOf(handle), at, erasures: wanted };
      const plan = await ErasurePlan.make(forget, question, run.checkOpen);
      // From here on nothing new rests on what was found. A crash leaves all as it was.
      const { generation, secrets } = await store.forgetter.survey(handle, plan.goes);
      const outcomes = plan.outcomes(secrets);
      const findings = new Map<PlannedErasure, Execution['findings']>();
      for (const one of outcomes) findings.set(one, await findingsOf(forget.ledgers, tenant, one));
      const announced = await retentionChanges.whileUnchanged(() =>
        changes.whileUnchanged(async () => {
          // What changed meanwhile must be judged: a hold that was placed, a file that was locked, or one that was withdrawn.
          const isAsJudged =
            wanted.every((one) => now(one).state === 'approved') &&
            !(await isLockedSince(forget, question, outcomes));
          if (retention.revisionOf(tenant) !== revision || !isAsJudged) return null;
          const sayAll = async (): Promise<readonly Announced[]> => {
            const said: Announced[] = [];
            for (const one of outcomes) {
              const about = { at, generation, findings: findings.get(one) ?? {} };
              const done = await say(run, tenant, one, about);
              if (done !== null) said.push(done);
            }
            return said;
          };
          const shared = sharedHere(store, handle);
          if (shared.length === 0) {
            const said = await sayAll();
            return () => Promise.resolve(said);
          }
          for (const { id } of wanted) run.progress.set(id, { step: 'telling' });
          // What changes from here on comes too late: whether it is said lies with other nodes, and may take long.
          const told = tellHolders(
            shared,
            outcomes.filter((one) => !isOfNothing(one)),
          );
          told.catch(() => undefined);
          return () => told.then(sayAll);
        }),
      );
      if (announced !== null) return await announced();
    }
  } catch (cause) {
    // What has been said durably goes, and nothing may rest on it any more.
    const begun = asked.map(now).filter(({ state }) => state === 'executing');
    if (begun.length > 0) return Promise.all(begun.map((one) => announcedOf(run, tenant, one)));
    store.forgetter.spare(handle);
    throw cause;
  }
  store.forgetter.spare(handle);
  throw new RetentionError(
    'RETENTION_LIST_STALE',
    'policies or holds changed again and again while the erasure was judged: run it again',
  );
}

/** Whether a file was locked in what is to go: from here on nobody locks what is there (`check-stays.ts`). */
async function isLockedSince(
  { locks }: MayForgetParts,
  { tenant, at }: PlanQuestion,
  outcomes: readonly PlannedErasure[],
): Promise<boolean> {
  const going = new Map<string, Set<string>>();
  for (const { scope } of outcomes.flatMap(({ secrets }) => secrets)) {
    if (scope.use !== 'data') continue;
    const places = going.get(scope.person) ?? new Set();
    going.set(scope.person, places.add(`${scope.month} ${scope.class}`));
  }
  for (const [person, places] of going)
    for (const lock of await locks.of(tenant, person, at))
      if (places.has(`${lock.month} ${lock.class}`)) return true;
  return false;
}

/** Who was meant lies under a secret of its own, for which no vault is rotated. */
function isOfNothing({ secrets }: Pick<PlannedErasure, 'secrets'>): boolean {
  return secrets.every(({ scope }) => scope.use === 'data' && scope.class === ERASURE_CLASS);
}

/** @returns null of one of which nothing is free. */
async function say(
  run: ErasureRun,
  tenant: TenantName,
  { erasure, secrets }: PlannedErasure,
  about: Omit<Parameters<typeof executionsOf>[1], 'rowsAnEntry'>,
): Promise<Announced | null> {
  const { changes, rowsAnEntry } = run;
  if (isOfNothing({ secrets })) {
    const refused = { at: formatInstant(about.at), ...about.findings };
    await changes.put(tenant, nowUnnamed(erasure, 'refused'), { refused });
    return null;
  }
  const executing = nowUnnamed(erasure, 'executing');
  const executions = executionsOf(secrets, { ...about, rowsAnEntry });
  // A crash after the first of them leaves an erasure of what the durable ones name, tags last.
  for (const execution of executions) await changes.put(tenant, executing, { execution });
  return { erasure: executing, executions };
}
