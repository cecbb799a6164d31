/** The strict reading of statements: what is accepted is, byte for byte, what would be written. */
import type { LeafIndex } from '../base/brand.js';
import { type JsonValue, parseCanonicalJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import type { HexDigest } from '../base/hex-digest.js';
import { arrayOf, COUNT, DIGEST, INSTANT, JsonMembers, textLike } from '../base/json-members.js';
import type { HandoverSignature } from '../tlog/handover.js';
import { readElection } from './election-json.js';
import { readErased, readErasure } from './internal/read-erasure.js';
import { readGroup } from './internal/read-group.js';
import { readSuccession } from './internal/read-succession.js';
import { ANCHOR_SCRIPT, ORIGIN, SIGNATURE, TEXT, TYPE, VERIFIER_KEY } from './internal/shapes.js';
import { formatNewer, RecordsError } from './records-error.js';
import {
  MAX_STATEMENT_LENGTH,
  type PartStatement,
  type Position,
  type RecordTags,
  type Statement,
  STATEMENT_FORMAT,
} from './statement.js';

/**
 * Signatures within it are not verified, and no commitment is opened.
 *
 * @throws RecordsError STATEMENT_MALFORMED, STATEMENT_KIND_UNKNOWN, RECORD_FORMAT_NEWER.
 */
export function parseStatement(bytes: Uint8Array): Statement {
  if (bytes.length > MAX_STATEMENT_LENGTH) throw malformed('it is larger than 65,535 bytes');
  const members = new JsonMembers(readJson(bytes), malformed);
  const format = members.required('$v', COUNT);
  if (format > STATEMENT_FORMAT) throw formatNewer('statement', format, STATEMENT_FORMAT);
  if (format !== STATEMENT_FORMAT) throw malformed('its format is not 1');
  const kind = members.required('kind', TEXT);
  if (!isKnownKind(kind))
    throw new RecordsError('STATEMENT_KIND_UNKNOWN', 'a statement of a kind not known here');
  const position = {
    index: members.required('index', COUNT) as LeafIndex,
    recordedAt: members.required('recordedAt', INSTANT),
  };
  const statement = READERS[kind](members, position);
  members.end();
  return statement;
}

const MAX_DEPTH = 4;
const MAX_PARTS = 64;
/** The old and the new key, or the recovery key alone. */
const MAX_SIGNATURES = 2;
const CAUSE = textLike(/^[^\p{Cs}]{1,256}$/u, 'text of 1 to 256 characters');

type Reader<K> = (members: JsonMembers, position: Position) => Extract<Statement, { kind: K }>;

const READERS: { readonly [K in Statement['kind']]: Reader<K> } = {
  record: (members, position) => {
    const parts = members.objects('parts', MAX_PARTS).map(readPart);
    const prev = members.optional('prev', DIGEST);
    return {
      kind: 'record',
      ...position,
      header: members.required('header', DIGEST),
      payload: members.required('payload', DIGEST),
      tags: readRecordTags(members.object('tags')),
      type: members.required('type', TYPE),
      ...(parts.length > 0 && { parts }),
      ...(prev !== undefined && { prev }),
    };
  },
  signature: (members, position) => {
    const tags = members.object('tags');
    const prev = members.optional('prev', DIGEST);
    const statement = {
      kind: 'signature' as const,
      ...position,
      header: members.required('header', DIGEST),
      of: members.required('of', DIGEST),
      payload: members.required('payload', DIGEST),
      tags: {
        author: tags.required('author', DIGEST),
        subject: tags.required('subject', DIGEST),
      },
      ...(prev !== undefined && { prev }),
    };
    tags.end();
    return statement;
  },
  ledger: (members, position) => ({
    kind: 'ledger',
    ...position,
    origin: members.required('origin', ORIGIN),
    recoveryKey: members.required('recoveryKey', VERIFIER_KEY),
    verifierKey: members.required('verifierKey', VERIFIER_KEY),
  }),
  epoch: (members, position) => {
    const previous = members.optional('previous', DIGEST);
    const changes = members.optional('changes', DIGEST);
    // Format 1 counted its heads, which told each tenant of the others.
    const heads = changes === undefined ? members.required('heads', COUNT) : undefined;
    const anchorScript = members.optional('anchorScript', ANCHOR_SCRIPT);
    const succession = readSuccession(members, anchorScript, malformed);
    return {
      kind: 'epoch',
      ...position,
      tenants: members.required('tenants', DIGEST),
      ...(changes !== undefined && { changes }),
      ...(heads !== undefined && { heads }),
      ...(anchorScript !== undefined && { anchorScript }),
      ...(succession !== undefined && { succession }),
      ...(previous !== undefined && { previous }),
    };
  },
  handover: (members, position) => {
    const signatures = members.objects('signatures', MAX_SIGNATURES).map(readHandoverSignature);
    if (signatures.length === 0) throw malformed('the member signatures is missing');
    const election = readElection(members, malformed);
    if (election !== undefined && signatures.length > 1)
      throw malformed('with an election the new key alone signs');
    return {
      kind: 'handover',
      ...position,
      new: members.required('new', VERIFIER_KEY),
      old: members.required('old', VERIFIER_KEY),
      rootHash: members.required('rootHash', DIGEST),
      signatures,
      size: members.required('size', COUNT),
      ...(election !== undefined && { election }),
    };
  },
  loss: (members, position) => ({
    kind: 'loss',
    ...position,
    cause: members.required('cause', CAUSE),
    checkpoint: members.required('checkpoint', TEXT),
    from: members.required('from', ORIGIN),
    origin: members.required('origin', ORIGIN),
    recoveredSize: members.required('recoveredSize', COUNT),
    recoveryKey: members.required('recoveryKey', VERIFIER_KEY),
    verifierKey: members.required('verifierKey', VERIFIER_KEY),
  }),
  map: (members, position) => ({
    kind: 'map',
    ...position,
    persons: members.required('persons', COUNT),
    root: members.required('root', DIGEST),
    size: members.required('size', COUNT),
  }),
  batch: (members, position) => ({
    kind: 'batch',
    ...position,
    origin: members.required('origin', ORIGIN),
    rootHash: members.required('rootHash', DIGEST),
    size: members.required('size', COUNT),
  }),
  group: (members, position) => ({ kind: 'group', ...position, ...readGroup(members, malformed) }),
  erasure: (members, position) => ({
    kind: 'erasure',
    ...position,
    ...readErasure(members, malformed),
  }),
  erased: (members, position) => ({
    kind: 'erased',
    ...position,
    ...readErased(members, malformed),
  }),
};

function isKnownKind(kind: string): kind is Statement['kind'] {
  return Object.hasOwn(READERS, kind);
}

function readPart(members: JsonMembers): PartStatement {
  const part = {
    payload: members.required('payload', DIGEST),
    subject: members.required('subject', DIGEST),
  };
  members.end();
  return part;
}

function readRecordTags(members: JsonMembers): RecordTags {
  const parties = members.optional('parties', arrayOf(DIGEST, MAX_PARTS));
  if (parties !== undefined && !ascends(parties))
    throw malformed('the member tags/parties does not ascend');
  const tags = {
    author: members.required('author', DIGEST),
    key: members.required('key', DIGEST),
    subject: members.required('subject', DIGEST),
    ...(parties !== undefined && { parties }),
  };
  members.end();
  return tags;
}

function ascends(digests: readonly HexDigest[]): boolean {
  return digests.every((digest, at) => at === 0 || (digests[at - 1] ?? '') < digest);
}

function readHandoverSignature(members: JsonMembers): HandoverSignature {
  const by = members.required('by', VERIFIER_KEY);
  const signature = members.required('signature', SIGNATURE);
  members.end();
  return { by, signature };
}

function readJson(bytes: Uint8Array): JsonValue {
  try {
    return parseCanonicalJson(bytes, { maxDepth: MAX_DEPTH });
  } catch (cause) {
    if (cause instanceof BaseError) throw malformed(cause.message, cause);
    throw cause;
  }
}

function malformed(reason: string, cause?: unknown): RecordsError {
  return new RecordsError('STATEMENT_MALFORMED', `not a statement: ${reason}`, { cause });
}
