/** Walks over everything that there is one of for each secret of a record. */
import type { PerSecret } from '../../../records/record-scopes.js';

export function mapSecrets<T, U>(per: PerSecret<T>, map: (one: T) => U): PerSecret<U> {
  return {
    subjectTags: map(per.subjectTags),
    subjectData: map(per.subjectData),
    authorTags: map(per.authorTags),
    parties: per.parties.map(map),
    parts: per.parts.map(({ tags, data }) => ({ tags: map(tags), data: map(data) })),
  };
}

export function secretsIn<T>(per: PerSecret<T>): T[] {
  const { subjectTags, subjectData, authorTags, parties, parts } = per;
  return [
    subjectTags,
    subjectData,
    authorTags,
    ...parties,
    ...parts.flatMap(({ tags, data }) => [tags, data]),
  ];
}
