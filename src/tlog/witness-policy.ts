/**
 * Which witnesses are enough (C2SP tlog-policy): the logs that are known, the witnesses, and the quorum,
 * a witness or a group of k out of n, whose members may be groups.
 */
import { asBuffer, toHex, utf8ToString } from '../base/bytes.js';
import { parseDecimal } from './internal/integer.js';
import {
  ED25519_COSIGNATURE,
  ED25519_NOTE,
  parseVerifierKey,
  type SignatureType,
  type VerifierKey,
} from './note-key.js';
import { refusedAs, TlogError } from './tlog-error.js';

export interface PolicyKey {
  readonly key: VerifierKey;
  /** Of a witness its submission prefix; null if none is given. */
  readonly url: string | null;
}

export interface PolicyWitness extends PolicyKey {
  /** In the policy alone: what is signed has the name of the key. */
  readonly name: string;
}

export interface WitnessPolicy {
  readonly logs: readonly PolicyKey[];
  readonly witnesses: readonly PolicyWitness[];
  readonly quorum: Quorum;
}

/** Satisfied by the cosignature of a witness, or if `threshold` of the members are. */
export type Quorum =
  | { readonly kind: 'witness'; readonly witness: PolicyWitness }
  | { readonly kind: 'group'; readonly threshold: number; readonly members: readonly Quorum[] };

const MAX_POLICY_BYTES = 64 * 1024;
const MAX_LOGS = 1_000;
const MAX_WITNESSES = 256;
const MAX_GROUPS = 256;
const NONE: Quorum = { kind: 'group', threshold: 0, members: [] };

/**
 * @throws TlogError POLICY_MALFORMED, naming the line. Keys of other kinds than Ed25519 are among what
 * is refused: a witness that cannot be verified must not silently count for nothing.
 */
export function parseWitnessPolicy(bytes: Uint8Array): WitnessPolicy {
  const { logs, witnesses, quorum } = parseLines(bytes);
  if (quorum === null) throw malformed(null, 'it has no quorum line');
  return { logs, witnesses, quorum };
}

/** The `log` lines of a policy, which may lack a quorum. @throws TlogError POLICY_MALFORMED. */
export function parsePolicyLogs(bytes: Uint8Array): readonly PolicyKey[] {
  return parseLines(bytes).logs;
}

/** Whether those witnesses are enough that `hasCosigned` says have cosigned. */
export function isSatisfied(
  quorum: Quorum,
  hasCosigned: (witness: PolicyWitness) => boolean,
): boolean {
  if (quorum.kind === 'witness') return hasCosigned(quorum.witness);
  const { members, threshold } = quorum;
  return members.filter((member) => isSatisfied(member, hasCosigned)).length >= threshold;
}

interface Draft {
  readonly logs: PolicyKey[];
  readonly witnesses: PolicyWitness[];
  /** Witnesses and groups, which share their names. */
  readonly named: Map<string, Quorum>;
  /** Names that are members of a group already. */
  readonly members: Set<string>;
  readonly keys: Set<string>;
  groups: number;
  quorum: Quorum | null;
}

function parseLines(bytes: Uint8Array): Draft {
  if (bytes.length > MAX_POLICY_BYTES)
    throw malformed(null, `it is larger than ${MAX_POLICY_BYTES} bytes`);
  const draft: Draft = {
    logs: [],
    witnesses: [],
    named: new Map(),
    members: new Set(),
    keys: new Set(),
    groups: 0,
    quorum: null,
  };
  // A byte a character: names are opaque, and only keys and URLs are ever read as text.
  const lines = asBuffer(bytes).toString('latin1').split('\n');
  if (lines.pop() !== '') throw malformed(null, 'its last line does not end with a newline');
  lines.forEach((line, at) => {
    readLine(line, at + 1, draft);
  });
  return draft;
}

function readLine(line: string, number: number, draft: Draft): void {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(line)) throw malformed(number, 'it has control characters');
  const [word = '', ...items] = line.split(/[ \t]+/).filter((item) => item !== '');
  if (word === '' || word.startsWith('#')) return;
  switch (word) {
    case 'log':
      readLog(items, number, draft);
      return;
    case 'witness':
      readWitness(items, number, draft);
      return;
    case 'group':
      readGroup(items, number, draft);
      return;
    case 'quorum':
      readQuorum(items, number, draft);
      return;
    default:
      throw malformed(number, 'it begins with none of log, witness, group, quorum');
  }
}

