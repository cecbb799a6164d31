/** What messages of a group, offers and memories say of groups, terms and ends of logs: strict, and consistent in itself. */
import { z } from 'zod';
import type { JsonObject } from '../base/canonical-json.js';
import type { Shape } from '../base/json-members.js';
import { faultOfGroup, type Group, MAX_MEMBERS } from './protocol/group.js';
import type { LogEnd } from './protocol/log-end.js';
import { compareTerms, type NodeId } from './protocol/term.js';

/** Terms that a log has gone through: evidence can show no more handovers. */
const MAX_SEGMENTS = 1_001;
/** Far beyond what anybody counts to, and far from what a number can hold. */
const MAX_TERM = 2 ** 40;

export const NODE_SHAPE = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((text) => text as NodeId);
export const COUNT_SHAPE = z.int().min(0);
export const TERM_SHAPE = z.strictObject({
  number: z.int().min(1).max(MAX_TERM),
  node: NODE_SHAPE,
});
export const END_SHAPE = z
  .strictObject({
    length: COUNT_SHAPE,
    segments: z.array(z.strictObject({ begins: COUNT_SHAPE, term: TERM_SHAPE })).max(MAX_SEGMENTS),
  })
  .refine(isLogEnd);
const text = z.string().min(1).max(128);
export const GROUP_SHAPE = z
  .strictObject({
    members: z
      .array(
        z.strictObject({
          hasData: z.boolean(),
          mayWrite: z.boolean(),
          node: NODE_SHAPE,
          site: text,
        }),
      )
      .min(1)
      .max(MAX_MEMBERS),
    sites: COUNT_SHAPE,
    voteQuorum: COUNT_SHAPE,
    writeQuorum: COUNT_SHAPE,
  })
  .refine((one: Group) => faultOfGroup(one) === null);
/** Who keeps a log, since which block: the newest, and the one before. */
export const SINCE_SHAPE = z
  .array(z.strictObject({ block: COUNT_SHAPE, group: GROUP_SHAPE }))
  .max(2);

/** For where an object is read member by member. @param what for people. */
export function shapeOf<T>(schema: z.ZodType<T>, what: string): Shape<T> {
  return {
    what,
    read: (value) => {
      const read = schema.safeParse(value);
      return read.success ? read.data : null;
    },
  };
}

/** Each segment has a block, and a later term than the one before it. */
function isLogEnd({ length, segments }: LogEnd): boolean {
  return (
    (segments[0]?.begins ?? 0) === 0 &&
    segments.length > 0 === length > 0 &&
    segments.every((segment, at) => {
      const next = segments[at + 1];
      return (
        segment.begins < (next?.begins ?? length) &&
        (next === undefined || compareTerms(segment.term, next.term) < 0)
      );
    })
  );
}

export function groupToJson({ members, sites, voteQuorum, writeQuorum }: Group): JsonObject {
  return {
    members: members.map(({ hasData, mayWrite, node, site }) => ({
      ...{ hasData, mayWrite, node, site },
    })),
    ...{ sites, voteQuorum, writeQuorum },
  };
}
