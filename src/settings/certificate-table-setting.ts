/** The setting `clientCertificates`: who may log in with a client certificate, and as what. */
import type { CertificateHolder, CertificateRow } from '../access/certificate-table.js';
import type { JsonValue } from '../base/canonical-json.js';
import { DIGEST, JsonMembers, type Shape } from '../base/json-members.js';
import { AUTHOR, malformed, ROLE, TENANT, TEXT } from './grant-shapes.js';

const MAX_ROWS = 1_000;

/** @throws BaseError, naming the member that is wrong. */
export function readCertificateTable(value: JsonValue): readonly CertificateRow[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_ROWS)
    throw malformed(`not an array of 1 to ${MAX_ROWS} rows`);
  return (value as readonly JsonValue[]).map((row, at) => {
    const members = new JsonMembers(row, malformed, String(at));
    const read = {
      holder: readHolder(members, at),
      tenant: members.required('tenant', TENANT),
      role: members.required('role', ROLE),
      author: members.required('author', AUTHOR),
    };
    members.end();
    return read;
  });
}

const NAME_KINDS = ['subject', 'email', 'dns', 'uri'] as const;

/** Longer ones are cut when they are shown, and would be equal to others that are cut there too. */
const NAME: Shape<string> = {
  what: 'a name of 1 to 500 characters as RFC 4514 writes it',
  read: (value) => {
    const text = TEXT.read(value);
    return text === null || text.length > 500 ? null : text;
  },
};

function readHolder(members: JsonMembers, at: number): CertificateHolder {
  const spkiSha256 = members.optional('spkiSha256', DIGEST);
  const issuer = members.optional('issuer', NAME);
  const names = NAME_KINDS.flatMap((nameKind) => {
    const name = members.optional(nameKind, NAME);
    return name === undefined ? [] : [{ nameKind, name }];
  });
  const [named] = names;
  if (spkiSha256 !== undefined && issuer === undefined && named === undefined)
    return { kind: 'key', spkiSha256 };
  if (spkiSha256 === undefined && issuer !== undefined && named !== undefined && names.length === 1)
    return { kind: 'name', issuer, ...named };
  throw malformed(
    `row ${at} needs either spkiSha256, or issuer and one of ${NAME_KINDS.join(', ')}`,
  );
}
