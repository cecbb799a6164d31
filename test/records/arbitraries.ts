import fc from 'fast-check';
import type { LeafIndex, UnixMillis } from '../../src/base/brand.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { digestToHex, type HexDigest } from '../../src/base/hex-digest.js';
import { PERSON_NAME } from '../../src/base/secret-scope.js';
import { parseInstant } from '../../src/base/time.js';
import type {
  RecordStatement,
  SignatureStatement,
  Statement,
} from '../../src/records/statement.js';

export const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
export const digest: fc.Arbitrary<HexDigest> = bytes32.map(digestToHex);
export const person = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((name) => PERSON_NAME.test(name));
export const typeName = fc.stringMatching(/^[A-Za-z0-9._-]{1,128}$/);
export const className = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);
export const instant: fc.Arbitrary<UnixMillis> = fc
  .date({
    min: new Date('0000-01-01T00:00:00.000Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  .map((date) => parseInstant(date.toISOString()));
/** A JSON object as `parseStrictJson` may return one. */
export const payload: fc.Arbitrary<JsonObject> = fc
  .dictionary(
    fc.string({ unit: 'grapheme' }),
    fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' }),
    {
      maxKeys: 6,
    },
  )
  .map(
    (value) =>
      JSON.parse(JSON.stringify(value).replaceAll('"__proto__":', '"proto":')) as JsonObject,
  );

const position = {
  index: fc.maxSafeNat().map((index) => index as LeafIndex),
  recordedAt: instant,
};
const origin = fc.stringMatching(/^[a-z0-9./-]{1,60}$/);
const verifierKey = fc
  .tuple(origin, fc.stringMatching(/^[0-9a-f]{8}$/), fc.stringMatching(/^[A-Za-z0-9+/]{44}$/))
  .map((parts) => parts.join('+'));
const tags = { author: digest, subject: digest };

export const recordStatement: fc.Arbitrary<RecordStatement> = optional(
  {
    kind: fc.constant('record' as const),
    ...position,
    header: digest,
    payload: digest,
    tags: optional(
      { ...tags, key: digest },
      {
        parties: fc
          .uniqueArray(digest, { minLength: 1, maxLength: 5 })
          .map((parties) => parties.sort()),
      },
    ),
    type: typeName,
  },
  {
    parts: fc.array(fc.record({ payload: digest, subject: digest }), {
      minLength: 1,
      maxLength: 4,
    }),
    prev: digest,
  },
);

export const signatureStatement: fc.Arbitrary<SignatureStatement> = optional(
  {
    kind: fc.constant('signature' as const),
    ...position,
    header: digest,
    of: digest,
    payload: digest,
    tags: fc.record(tags),
  },
  { prev: digest },
);

const coin = fc.tuple(digest, fc.nat(999_999_999)).map(([txid, output]) => `${txid}:${output}`);

const signature = fc
  .uint8Array({ minLength: 64, maxLength: 64 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const writerTerm = fc.record({ node: digest, number: fc.integer({ min: 1, max: 2 ** 40 }) });
const vote = fc
  .record({
    by: digest,
    length: fc.nat({ max: 2 ** 40 }),
    lastTerm: writerTerm,
    signature,
  })
  // An empty log was written in no term.
  .map((one) => (one.length === 0 ? { ...one, lastTerm: null } : one));
const election = fc
  .tuple(
    writerTerm,
    signature,
    fc.uniqueArray(vote, { minLength: 1, maxLength: 5, selector: ({ by }) => by }),
    fc.maxSafeNat(),
    fc.option(fc.constant('example.com/log\n3\nAAAA\n\n— x AAAA\n'), { nil: undefined }),
  )
  .map(([term, said, votes, group, checkpoint]) => ({
    ...term,
    ...(checkpoint !== undefined && { checkpoint }),
    group,
    signature: said,
    votes: votes.sort((a, b) => (a.by < b.by ? -1 : 1)),
  }));
const site = fc.constantFrom('fra-1', 'ams-2', 'x');
const member = optional(
  { hasData: fc.boolean(), mayWrite: fc.boolean(), node: digest, site },
  { country: fc.constantFrom('DE', 'NL') },
);
const members = fc
  .uniqueArray(member, { minLength: 1, maxLength: 31, selector: ({ node }) => node })
  .map((all) => all.sort((a, b) => (a.node < b.node ? -1 : 1)));

export const statement: fc.Arbitrary<Statement> = fc.oneof(
  recordStatement,
  signatureStatement,
  fc.record({
    kind: fc.constant('ledger' as const),
    ...position,
    origin,
    recoveryKey: verifierKey,
    verifierKey,
  }),
  optional(
    { kind: fc.constant('epoch' as const), ...position, heads: fc.maxSafeNat(), tenants: digest },
    { previous: digest },
  ),
  fc.record({
    kind: fc.constant('epoch' as const),
    ...position,
    changes: digest,
    tenants: digest,
    anchorScript: fc.constant(`0014${'11'.repeat(20)}`),
    succession: fc.record({
      cause: fc.constantFrom('key-change' as const, 'lost-wallet' as const),
      ended: fc.record({ script: fc.constant(`0014${'22'.repeat(20)}`), first: coin, last: coin }),
      first: coin,
      value: fc.maxSafeNat(),
    }),
  }),
  fc.record({
    kind: fc.constant('handover' as const),
    ...position,
    new: verifierKey,
    old: verifierKey,
    rootHash: digest,
    signatures: fc.array(fc.record({ by: verifierKey, signature }), {
      minLength: 1,
      maxLength: 2,
    }),
    size: fc.maxSafeNat(),
  }),
  fc.record({
    kind: fc.constant('handover' as const),
    ...position,
    election,
    new: verifierKey,
    old: verifierKey,
    rootHash: digest,
    signatures: fc.record({ by: verifierKey, signature }).map((one) => [one]),
    size: fc.maxSafeNat(),
  }),
  optional(
    {
      kind: fc.constant('group' as const),
      ...position,
      members,
      sites: fc.maxSafeNat(),
      term: writerTerm,
      voteQuorum: fc.maxSafeNat(),
      writeQuorum: fc.maxSafeNat(),
    },
    { countries: fc.constantFrom(['DE'], ['DE', 'FR', 'NL']) },
  ),
  fc.record({
    kind: fc.constant('erasure' as const),
    ...position,
    id: fc.stringMatching(/^[0-9a-f]{12}$/),
    rows: fc
      .uniqueArray(fc.stringMatching(/^[0-9a-f]{32}$/), { minLength: 1, maxLength: 20 })
      .map((rows) => rows.sort()),
  }),
  fc.record({
    kind: fc.constant('erased' as const),
    ...position,
    erasure: fc.maxSafeNat(),
    leafHash: digest,
    silent: fc.uniqueArray(digest, { maxLength: 3 }).map((nodes) => nodes.sort()),
    words: fc
      .uniqueArray(fc.record({ at: instant, copies: fc.maxSafeNat(), node: digest, signature }), {
        ...{ minLength: 1, maxLength: 3 },
        selector: ({ node }) => node,
      })
      .map((words) => words.sort((a, b) => (a.node < b.node ? -1 : 1))),
  }),
  fc.record({
    kind: fc.constant('loss' as const),
    ...position,
    cause: person,
    checkpoint: fc.constantFrom('', 'example.com/log\n3\nAAAA\n'),
    from: origin,
    origin,
    recoveredSize: fc.maxSafeNat(),
    recoveryKey: verifierKey,
    verifierKey,
  }),
  fc.record({
    kind: fc.constant('map' as const),
    ...position,
    persons: fc.maxSafeNat(),
    root: digest,
    size: fc.maxSafeNat(),
  }),
);

/** A record of which some members may be missing. */
function optional<Required, Optional>(
  required: { [K in keyof Required]: fc.Arbitrary<Required[K]> },
  maybe: { [K in keyof Optional]: fc.Arbitrary<Optional[K]> },
): fc.Arbitrary<Required & Partial<Optional>> {
  return fc
    .tuple(fc.record(required), fc.record(maybe, { requiredKeys: [] }))
    .map(([some, more]) => ({ ...some, ...more }) as Required & Partial<Optional>);
}
