/** What the report of an inspection says of one person: the first and the last state that was asked about. */
import { entryFault } from '../access/inspection-scope.js';
import type { InspectionScope } from '../access/inspection.js';
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import type { JsonValue } from '../base/canonical-json.js';
import { digestToHex } from '../base/hex-digest.js';
import { parseInstant } from '../base/time.js';
import type { LogReader } from '../ledger/log-reader.js';
import type {
  Difference,
  InspectedSubject,
  SubjectState,
  ThingState,
  TimelineEntry,
  TreeState,
} from '../reports/inspection-data.js';
import { instantOfState } from './as-of.js';
import { attachedFiles } from './attached-file.js';
import type { EntryView } from './entry-view.js';
import type { InspectionPackage } from './inspection-package.js';
import type { PackageQuestion } from './inspection-questions.js';
import { subjectDiff } from './subject-diff.js';
import { subjectState, validInstant } from './subject-state.js';
import { subjectTimeline } from './subject-timeline.js';

export interface Inspected {
  readonly made: InspectionPackage;
  readonly scope: InspectionScope;
}

export async function treeState(reader: LogReader, size: TreeSize): Promise<TreeState> {
  return { size, rootHash: digestToHex(await reader.rootAt(size)) };
}

/** These states, and what lies between them. @throws QueryError QUERY_TOO_BROAD; as `subjectState`. */
export async function inspectedSubject(
  about: Inspected,
  subject: string,
): Promise<InspectedSubject> {
  const { made } = about;
  const asked = made.questions.filter((question) => question.subject === subject);
  const ordered = asked.toSorted((a, b) => Number(a.asOf) - Number(b.asOf));
  const [first, last] = [ordered[0], ordered.at(-1)];
  const ends = [first, ...(last === first ? [] : [last])].filter((end) => end !== undefined);
  const states: SubjectState[] = [];
  for (const end of ends) states.push(await stateOf(about, end));
  return {
    subject,
    states,
    differences:
      first === undefined || last === undefined || first === last
        ? []
        : await differences(about, first, last),
    timeline: last === undefined ? [] : await timelineOf(about, last),
  };
}

/** Things of one state, and entries of one timeline. */
const PAGE = 1_000;

async function stateOf(about: Inspected, question: PackageQuestion): Promise<SubjectState> {
  const { made } = about;
  const size = Number(question.asOf) as TreeSize;
  const things: ThingState[] = [];
  let from: LeafIndex | null | undefined;
  while (from !== null) {
    const { answer }: Awaited<ReturnType<typeof subjectState>> = await subjectState(made.ledger, {
      ...question,
      limit: PAGE,
      ...(from !== undefined && { from }),
    });
    things.push(
      ...answer.items.filter((entry) => isCovered(about, entry, true)).map((entry) => thing(entry)),
    );
    from = answer.next;
  }
  return {
    asOf: await treeState(made.reader, size),
    knownUntil: await instantOfState(made.reader, { size }),
    validAt: validInstant(made.ledger, question.validAt) ?? null,
    things,
  };
}

function thing(entry: EntryView): ThingState {
  const { attachments, type = '', key, index, recordedAt, author = '' } = entry;
  const { payload, erased = false } = entry;
  return {
    type,
    key: key ?? null,
    index: index as LeafIndex,
    recordedAt: parseInstant(recordedAt),
    valid: validTimeOf(entry),
    author,
    ...attachedFiles(attachments),
    content: erased
      ? { kind: 'withheld', reason: 'erased' }
      : { kind: 'json', value: payload ?? null },
  };
}

function validTimeOf({ validFrom, validTo }: EntryView): {
  from: UnixMillis | null;
  to: UnixMillis | null;
} {
  return {
    from: validFrom === undefined ? null : parseInstant(validFrom),
    to: validTo === undefined ? null : parseInstant(validTo),
  };
}

async function differences(
  about: Inspected,
  from: PackageQuestion,
  to: PackageQuestion,
): Promise<readonly Difference[]> {
  const { subject, origin } = to;
  const diff = await subjectDiff(about.made.ledger, {
    ...{ subject, origin, types: to.types },
    from: { asOf: from.asOf, validAt: from.validAt },
    to: { asOf: to.asOf, validAt: to.validAt },
  });
  return diff.items.flatMap(({ type, key, before, after, fields }): Difference[] => {
    if (![before, after].every((side) => side === null || isCovered(about, side, true))) return [];
    const of = { type, key: key ?? null };
    if (before === null || after === null) {
      const [was, is] = [before?.payload, after?.payload] as (JsonValue | undefined)[];
      return [{ ...of, pointer: '', before: was, after: is }];
    }
    return fields.map((field) => ({
      ...of,
      pointer: field.pointer,
      before: field.before,
      after: field.after,
    }));
  });
}

async function timelineOf(
  about: Inspected,
  { subject, asOf, origin }: PackageQuestion,
): Promise<readonly TimelineEntry[]> {
  const entries: TimelineEntry[] = [];
  let from: LeafIndex | null | undefined;
  while (from !== null) {
    const page: Awaited<ReturnType<typeof subjectTimeline>> = await subjectTimeline(
      about.made.ledger,
      {
        subject,
        asOf,
        origin,
        limit: PAGE,
        isReversed: false,
        ...(from !== undefined && { from }),
      },
    );
    for (const item of page.items)
      // Where another's record names the person, the package shows that it does, and no more.
      if (!('role' in item) && isCovered(about, item, false))
        entries.push({
          recordedAt: parseInstant(item.recordedAt),
          index: item.index as LeafIndex,
          what: [item.kind, item.type, item.key].filter((part) => part !== undefined).join(', '),
          valid: validTimeOf(item),
          author: item.author ?? '',
        });
    from = page.next;
  }
  return entries;
}

function isCovered(
  { scope }: Inspected,
  { subject, type, recordedAt }: EntryView,
  isStanding: boolean,
): boolean {
  const entry = {
    subject: subject ?? null,
    type: type ?? null,
    recordedAt: parseInstant(recordedAt),
  };
  return entryFault(scope, entry, isStanding) === null;
}
