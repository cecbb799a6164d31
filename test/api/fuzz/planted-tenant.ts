/**
 * A tenant that holds something of everything, each marked with a text that is found nowhere else: where
 * that text turns up is where the tenant's data went.
 */
import { type Role, ROLES } from '../../../src/access/authorize.js';
import type { TestService } from '../../support/test-service.js';
import { answer } from '../support/ledger-client.js';

export interface PlantedTenant {
  readonly name: string;
  /** In the names of what it has: tenant, ledgers, persons, types. */
  readonly nameMark: string;
  /** In what it says: payloads, labels, authors, and whatever else nobody asks by. */
  readonly contentMark: string;
  /** In what it says of a person whom no inspection of it covers. */
  readonly uncoveredMark: string;
  /** Ids that name its things and are in no mark: leaf hashes, roots, keys, grants. */
  readonly ids: readonly string[];
  /** Of the key that was made when it was founded: whoever founded it knows it. */
  readonly founderId: string;
  /** The texts of its API keys, by role; `granted` may read the restricted ledger, `revoked` nothing. */
  readonly keys: Readonly<Record<string, string>>;
  /** What requests can ask it by, by name of parameter or member. */
  readonly known: Readonly<Record<string, readonly string[]>>;
  readonly ledgers: readonly string[];
  /** Only its grant opens it; to all others of the tenant it is not there. */
  readonly restricted: string;
  /** Bodies that mean something, by media type. */
  readonly bodies: Readonly<Record<string, readonly Uint8Array[]>>;
}

export interface TenantWish {
  readonly name: string;
  /** Empty for a tenant whose names may be in requests of others. */
  readonly nameMark: string;
  readonly contentMark: string;
  readonly timeZone: string;
}

interface Made {
  readonly id: string;
  readonly key: string;
}

