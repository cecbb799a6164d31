import { describe, expect, it } from '@jest/globals';
import { type PersonRole, PersonTags, personOpener, tagOf } from '../../src/records/tag.js';

const anna = new Uint8Array(32).fill(1);
const bo = new Uint8Array(32).fill(2);
const ROLES: readonly PersonRole[] = ['subject', 'author', 'party'];

describe('tags that are remembered', () => {
  it('are those that would be made anew, in each role', () => {
    const tags = new PersonTags();
    for (const round of [1, 2])
      for (const role of ROLES)
        for (const [secret, name] of [
          [anna, 'anna'],
          [bo, 'bo'],
        ] as const)
          expect([round, tags.of(secret, role, name)]).toEqual([
            round,
            tagOf(personOpener(secret, role), name),
          ]);
  });

  it('are another’s under another secret, though it has the same bytes', () => {
    const tags = new PersonTags();
    const first = tags.of(anna, 'subject', 'anna');
    expect(tags.of(anna.slice(), 'subject', 'bo')).not.toBe(first);
  });
});
