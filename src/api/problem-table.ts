/**
 * Every error code as HTTP sees it (RFC 9457): the only place that knows status codes. A code that is
 * missing here does not compile, and docs/errors.md must have the same rows.
 */
import type { OperationErrorCode } from '../commands/error-code.js';
import type { ApiErrorCode } from './api-error.js';

export type ErrorCode = ApiErrorCode | OperationErrorCode;

export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** Back-pressure: when to come again. */
  readonly retryAfterSeconds?: number;
}

export const PROBLEMS = {
  REQUEST_INVALID: kind(400, 'The request is not what the API describes'),
  ROUTE_UNKNOWN: kind(404, 'There is nothing at this path'),
  METHOD_NOT_ALLOWED: kind(405, 'This path does not take this method'),
  NOT_ACCEPTABLE: kind(406, 'None of the accepted media types can be given'),
  CONTENT_TYPE_UNSUPPORTED: kind(415, 'This path does not take this media type'),
  CONTENT_ENCODING_UNSUPPORTED: kind(415, 'Compressed bodies are not taken'),
  BODY_TOO_LARGE: kind(413, 'The body is too large'),
  REQUEST_TIMEOUT: kind(408, 'The request took too long to arrive'),
  BODY_INCOMPLETE: kind(400, 'The body ended too soon'),
  LINE_TOO_LONG: kind(413, 'The line is too long'),
  CURSOR_INVALID: kind(400, 'The cursor is not one of this list'),
  LOGIN_RATE_LIMITED: kind(429, 'Too many failed log-ins', 60),
  REQUEST_RATE_LIMITED: kind(429, 'Too many requests', 60),
  SEARCH_RATE_LIMITED: kind(429, 'Too many searches', 60),
  HTTP_MALFORMED: kind(400, 'Not an HTTP request'),
  HEADERS_TOO_LARGE: kind(431, 'The header is too large'),
  SERVER_BUSY: kind(503, 'Too many requests of this kind', 1),
  SERVER_STOPPING: kind(503, 'The node is stopping', 5),
  INTERNAL: kind(500, 'The node failed'),

  ACCESS_KEY_MISSING: kind(401, 'An API key is needed'),
  ACCESS_KEY_UNKNOWN: kind(401, 'The API key is not known'),
  ACCESS_KEY_REVOKED: kind(401, 'The API key has been revoked'),
  ACCESS_TOKEN_INVALID: kind(401, 'The access token is not accepted'),
  ACCESS_ISSUER_UNAVAILABLE: kind(503, 'The keys of the issuer cannot be had', 30),
  ACCESS_CERTIFICATE_UNKNOWN: kind(401, 'The client certificate is not accepted'),
  ACCESS_DENIED: kind(403, 'The API key does not allow this'),
  ACCESS_KEY_NOT_FOUND: kind(404, 'There is no such API key'),
  INSPECTION_REQUIRED: kind(403, 'An open inspection is needed'),
  INSPECTION_UNKNOWN: kind(404, 'There is no such inspection'),
  INSPECTION_CLOSED: kind(403, 'The inspection is closed'),
  INSPECTION_EXPIRED: kind(403, 'The inspection has expired'),
  INSPECTION_OUT_OF_SCOPE: kind(403, 'The inspection does not cover this'),
  INSPECTION_LIMIT: kind(409, 'The tenant has as many open inspections as it may'),
  INSPECTION_HIDING_REFUSED: kind(403, 'The tenant allows no hidden inspections'),
  ACCESS_TYPE_RESTRICTED: kind(403, 'The type is kept in another ledger'),
  ACCESS_GRANT_UNKNOWN: kind(404, 'There is no such grant'),
  ACCESS_GRANT_LIMIT: kind(409, 'The tenant has as many grants as it may'),
  ACCESS_APPROVAL_REFUSED: kind(409, 'The grant does not wait for this approval'),
  ACCESS_APPROVAL_NEEDED: kind(403, 'Two persons are needed for this'),
  ACCESS_TENANT_UNKNOWN: kind(404, 'There is no such tenant'),
  ACCESS_LAST_ADMIN: kind(409, 'The last admin key cannot be revoked'),
  ACCESS_KEY_LIMIT: kind(409, 'The node has as many API keys as it may'),
  ACCESS_ADMIN_KEY_WEAK: kind(400, 'The chosen key is too weak'),
  ACCESS_FILE_DAMAGED: kind(500, 'The file of API keys is damaged'),
  ACCESS_FORMAT_NEWER: kind(500, 'The file of API keys is of a newer version'),

  BYTES_MALFORMED: kind(400, 'Bytes are not in their encoding'),
  JSON_MALFORMED: kind(400, 'Not JSON'),
  JSON_NOT_CANONICAL: kind(400, 'JSON that RFC 8785 cannot keep'),
  TIME_MALFORMED: kind(400, 'Not an instant'),
  DATE_NOT_IN_ZONE: kind(400, 'The legal time zone skipped this date'),

  LEDGER_PUSHBACK: kind(503, 'The queue is full', 1),
  LEDGER_CLOSED: kind(503, 'The node takes no more entries', 5),
  LEDGER_FAILED: kind(500, 'The store failed'),
  LEDGER_DAMAGED: kind(500, 'The store is damaged'),
  LEDGER_FORMAT_NEWER: kind(500, 'The store is of a newer version'),
  LEDGER_LOCKED: kind(500, 'The store is in use'),
  LEDGER_READ_ONLY: kind(503, 'The node may not write now', 30),
  LEDGER_EXISTS: kind(409, 'The ledger exists'),
  LEDGER_UNKNOWN: kind(404, 'There is no such ledger'),
  LEDGER_ENTRY_UNKNOWN: kind(404, 'There is no such entry'),
  LEDGER_ENTRY_TOO_LARGE: kind(413, 'The entry is too large'),
  LEDGER_IDEMPOTENCY_CONFLICT: kind(409, 'The idempotency key was used for another record'),
  LEDGER_SIZE_UNKNOWN: kind(400, 'The ledger has no such size'),
  LEDGER_CHECKPOINT_UNKNOWN: kind(404, 'There is no checkpoint of that size'),
  LEDGER_TILE_UNKNOWN: kind(404, 'There is no such tile yet'),

  QUERY_INCOMPLETE: kind(400, 'A filter needs another'),
  QUERY_TOO_BROAD: kind(400, 'The question is too broad'),
  QUERY_SUBJECT_UNKNOWN: kind(404, 'Nothing is recorded of this subject'),
  QUERY_ORIGIN_UNKNOWN: kind(404, 'The ledger has no such log'),
  QUERY_NOTHING_ASKED: kind(409, 'Nothing was inspected yet'),
  QUERY_FIELD_NOT_FINDABLE: kind(400, 'Nothing is found by this field'),
  QUERY_VALUE_UNUSABLE: kind(400, 'Nothing can be found by this value'),
  VIEW_BEHIND: kind(503, 'The view is behind', 1),
  VIEW_FAILED: kind(503, 'The view cannot be used', 30),
  VIEW_DIFFERS: kind(500, 'The view differs from the ledger'),

  KEYS_STORE_UNSAFE: kind(500, 'The key store is not safe'),
  KEYS_FILE_DAMAGED: kind(500, 'The key store is damaged'),
  KEYS_FORMAT_NEWER: kind(500, 'The key store is of a newer version'),
  KEYS_MISSING: kind(500, 'A key is missing'),
  KEYS_EXISTS: kind(500, 'A key exists already'),
  KEYS_FAILED: kind(500, 'The key store failed'),
  KEYS_VAULT_DAMAGED: kind(500, 'The vault is damaged'),
  KEYS_VAULT_PUSHBACK: kind(503, 'Too many new secrets wait', 1),

  RECORD_MALFORMED: kind(400, 'Not a record'),
  RECORD_MEMBER_NOT_SUPPORTED: kind(400, 'A member of the record is not taken yet'),
  RECORD_TYPE_RESERVED: kind(400, 'The type is reserved'),
  RECORD_CLAIM_DIFFERS: kind(400, 'The claim differs from the record'),
  RECORD_TOO_LARGE: kind(413, 'The record is too large'),
  RECORD_FORMAT_NEWER: kind(500, 'The record is of a newer version'),
  STATEMENT_MALFORMED: kind(400, 'Not a statement'),
  STATEMENT_KIND_UNKNOWN: kind(400, 'The statement is of an unknown kind'),
  HEADER_MALFORMED: kind(400, 'Not a sealed header'),
  BLOCK_MALFORMED: kind(500, 'A block is damaged'),
  SEAL_REFUSED: kind(500, 'A sealed part does not open'),

  SCHEMA_REFUSED: kind(400, 'The schema is not taken'),
  SCHEMA_UNKNOWN: kind(404, 'There is no such schema'),
  SCHEMA_LIMIT: kind(409, 'The ledger has as many schemas as it may'),
  RECORD_SCHEMA_INVALID: kind(400, 'The record is not as its schema says'),
  RECORD_SCHEMA_MISSING: kind(400, 'The type has no schema'),

  DER_MALFORMED: kind(400, 'Not DER'),
  DER_LIMIT: kind(400, 'DER beyond its limits'),
  CERTIFICATE_MALFORMED: kind(400, 'Not a certificate'),
  CMS_MALFORMED: kind(400, 'Not a CMS signature'),
  LOG_SEAL_MALFORMED: kind(400, 'Not a log seal'),
  ALGORITHM_UNSUPPORTED: kind(400, 'The algorithm is not supported'),
  KEY_UNSUPPORTED: kind(400, 'The key is not supported'),
  SEAL_CERTIFICATE_UNSUITABLE: kind(500, 'The seal certificate cannot be used'),
  SIGNATURE_SELF_CHECK_FAILED: kind(500, 'A signature failed its own check'),

  TILE_PATH_MALFORMED: kind(404, 'There is no such tile'),
  TILE_MALFORMED: kind(400, 'Not a tile'),
  ENTRY_BUNDLE_MALFORMED: kind(400, 'Not an entry bundle'),
  NOTE_KEY_MALFORMED: kind(400, 'Not a verifier key'),
  NOTE_MALFORMED: kind(400, 'Not a signed note'),
  NOTE_UNVERIFIED: kind(400, 'The note is not signed by this key'),
  CHECKPOINT_MALFORMED: kind(400, 'Not a checkpoint'),
  CHECKPOINT_OF_OTHER_LOG: kind(400, 'The checkpoint is of another log'),
  LOG_BINDING_MALFORMED: kind(400, 'Not a log binding'),
  COSIGNATURE_MALFORMED: kind(400, 'Not a cosignature'),
  LOG_PROOF_MALFORMED: kind(400, 'Not a log proof'),
  LOG_PROOF_UNVERIFIED: kind(400, 'The log proof does not hold'),
  MAP_PROOF_MALFORMED: kind(400, 'Not a map proof'),

  CHAIN_UNAVAILABLE: kind(503, 'The chain cannot be reached', 30),
  CHAIN_RESPONSE_INVALID: kind(500, 'The chain answers what cannot be'),
  CHAIN_REFUSED: kind(500, 'The chain refuses the node'),
  CHAIN_MISMATCH: kind(500, 'The chain is another one'),
  CHAIN_BLOCK_UNKNOWN: kind(503, 'A block is not known yet', 30),
  CHAIN_TRANSACTION_REJECTED: kind(500, 'The chain rejects the transaction'),
  ANCHOR_FUNDS_EXHAUSTED: kind(500, 'The anchor address is empty'),
  ANCHOR_FEE_EXCESSIVE: kind(500, 'The fee is too high'),
  ANCHOR_SIGNATURE_INVALID: kind(500, 'The anchor signature is not valid'),
  ANCHOR_STATE_INVALID: kind(500, 'The state of anchoring is damaged'),
  ANCHOR_UNCONFIRMED: kind(503, 'The anchor is not final yet', 30),
  ANCHOR_MOVED: kind(503, 'The chain moved meanwhile', 1),
  EPOCH_HEADS_DAMAGED: kind(500, 'The heads of an epoch are damaged'),
  EPOCH_HEAD_INCONSISTENT: kind(500, 'A ledger does not extend its anchored head'),
  DEVCHAIN_DAMAGED: kind(500, 'The devchain is damaged'),
  DEVCHAIN_FAILED: kind(500, 'The devchain failed'),
  DEVCHAIN_CLOSED: kind(503, 'The node is stopping', 5),

  EVIDENCE_MALFORMED: kind(400, 'Not an evidence file'),
  EVIDENCE_FORMAT_NEWER: kind(400, 'The evidence file is of a newer version'),
  TRUST_MALFORMED: kind(400, 'Not a trust file'),
  TRUST_FORMAT_NEWER: kind(400, 'The trust file is of a newer version'),
  REPORT_TOO_LARGE: kind(400, 'The report would be too large'),

  SIGNATURE_REFUSED: kind(400, 'The signature does not match'),
  SIGNATURE_OF_NO_RECORD: kind(409, 'Only records of the written log are signed'),
  SIGNATURE_LIMIT: kind(409, 'The entry has as many signatures as it may'),
  SEAL_NOT_CONFIGURED: kind(409, 'The node has no seal'),
  MAP_NOT_COVERING: kind(409, 'No map of the closed log covers this'),
  PREPARATION_INTERRUPTED: kind(503, 'Preparing the records was interrupted', 1),

  BITCOIN_TRANSACTION_MALFORMED: kind(400, 'Not a Bitcoin transaction'),
  BITCOIN_HEADER_MALFORMED: kind(400, 'Not a block header'),
  BITCOIN_PROOF_MALFORMED: kind(400, 'Not an anchor proof'),
  BITCOIN_NETWORK_MISMATCH: kind(400, 'The proof is of another network'),
  BITCOIN_BRANCH_INVALID: kind(400, 'The Merkle branch does not hold'),
  BITCOIN_COINBASE_INVALID: kind(400, 'The coinbase does not hold'),
  BITCOIN_HEADERS_UNLINKED: kind(400, 'The headers are no chain'),
  BITCOIN_WORK_INSUFFICIENT: kind(400, 'The proof of work is not enough'),
  BITCOIN_UNCONFIRMED: kind(400, 'Too few confirmations'),
  BITCOIN_PIN_MISMATCH: kind(400, 'The headers contradict a pinned one'),
  BITCOIN_NOT_AN_ANCHOR: kind(400, 'The transaction is no anchor'),
} as const satisfies Record<ErrorCode, ProblemKind>;

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(PROBLEMS, code);
}

function kind(status: number, title: string, retryAfterSeconds?: number): ProblemKind {
  return { status, title, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}
