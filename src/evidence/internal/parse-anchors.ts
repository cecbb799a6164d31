/** The anchors of an evidence file, and its cosigned head, as JSON has them. */
import type { TreeSize } from '../../base/brand.js';
import type { JsonValue } from '../../base/canonical-json.js';
import { base64Of, COUNT, type JsonMembers, oneOf } from '../../base/json-members.js';
import { parseAnchorProof } from '../bitcoin/anchor-proof-json.js';
import { BitcoinProofError } from '../bitcoin/errors.js';
import { CHAIN_NAMES } from '../chains.js';
import { HANDLE_BYTES, HEAD_SALT_BYTES } from '../epoch-map.js';
import {
  type EvidenceAnchor,
  type EvidenceAnchors,
  type EvidenceEpoch,
  type EvidenceHead,
  type EvidencePlace,
  type EvidenceStamp,
  type EvidenceWitnessed,
  type LogInMap,
  MAX_COSIGNED_CHARACTERS,
  type TenantInMap,
} from '../evidence-file.js';
import { HEAD_STATEMENT_BYTES } from '../head-statement.js';
import { malformed, optionalObject, readProved } from './evidence-members.js';
import { ANY, base64UpTo, HASH, hexOf, MAP_PROOF, PROOF, textUpTo } from './evidence-shapes.js';

export function readAnchors(members: JsonMembers): EvidenceAnchors {
  const before = optionalObject(members, 'before', readAnchor);
  const after = readAnchor(members.object('after'));
  members.end();
  return { after, ...(before !== undefined && { before }) };
}

/** Of a collection: of what lies in many places there is no "last head without it". */
export function readAfterAnchor(members: JsonMembers): Pick<EvidenceAnchors, 'after'> {
  const after = readAnchor(members.object('after'));
  members.end();
  return { after };
}

export function readStamp(members: JsonMembers): EvidenceStamp {
  const stamp = {
    ...readPlace(members),
    checkpoint: members.required('checkpoint', NOTE),
    epoch: readProved(members.object('epoch')),
    token: members.required('token', TOKEN),
  };
  members.end();
  return stamp;
}

const NOTE = textUpTo(16_384);
/** As much as an authority may answer. */
const TOKEN = base64UpTo(262_144);
const CHAIN = oneOf(...CHAIN_NAMES);
const MAX_KEY_CHARACTERS = 1_024;
const HANDLE = hexOf(HANDLE_BYTES);

function readAnchor(members: JsonMembers): EvidenceAnchor {
  const anchor = {
    chain: members.required('chain', CHAIN),
    ...readHead(members),
    transaction: readTransaction(members.required('transaction', ANY)),
  };
  members.end();
  return anchor;
}

export function readWitnessed(members: JsonMembers): EvidenceWitnessed {
  const witnessed = {
    checkpoint: members.required('checkpoint', textUpTo(MAX_COSIGNED_CHARACTERS)),
    ...readHead(members),
    verifierKey: members.required('verifierKey', textUpTo(MAX_KEY_CHARACTERS)),
  };
  members.end();
  return witnessed;
}

function readHead(members: JsonMembers): EvidenceHead {
  return { ...readPlace(members), epoch: readEpoch(members.object('epoch')) };
}

function readPlace(members: JsonMembers): Omit<EvidencePlace, 'epoch'> {
  return {
    consistency: members.required('consistency', PROOF),
    head: members.required('head', base64Of(HEAD_STATEMENT_BYTES)),
    log: readLogInMap(members.object('log')),
    tenant: readTenantInMap(members.object('tenant')),
  };
}

function readEpoch(members: JsonMembers): EvidenceEpoch {
  const size = members.required('size', COUNT) as TreeSize;
  return { size, ...readProved(members) };
}

function readLogInMap(members: JsonMembers): LogInMap {
  const log = {
    handle: members.required('handle', HANDLE),
    proof: members.required('proof', MAP_PROOF),
    salt: members.required('salt', base64Of(HEAD_SALT_BYTES)),
  };
  members.end();
  return log;
}

function readTenantInMap(members: JsonMembers): TenantInMap {
  const tenant = {
    handle: members.required('handle', HANDLE),
    proof: members.required('proof', MAP_PROOF),
    root: members.required('root', HASH),
  };
  const salt = members.optional('salt', base64Of(HEAD_SALT_BYTES));
  members.end();
  return { ...tenant, ...(salt !== undefined && { salt }) };
}

function readTransaction(value: JsonValue): EvidenceAnchor['transaction'] {
  try {
    return parseAnchorProof(value);
  } catch (cause) {
    if (cause instanceof BitcoinProofError) throw malformed(cause.message, cause);
    throw cause;
  }
}
