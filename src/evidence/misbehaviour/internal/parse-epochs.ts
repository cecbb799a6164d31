/** The two epochs of a proof, as JSON has them: with the head of a log, without the log, or without its tenant. */
import type { JsonValue } from '../../../base/canonical-json.js';
import { base64Of, JsonMembers, type Refuse, type Shape } from '../../../base/json-members.js';
import { MAX_STATEMENT_LENGTH } from '../../../records/statement.js';
import { HANDLE_BYTES, HEAD_SALT_BYTES } from '../../epoch-map.js';
import { HEAD_STATEMENT_BYTES } from '../../head-statement.js';
import { base64UpTo, HASH, hexOf, MAP_PROOF, PROOF } from '../../internal/evidence-shapes.js';
import type {
  EpochContradiction,
  EpochWithHead,
  EpochWithoutLog,
  EpochWithoutTenant,
  LeafInTree,
} from '../misbehaviour-file.js';

export function readEpochs(
  members: JsonMembers,
  readLeaf: (members: JsonMembers) => LeafInTree,
  refuse: Refuse,
): EpochContradiction {
  const growth = members.optional('growth', ANY);
  const earlier = readEpoch(members.object('earlier'), refuse);
  const later = readEpoch(members.object('later'), refuse);
  if (!hasHead(earlier)) throw refuse('the earlier epoch has no head');
  if (growth !== undefined && !hasHead(later)) throw refuse('growth stands beside no later head');
  const read = {
    kind: 'epochs' as const,
    earlier,
    ...(growth !== undefined && {
      growth: readLeaf(new JsonMembers(growth, refuse, 'shows/growth')),
    }),
    later,
    log: members.required('log', HANDLE),
    tenant: members.required('tenant', HANDLE),
  };
  members.end();
  return read;
}

export function hasHead(
  epoch: EpochWithHead | EpochWithoutLog | EpochWithoutTenant,
): epoch is EpochWithHead {
  return 'head' in epoch;
}

const ANY: Shape<JsonValue> = { what: 'a value', read: (value) => value };
const HANDLE = hexOf(HANDLE_BYTES);
const STATEMENT = base64UpTo(MAX_STATEMENT_LENGTH);
const HEAD = base64Of(HEAD_STATEMENT_BYTES);
const SALT = base64Of(HEAD_SALT_BYTES);

function readEpoch(
  members: JsonMembers,
  refuse: Refuse,
): EpochWithHead | EpochWithoutLog | EpochWithoutTenant {
  const inclusion = members.required('inclusion', PROOF);
  const statement = members.required('statement', STATEMENT);
  const tenantMembers = members.object('tenant');
  const tenantProof = tenantMembers.required('proof', MAP_PROOF);
  const root = tenantMembers.optional('root', HASH);
  const blind = tenantMembers.optional('salt', SALT);
  tenantMembers.end();
  const logValue = members.optional('log', ANY);
  const head = members.optional('head', HEAD);
  members.end();
  const proved = { inclusion, statement };
  if (root === undefined) {
    if (logValue !== undefined || head !== undefined || blind !== undefined)
      throw refuse('a log stands under a tenant that is absent');
    return { ...proved, tenant: { proof: tenantProof } };
  }
  const tenant = { proof: tenantProof, root, ...(blind !== undefined && { salt: blind }) };
  if (logValue === undefined) throw refuse('an epoch says nothing of the log');
  const log = new JsonMembers(logValue, refuse, 'shows/log');
  const proof = log.required('proof', MAP_PROOF);
  const salt = log.optional('salt', SALT);
  log.end();
  if ((salt === undefined) !== (head === undefined))
    throw refuse('a head and its salt come together');
  return salt === undefined || head === undefined
    ? { ...proved, log: { proof }, tenant }
    : { ...proved, head, log: { proof, salt }, tenant };
}