function readLog(items: readonly string[], number: number, draft: Draft): void {
  const [vkey, url, ...more] = items;
  if (vkey === undefined || more.length > 0)
    throw malformed(number, 'the form is log <vkey> [<url>]');
  if (draft.logs.length >= MAX_LOGS) throw malformed(number, `more than ${MAX_LOGS} logs`);
  draft.logs.push(keyOf(vkey, url, ED25519_NOTE, number, draft));
}

function readWitness(items: readonly string[], number: number, draft: Draft): void {
  const [name, vkey, url, ...more] = items;
  if (name === undefined || vkey === undefined || more.length > 0)
    throw malformed(number, 'the form is witness <name> <vkey> [<url>]');
  if (draft.witnesses.length >= MAX_WITNESSES)
    throw malformed(number, `more than ${MAX_WITNESSES} witnesses`);
  const witness = { name: readable(name), ...keyOf(vkey, url, ED25519_COSIGNATURE, number, draft) };
  draft.witnesses.push(witness);
  define(name, { kind: 'witness', witness }, number, draft);
}

function readGroup(items: readonly string[], number: number, draft: Draft): void {
  const [name, count, ...names] = items;
  if (name === undefined || count === undefined || names.length === 0)
    throw malformed(number, 'the form is group <name> all|any|<k> <member>…');
  if (draft.groups++ >= MAX_GROUPS) throw malformed(number, `more than ${MAX_GROUPS} groups`);
  const members = names.map((member) => {
    // Otherwise one witness could make up for others by being counted in two places.
    if (draft.members.has(member)) throw malformed(number, 'a member is in a group already');
    draft.members.add(member);
    return named(member, number, draft);
  });
  const threshold =
    count === 'all' ? members.length : count === 'any' ? 1 : (parseDecimal(count) ?? 0);
  if (threshold < 1 || threshold > members.length)
    throw malformed(number, 'the number is not all, any, or from 1 to the number of members');
  define(name, { kind: 'group', threshold, members }, number, draft);
}

function readQuorum(items: readonly string[], number: number, draft: Draft): void {
  const [name, ...more] = items;
  if (name === undefined || more.length > 0) throw malformed(number, 'the form is quorum <name>');
  if (draft.quorum !== null) throw malformed(number, 'there is a quorum already');
  draft.quorum = name === 'none' ? NONE : named(name, number, draft);
}

function define(name: string, quorum: Quorum, number: number, draft: Draft): void {
  if (name === 'none' || draft.named.has(name))
    throw malformed(number, 'its name is taken: witnesses and groups share theirs');
  draft.named.set(name, quorum);
}

function named(name: string, number: number, draft: Draft): Quorum {
  const found = draft.named.get(name);
  if (found === undefined) throw malformed(number, 'it names what no line before it defines');
  return found;
}

function keyOf(
  vkey: string,
  url: string | undefined,
  type: SignatureType,
  number: number,
  draft: Draft,
): PolicyKey {
  const key = refusedHere(number, () => parseVerifierKey(text(vkey)));
  if (key.type !== type)
    throw malformed(
      number,
      type === ED25519_NOTE ? 'the key is not one of a log' : 'the key is not one of a witness',
    );
  const publicKey = toHex(key.publicKey);
  if (draft.keys.has(publicKey)) throw malformed(number, 'its key stands in another line too');
  draft.keys.add(publicKey);
  return { key, url: url === undefined ? null : refusedHere(number, () => text(url)) };
}

function refusedHere<T>(number: number, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof TlogError)) throw cause;
    throw new TlogError('POLICY_MALFORMED', `line ${number}: ${cause.message}`, { cause });
  }
}

function text(item: string): string {
  return refusedAs('POLICY_MALFORMED', 'not UTF-8', () =>
    utf8ToString(new Uint8Array(Buffer.from(item, 'latin1'))),
  );
}

/** A name for people, whatever its bytes are. */
function readable(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8');
}

function malformed(number: number | null, reason: string): TlogError {
  const where = number === null ? 'not a policy' : `not a policy: line ${number}`;
  return new TlogError('POLICY_MALFORMED', `${where}: ${reason}`);
}