/** @param node asked with the key of the node's first admin, who founds the tenant. */
export async function plantTenant(node: TestService, wish: TenantWish): Promise<PlantedTenant> {
  const { name, nameMark, contentMark, timeZone } = wish;
  const founding = { name, label: `${contentMark} founder`, author: `${contentMark} founder` };
  const first = await answer<Made>(node.request('/v1/tenants', { json: founding }), 201);
  const post = <T>(path: string, json: object, status = 201): Promise<T> =>
    answer<T>(node.request(path, { json, key: first.key }), status);
  const put = (path: string, json: object, status: number): Promise<unknown> =>
    answer(node.request(path, { json, key: first.key, method: 'PUT' }), status);

  const made: Made[] = [first];
  const newKey = async (role: string): Promise<Made> => {
    const key = await post<Made>('/v1/keys', {
      role,
      label: `${contentMark} ${role}`,
      author: `${contentMark} ${role}`,
    });
    made.push(key);
    return key;
  };
  const keys: Record<string, string> = {};
  for (const role of ROLES satisfies readonly Role[]) keys[role] = (await newKey(role)).key;
  const granted = await newKey('none');
  keys['granted'] = granted.key;
  const revoked = await newKey('admin');
  keys['revoked'] = revoked.key;
  const spare = [await newKey('reader'), await newKey('none')];
  await answer(node.request(`/v1/keys/${revoked.id}`, { method: 'DELETE', key: first.key }));

  const ledgers = [`${nameMark}kyc`, `${nameMark}loans`];
  const restricted = `${nameMark}secret`;
  const origins: string[] = [];
  for (const ledger of [...ledgers, restricted])
    origins.push((await post<{ origin: string }>('/v1/ledgers', { name: ledger })).origin);
  const secretType = `${nameMark}aml.Suspicion`;
  await put(
    `/v1/tenants/${name}`,
    { timeZone, hiddenInspections: true, restrictedTypes: { [secretType]: restricted } },
    200,
  );
  const grant = { to: { key: granted.id }, role: 'writer', ledger: restricted };
  const grants = [await post<{ id: string }>('/v1/grants', grant)];
  for (const { id } of spare)
    grants.push(await post('/v1/grants', { to: { key: id }, role: 'auditor' }));

  const type = `${nameMark}test.Residence`;
  const subjects = [`${nameMark}customer-1`, `${nameMark}customer-2`];
  const [kyc = '', loans = ''] = ledgers;
  const schema = {
    format: 'json-schema',
    schema: { type: 'object', title: `${contentMark} schema` },
    findable: [{ pointer: '/street', as: 'text' }],
  };
  await put(`/v1/ledgers/${kyc}/schemas/${type}`, schema, 201);
  await put(`/v1/ledgers/${kyc}/settings/schemas`, { mode: 'warn', unknownTypes: 'accept' }, 200);
  const hashes: string[] = [];
  const append = async (ledger: string, record: object, key = first.key): Promise<string> => {
    const json = { payload: { street: `${contentMark} street`, floor: 3 }, ...record };
    const path = `/v1/ledgers/${ledger}/records`;
    const { id } = await answer<{ id: string }>(node.request(path, { json, key }), 201);
    hashes.push(id);
    return id;
  };
  const [one = '', two = ''] = subjects;
  for (const ledger of [kyc, loans])
    for (const subject of subjects) {
      const thing = { type, subject, key: 'residence' };
      await append(ledger, { ...thing, validFrom: '2026-01-01T00:00:00.000Z' });
      await append(ledger, {
        ...thing,
        retention: 'short',
        parties: [subject === one ? two : one],
      });
    }
  const part = { subject: two, payload: { part: `${contentMark} part` } };
  const wrong = await append(kyc, { type, subject: one, key: 'wrong', parts: [part] });
  await append(kyc, { type, subject: one, key: 'wrong', retracts: wrong, payload: {} });
  await append(restricted, { type: secretType, subject: one, key: 'suspicion' }, granted.key);
  await post(`/v1/ledgers/${kyc}/records/${wrong}/signatures`, { signer: 'seal' });
  const uncoveredMark = `${contentMark} uncovered`;
  const uncovered = await append(kyc, {
    type,
    subject: `${nameMark}customer-3`,
    payload: { street: uncoveredMark },
  });

  const inspections: string[] = [];
  const inspector = keys['inspector'] ?? '';
  for (const isHidden of [false, true]) {
    const json = {
      ledger: kyc,
      caseId: `${contentMark} case`,
      authority: `${contentMark} authority`,
      legalBasis: `${contentMark} law`,
      scope: { subjects },
      isHidden,
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    };
    const opened = node.request('/v1/inspections', { json, key: inspector });
    const { id } = await answer<{ id: string }>(opened, 201);
    inspections.push(id);
    const headers = { 'chirograph-inspection': id };
    await answer(node.request(`/v1/ledgers/${kyc}/subjects/${one}`, { headers, key: inspector }));
  }

  const bytesOf = async (path: string): Promise<Uint8Array> =>
    new Uint8Array(await (await node.request(path, { key: first.key })).arrayBuffer());
  const records = `/v1/ledgers/${kyc}/records/${wrong}`;
  const { rootHash, size } = await answer<{ rootHash: string; size: number }>(
    node.request(`/v1/ledgers/${kyc}`, { key: first.key }),
  );
  return {
    name,
    nameMark,
    contentMark,
    uncoveredMark,
    founderId: first.id,
    ids: [...made, ...grants].map(({ id }) => id).concat(inspections, hashes, rootHash),
    keys,
    ledgers,
    restricted,
    bodies: {
      'application/json': [
        await bytesOf(`${records}/evidence`),
        await bytesOf(`/v1/ledgers/${kyc}/subjects/${one}/evidence`),
      ],
      'application/pkcs7-signature': [await bytesOf(`${records}/signatures/0`)],
    },
    known: {
      ledger: ledgers,
      id: ['1', '2', '3', ...hashes.slice(0, 3), wrong, uncovered],
      '/v1/keys id': spare.map(({ id }) => id),
      '/v1/grants id': grants.slice(1).map(({ id }) => id),
      '/v1/inspections id': inspections,
      inspection: inspections,
      'Chirograph-Inspection': inspections,
      tenant: [name],
      subject: subjects,
      type: [type, secretType],
      key: ['residence', 'wrong', ...spare.map(({ id }) => id)],
      author: [`${contentMark} founder`],
      retracts: hashes,
      file: hashes,
      retention: ['short', 'default'],
      origin: origins,
      path: ['0/000.p/2', 'entries/000.p/2', '0/000.p/1', 'entries/000.p/1', 'entries/000'],
      number: ['0'],
      version: ['1'],
      ...Object.fromEntries(
        ['asOf', 'size', 'index', 'from', 'to', 'minSize'].map((counted) => [
          counted,
          ['0', '1', '2', '3', String(size - 1), String(size)],
        ]),
      ),
    },
  };
}
