/** What an erasure destroys, entry by entry, and what is said of it afterwards: pure. */
import type { UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { textLike } from '../base/json-members.js';
import type { SecretScope } from '../base/secret-scope.js';
import { formatInstant } from '../base/time.js';

/** Row ids that one entry names: some 350 KB of it. */
export const MAX_ROWS_AN_ENTRY = 10_000;
/** That one execution destroys. */
export const MAX_ROWS = 100_000;
/** A row id, as entries name it. */
export const ROW = textLike(/^[0-9a-f]{32}$/, 'a row of the vault');

/** What was destroyed, without names. */
export interface Went {
  /** Class → month → secrets. */
  readonly classes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Persons whose tags went. */
  readonly tags: number;
}

export interface Execution {
  /** When it was judged. */
  readonly at: UnixMillis;
  /** Of the vault that the rows are in. */
  readonly generation: number;
  /** n from 1. */
  readonly part: { readonly n: number; readonly of: number };
  /** Hex. */
  readonly rows: readonly string[];
  readonly went: Went;
  /** Of part 1: what the certificate says besides. */
  readonly findings?: JsonObject;
}

interface Row {
  readonly rowId: Uint8Array;
  readonly scope: SecretScope;
}

export interface ExecutionSaid extends Pick<Execution, 'at' | 'generation'> {
  readonly findings: JsonObject;
  /** At most, and unless told, MAX_ROWS_AN_ENTRY. */
  readonly rowsAnEntry?: number | undefined;
}

/** @param secrets at least one. */
export function executionsOf(
  secrets: readonly Row[],
  { at, generation, findings, rowsAnEntry = MAX_ROWS_AN_ENTRY }: ExecutionSaid,
): readonly Execution[] {
  const ordered = tagsLast(secrets);
  const of = Math.ceil(ordered.length / rowsAnEntry);
  return Array.from({ length: of }, (_, nth) => {
    const some = ordered.slice(nth * rowsAnEntry, (nth + 1) * rowsAnEntry);
    return {
      ...{ at, generation, part: { n: nth + 1, of } },
      rows: some.map(({ rowId }) => toHex(rowId)),
      went: wentOf(some),
      ...(nth === 0 && { findings }),
    };
  });
}

/** If a crash lets only the first entries through, nobody loses their tags before their data. */
export function tagsLast<T extends Pick<Row, 'scope'>>(secrets: readonly T[]): readonly T[] {
  const data = secrets.filter(({ scope }) => scope.use === 'data');
  return [...data, ...secrets.filter(({ scope }) => scope.use === 'tags')];
}

function wentOf(secrets: readonly Row[]): Went {
  const classes: Record<string, Record<string, number>> = {};
  let tags = 0;
  for (const { scope } of secrets)
    if (scope.use === 'tags') tags++;
    else count(classes, scope.class, scope.month, 1);
  return { classes, tags };
}

function sumOf(parts: readonly Went[]): Went {
  const classes: Record<string, Record<string, number>> = {};
  for (const part of parts)
    for (const [name, months] of Object.entries(part.classes))
      for (const [month, secrets] of Object.entries(months)) count(classes, name, month, secrets);
  return { classes, tags: parts.reduce((sum, { tags }) => sum + tags, 0) };
}

function count(
  classes: Record<string, Record<string, number>>,
  name: string,
  month: string,
  secrets: number,
): void {
  // Not by `in`: a class may be called `constructor`.
  const months = Object.hasOwn(classes, name) ? classes[name] : undefined;
  if (months === undefined) classes[name] = { [month]: secrets };
  else months[month] = (months[month] ?? 0) + secrets;
}

/** Whoever the node gives copies of a vault, or of its keys. */
export interface VaultHolder {
  readonly kind: 'backup' | 'escrow' | 'member';
  readonly id: string;
  /**
   * Of a backup: that it is known to hold, so that the destroyed one is of no use there; absent of one that is silent.
   * Of a copy of escrow: that of the key in it. Of a member of a shared ledger: absent.
   */
  readonly generation?: number;
  readonly confirmedAt?: UnixMillis;
}

/**
 * What the version `done` says.
 *
 * @param executions all that are durable, in order; at least one.
 * @param after generation of the vault.
 */
export function certificateOf(
  executions: readonly Execution[],
  {
    after,
    completedAt,
    holders,
  }: {
    readonly after: number;
    readonly completedAt: UnixMillis;
    readonly holders: readonly VaultHolder[];
  },
): JsonObject {
  const [first] = executions;
  if (first === undefined) throw new Error('an erasure was carried out without saying what');
  const isWhole = executions.length === first.part.of;
  const went = sumOf(executions.map((one) => one.went));
  return {
    judgedAt: formatInstant(first.at),
    completedAt: formatInstant(completedAt),
    generations: { before: first.generation, after },
    went: wentToJson(went),
    findings: first.findings ?? {},
    ...(!isWhole && { interrupted: true }),
    provisional: true,
    ...membersOf(holders.map(holderToJson)),
  };
}

/** One as a certificate has it. */
export type SaidHolder = JsonObject & Pick<VaultHolder, 'kind' | 'id'>;

/** Of the node's own holders: of copies made outside nobody will ever hear. */
export function silentHolders({ holders = [] }: JsonObject): readonly SaidHolder[] {
  return (holders as readonly SaidHolder[]).filter((one) => one['confirmedAt'] === undefined);
}

/** By which a certificate and those who are heard of later are compared: ids of different kinds may be alike. */
export function holderName({ kind, id }: Pick<VaultHolder, 'kind' | 'id'>): string {
  return `${kind} ${id}`;
}

export function isHeard({ confirmedAt }: VaultHolder): boolean {
  return confirmedAt !== undefined;
}

/**
 * The certificate with what has been heard since of those that it names as silent: nobody becomes silent again, or is
 * added who came later.
 * @param now the holders as they are known now.
 */
export function withConfirmed(certificate: JsonObject, now: readonly VaultHolder[]): JsonObject {
  const silent = silentHolders(certificate);
  const listed = ((certificate['holders'] ?? []) as readonly SaidHolder[]).map((one) => {
    const heard = now.find((other) => holderName(other) === holderName(one) && isHeard(other));
    return heard === undefined || !silent.includes(one) ? one : holderToJson(heard);
  });
  return { ...certificate, ...membersOf(listed) };
}

function holderToJson({ confirmedAt, ...holder }: VaultHolder): JsonObject {
  return {
    ...holder,
    ...(confirmedAt !== undefined && { confirmedAt: formatInstant(confirmedAt) }),
  };
}

/** The members `holders` and `silent`. */
function membersOf(listed: readonly JsonObject[]): JsonObject {
  const silent = silentHolders({ holders: listed });
  return {
    ...(listed.length > 0 && { holders: listed }),
    silent: [{ kind: 'copies-outside' }, ...silent.map(({ kind, id }) => ({ kind, id }))],
  };
}

export function wentToJson({ classes, tags }: Went): JsonObject {
  return {
    classes: Object.fromEntries(
      Object.entries(classes).map(([name, months]) => [name, { ...months }]),
    ),
    tags,
  };
}
