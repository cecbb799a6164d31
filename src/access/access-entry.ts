/**
 * What an entry of the access ledger says (docs/formats/access.md): the payload of a record of the type
 * `chirograph.Access`, whose subject and author are who acted, and whose parties are whose data were
 * shown.
 */
import type { JsonObject } from '../base/canonical-json.js';
import type { CredentialId } from './credential-id.js';

/** One in each tenant, written by the node alone. */
export const ACCESS_LEDGER = '_access';
export const ACCESS_TYPE = 'chirograph.Access';
/** So that what was shown can be kept for another time than what it was shown of. */
export const ACCESS_RETENTION = 'access';

/** Who acts where nobody asked: the node itself. */
export const NODE_ACTOR = 'node';
/** Who shows no key: at the S3 port there may be files that anybody reads. */
export const ANONYMOUS = 'anonymous';

/** How far it went when the entry was written. */
export type AccessOutcome =
  /** Bytes were let go after this entry was durable, and not before. */
  | 'disclosed'
  /** It was about to be done. An entry with the same request says how it ended; without one it may have been. */
  | 'begun'
  | 'done'
  /** It ended with an error; `code` says which. */
  | 'failed'
  | 'refused';

export interface AccessEntry {
  readonly action: string;
  readonly outcome: AccessOutcome;
  /** Of the refusal or failure. */
  readonly code?: string;
  readonly ledger?: string;
  /** What was asked; persons in it by their tags. */
  readonly question?: JsonObject;
  /** Of what was shown, in order: RFC 6962 root over the leaf hashes. */
  readonly entries?: { readonly count: number; readonly rootHash: string };
  /** What came of it: ids. */
  readonly made?: JsonObject;
  readonly key?: CredentialId | typeof ANONYMOUS;
  readonly request?: string;
  readonly inspection?: string;
  /** Of an entry about more persons than one record names: n from 1. */
  readonly part?: { readonly n: number; readonly of: number };
  /** How many refusals were not written one by one. */
  readonly unwritten?: number;
}

const FORMAT = 1;

export function accessPayload(entry: AccessEntry): JsonObject {
  const { entries, part, ...rest } = entry;
  return {
    $v: FORMAT,
    ...rest,
    ...(entries !== undefined && { entries: { ...entries } }),
    ...(part !== undefined && { part: { ...part } }),
  };
}
