/** The checks that a collection has of each of its entries: their headers, payloads, tags and claims. */
import type { RecordHeader } from '../../records/header.js';
import { checkClaim } from './check-claim.js';
import { checkHeader } from './check-header.js';
import { checkPayload } from './check-payload.js';
import { checkTags } from './check-tags.js';
import { notPresent, type Outcome, passed, type Rules } from './outcome.js';
import type { ReadCollection } from './read-collection.js';
import type { ReadEntry } from './read-statement.js';

/** What must hold of an entry that shows more than its statement. */
export interface EntryRules {
  readonly header: Rules<ReadEntry>;
  readonly payload: Rules<ReadEntry>;
  readonly tags: Rules<ReadEntry>;
  readonly claim: Rules<RecordHeader>;
}

export interface EntryChecks {
  readonly header: Outcome;
  readonly payload: Outcome;
  readonly tags: Outcome;
  readonly claim: Outcome;
}

export function checkCollected({ entries }: ReadCollection, rules: EntryRules): EntryChecks {
  return {
    header: checkEach(entries, 'headers', (entry) => checkHeader(entry, rules.header)),
    payload: checkEach(entries, 'payloads', (entry) => checkPayload(entry, rules.payload)),
    tags: checkEach(entries, 'openers', (entry) => checkTags(entry, rules.tags)),
    claim: checkEach(entries, 'claims', (entry) => checkClaim(entry, rules.claim)),
  };
}

/** The first that does not hold, and of which entry; otherwise of how many it holds. */
function checkEach(
  entries: readonly ReadEntry[],
  what: 'headers' | 'payloads' | 'openers' | 'claims',
  check: (entry: ReadEntry) => Outcome,
): Outcome {
  let count = 0;
  for (const entry of entries) {
    const outcome = check(entry);
    if (outcome.result === 'fail' || outcome.result === 'not-done')
      return { ...outcome, facts: { ...outcome.facts, entry: entry.content.index } };
    if (outcome.result === 'pass') count++;
  }
  return count === 0
    ? notPresent(`${what}.not-present`)
    : passed('math', `${what}.pass`, { count, entries: entries.length });
}
