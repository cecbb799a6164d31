/** The parts that evidence and collection files share, as JSON has them. */
import { arrayOf, base64Of, JsonMembers, oneOf } from '../../base/json-members.js';
import { MAX_HEADER_LENGTH } from '../../records/header.js';
import {
  DEVELOPMENT_PARTS,
  type EvidenceEntry,
  type EvidenceLog,
  type Opening,
  type ProvedGroup,
  type TagOpeners,
} from '../evidence-file.js';
import { malformed, optionalObject, readProved } from './evidence-members.js';
import { ANY, base64UpTo, hexOf, listOf, PROOF, textUpTo } from './evidence-shapes.js';

/** The member `development` of a file. */
export const DEVELOPMENT = arrayOf(oneOf(...DEVELOPMENT_PARTS), DEVELOPMENT_PARTS.length);

export function readEntry(members: JsonMembers): EvidenceEntry {
  const header = optionalObject(members, 'header', readOpening(MAX_HEADER_LENGTH));
  const openers = optionalObject(members, 'openers', readOpeners);
  const payload = optionalObject(members, 'payload', readOpening(MAX_PAYLOAD_BYTES));
  if (openers !== undefined && header === undefined)
    throw malformed('an entry has openers and no header');
  return {
    ...readProved(members),
    ...(header !== undefined && { header }),
    ...(openers !== undefined && { openers }),
    ...(payload !== undefined && { payload }),
  };
}

export function readLog(members: JsonMembers): EvidenceLog {
  const groups = members.objects('groups', MAX_HANDOVERS).map(readGroup);
  const recoverySignature = members.optional('recoverySignature', base64Of(64));
  const seal = members.optional('seal', base64UpTo(MAX_SEAL_BYTES));
  const log = {
    checkpoint: members.required('checkpoint', textUpTo(MAX_CHECKPOINT_CHARACTERS)),
    first: readProved(members.object('first')),
    handovers: members
      .required('handovers', HANDOVERS)
      .map((value) => readProved(new JsonMembers(value, malformed, 'log/handovers'))),
    ...(groups.length > 0 && { groups }),
    ...(recoverySignature !== undefined && { recoverySignature }),
    ...(seal !== undefined && { seal }),
  };
  members.end();
  return log;
}

function readGroup(members: JsonMembers): ProvedGroup {
  const consistency = members.required('consistency', PROOF);
  return { consistency, ...readProved(members) };
}

const MAX_HANDOVERS = 1_000;
/** A payload lies in a block of at most 8 MiB; larger ones are files. */
const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;
const MAX_SEAL_BYTES = 262_144;
const MAX_CHECKPOINT_CHARACTERS = 16_384;

const HANDOVERS = listOf(ANY, MAX_HANDOVERS);
const OPENER = hexOf(32);

function readOpening(maximum: number): (members: JsonMembers) => Opening {
  return (members) => {
    const opening = {
      bytes: members.required('bytes', base64UpTo(maximum)),
      salt: members.required('salt', base64Of(32)),
    };
    members.end();
    return opening;
  };
}

function readOpeners(members: JsonMembers): TagOpeners {
  const author = members.optional('author', OPENER);
  const key = members.optional('key', OPENER);
  const subject = members.optional('subject', OPENER);
  members.end();
  if (author === undefined && key === undefined && subject === undefined)
    throw malformed('an object of openers is empty');
  return {
    ...(author !== undefined && { author }),
    ...(key !== undefined && { key }),
    ...(subject !== undefined && { subject }),
  };
}
