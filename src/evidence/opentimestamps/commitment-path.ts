/**
 * From a digest that a node's calendar was sent to the leaf hash of the entry that holds it
 * (docs/formats/opentimestamps.md, "A calendar of a node"): an HMAC and a statement, as operations.
 */
import { equalBytes, utf8, utf8ToString } from '../../base/bytes.js';
import { parseStatement } from '../../records/parse-statement.js';
import { leafHash } from '../../tlog/merkle-hash.js';
import { unusable } from './errors.js';
import { applyOperation, type OtsOperation } from './operations.js';
import { append, prepend, SHA256 } from './tree-steps.js';

/** Type of the records of a calendar. */
export const COMMITMENT_TYPE = 'chirograph.Commitment';

/**
 * @param salt of the payload's commitment.
 * @throws OpenTimestampsError OTS_PATH_UNUSABLE if the statement is none of a record of this digest.
 */
export function commitmentSteps(
  digest: Uint8Array,
  salt: Uint8Array,
  statement: Uint8Array,
): OtsOperation[] {
  const record = parseStatement(statement);
  if (record.kind !== 'record' || record.type !== COMMITMENT_TYPE)
    throw unusable('its entry is no commitment');
  const [before, behind, ...others] = utf8ToString(statement).split(record.payload);
  if (before === undefined || behind === undefined || others.length > 0)
    throw unusable('its entry names the commitment twice');
  const steps: OtsOperation[] = [
    { kind: 'hexlify' },
    prepend(padded(salt, INNER_PAD), utf8(BEFORE)),
    append(utf8(BEHIND)),
    SHA256,
    prepend(padded(salt, OUTER_PAD)),
    SHA256,
    { kind: 'hexlify' },
    prepend(Uint8Array.of(0), utf8(before)),
    append(utf8(behind)),
    SHA256,
  ];
  const end = steps.reduce((message, operation) => applyOperation(operation, message), digest);
  if (!equalBytes(end, leafHash(statement))) throw unusable('its entry is of another digest');
  return steps;
}

const BEFORE = '{"digest":"';
const BEHIND = '"}';
/** RFC 2104: the block of SHA-256, and its two pads. */
const BLOCK_BYTES = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

function padded(key: Uint8Array, pad: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES).fill(pad);
  key.forEach((byte, at) => {
    block[at] = byte ^ pad;
  });
  return block;
}
