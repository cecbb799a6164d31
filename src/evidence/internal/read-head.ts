/** An anchor of the evidence, a cosigned head or a stamped one, with its head, proofs and epoch read; nothing is verified. */
import type { EpochStatement } from '../../records/statement.js';
import { decodeMapProof, type MapProof } from '../../tlog/sparse-map-proof.js';
import type { EvidencePlace } from '../evidence-file.js';
import { type HeadStatement, parseHeadStatement } from '../head-statement.js';
import type { Finding } from './outcome.js';
import { isFinding, readPart } from './read-part.js';
import { type ReadStatement, readStatement } from './read-statement.js';

export interface ReadHead<A extends EvidencePlace = EvidencePlace> {
  readonly anchor: A;
  readonly head: HeadStatement;
  readonly logProof: MapProof;
  readonly tenantProof: MapProof;
  readonly epoch: ReadStatement<EpochStatement>;
}

/** @throws EvidenceError EVIDENCE_FORMAT_NEWER. */
export function readHead<A extends EvidencePlace>(anchor: A): ReadHead<A> | Finding {
  const head = readPart('anchor.malformed', 'the head statement', () =>
    parseHeadStatement(anchor.head),
  );
  if (isFinding(head)) return head;
  const logProof = readMapProof(anchor.log.proof);
  if (isFinding(logProof)) return logProof;
  const tenantProof = readMapProof(anchor.tenant.proof);
  if (isFinding(tenantProof)) return tenantProof;
  const epoch = readStatement(anchor.epoch, 'the epoch', 'epoch');
  if (isFinding(epoch)) return epoch;
  return { anchor, head, logProof, tenantProof, epoch };
}

function readMapProof(proof: Uint8Array): MapProof | Finding {
  return readPart('anchor.malformed', 'a map proof', () => decodeMapProof(proof));
}
