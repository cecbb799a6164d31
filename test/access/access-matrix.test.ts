/**
 * Every kind of principal on every route that the node describes: a route that nobody has said here who
 * may use it fails this suite.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Role, ROLES } from '../../src/access/authorize.js';
import type { UnixMillis } from '../../src/base/brand.js';
import { parseInstant } from '../../src/base/time.js';
import { answer, append, createLedger, foundTenant, RECORD } from '../api/support/ledger-client.js';
import { registration, staleEvent, testKey } from '../identities/support/identity-kit.js';
import { issueTo } from '../signing/support/test-pki.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type RequestOptions, type TestService } from '../support/test-service.js';

const EVERYONE: readonly Role[] = ['auditor', 'inspector', 'reader', 'writer', 'officer', 'admin'];
const READERS: readonly Role[] = ['reader', 'writer', 'officer', 'admin'];
const WRITERS: readonly Role[] = ['writer', 'admin'];
const OVERSEERS: readonly Role[] = ['auditor', 'officer', 'admin'];
const OFFICERS: readonly Role[] = ['officer', 'admin'];
const ADMINS: readonly Role[] = ['admin'];

const HEADER = 'Chirograph-Inspection';
/** Of no inspection. */
const NO_INSPECTION = 'ffffffffffff';

interface Asked extends RequestOptions {
  readonly path: string;
}

interface Expectation {
  /** Everyone, without a key, too. */
  readonly isOpen?: true;
  readonly may: readonly Role[];
  /** Of those that may. */
  readonly status?: number;
  /** Shows content: an inspector needs an inspection. */
  readonly discloses?: true;
  /** What an admin of another tenant gets; as its own admin unless given. */
  readonly foreign?: number;
  /** What is asked, well-formed, of things that are there. Anew for each try. */
  readonly ask: () => Asked | Promise<Asked>;
}

let node: TestService;
let root: string;
let foreign: string;
let evidence: Uint8Array;
let made = 0;
let inspection = '';
let identity = '';
const keys = new Map<string, string>();

const KYC = '/v1/ledgers/kyc';
const DESK = '/v1/files/desk';
const get = (path: string): (() => Asked) => {
  return () => ({ path, method: 'GET' });
};
const certificate = Buffer.from(
  issueTo({
    name: 'Officer',
    notBefore: 0 as UnixMillis,
    notAfter: parseInstant('2099-01-01T00:00:00.000Z'),
  }).certificate.der,
).toString('base64');
const ofLedger = { foreign: 404 } as const;

async function newId(path: string, json: object): Promise<string> {
  return (await answer<{ id: string }>(node.request(path, { json }), 201)).id;
}

const newInspection = (): object => ({
  ledger: 'kyc',
  caseId: 'case 1',
  authority: 'an authority',
  legalBasis: 'a law',
  expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
});

/** Opened by the inspector's key. */
const inspected = async (): Promise<string> => {
  const options = { json: newInspection(), key: keys.get('inspector') ?? '' };
  return (await answer<{ id: string }>(node.request('/v1/inspections', options), 201)).id;
};

/** Each of another case: the same is placed once. */
const newHold = (): object => ({
  caseId: `case ${made++}`,
  authority: 'a court',
  legalBasis: 'a law',
  scope: { subjects: ['customer-4711'] },
});

const placed = (): Promise<string> => newId('/v1/holds', newHold());

/** Each of another class: the same is pending once. */
const newErasure = (): object => ({ class: `class-${made++}`, reason: 'r', legalBasis: 'a law' });

const proposed = (): Promise<string> => newId('/v1/erasures', newErasure());

const newGrant = (): Promise<string> =>
  newId('/v1/grants', { to: { key: '000000000000' }, role: 'reader' });

/** No chain has it. */
const NO_COIN = `${'ab'.repeat(32)}:0`;

/** Base64 of a text. */
const NO_PSBT = 'bm8=';

/** Takes everything. */
const FREE = { format: 'json-schema', schema: { type: 'object' } };

const EXPECTED: Readonly<Record<string, Expectation>> = {
  'GET /healthz': { isOpen: true, may: [], ask: get('/healthz') },
  'GET /console': { isOpen: true, may: [], ask: get('/console') },
  'GET /readyz': { isOpen: true, may: [], ask: get('/readyz') },
  'GET /v1/access': { may: OVERSEERS, discloses: true, ask: get('/v1/access') },
  'GET /v1/anchors': { may: ['operator', ...EVERYONE], ask: get('/v1/anchors') },
  'POST /v1/anchors': {
    may: ['operator', 'admin'],
    ask: () => ({ path: '/v1/anchors', method: 'POST' }),
  },
  'GET /v1/anchors/{epoch}': { may: ['operator', ...EVERYONE], ask: get('/v1/anchors/1') },
  'GET /v1/backups': { may: ['operator', 'admin'], foreign: 403, ask: get('/v1/backups') },
  'POST /v1/backups': {
    may: ['operator', 'admin'],
    status: 404,
    foreign: 403,
    ask: () => ({ path: '/v1/backups', json: { target: '/of/none' } }),
  },
  'GET /v1/replication': {
    may: ['operator', 'admin'],
    status: 409,
    foreign: 403,
    ask: get('/v1/replication'),
  },
  'GET /v1/ledgers/{ledger}/group': {
    may: ['operator', ...EVERYONE],
    ...ofLedger,
    ask: get(`${KYC}/group`),
  },
  'GET /v1/ledgers/{ledger}/misbehaviour': {
    may: ['operator', ...EVERYONE],
    ...ofLedger,
    ask: get(`${KYC}/misbehaviour`),
  },
  'PUT /v1/ledgers/{ledger}/group': {
    may: ADMINS,
    status: 409,
    ...ofLedger,
    ask: () => ({ path: `${KYC}/group`, method: 'PUT', json: { members: [{ peer: 'b' }] } }),
  },
  'GET /v1/ledgers/{ledger}/keepers': {
    may: ['operator', ...EVERYONE],
    ...ofLedger,
    ask: get(`${KYC}/keepers`),
  },
  'PUT /v1/ledgers/{ledger}/keepers': {
    may: ADMINS,
    status: 409,
    ...ofLedger,
    ask: () => ({ path: `${KYC}/keepers`, method: 'PUT', json: { keepers: [{ peer: 'b' }] } }),
  },
  'POST /v1/ledgers/{ledger}/move': {
    may: ['operator', 'admin'],
    status: 409,
    ...ofLedger,
    ask: () => ({ path: `${KYC}/move`, json: { to: 'b' } }),
  },
  'POST /v1/anchors/top-ups': {
    may: ['operator', 'admin'],
    status: 400,
    foreign: 403,
    ask: () => ({ path: '/v1/anchors/top-ups', json: { outpoint: NO_COIN } }),
  },
  'GET /v1/anchors/psbt': {
    may: ['operator', 'admin'],
    foreign: 403,
    ask: get('/v1/anchors/psbt'),
  },
  'POST /v1/anchors/psbt': {
    may: ['operator', 'admin'],
    status: 400,
    foreign: 403,
    ask: () => ({ path: '/v1/anchors/psbt', json: { psbt: NO_PSBT } }),
  },
  'POST /v1/anchors/successor': {
    may: ['operator', 'admin'],
    status: 409,
    foreign: 403,
    ask: () => ({ path: '/v1/anchors/successor', json: { outpoint: NO_COIN, why: 'key-change' } }),
  },
  'POST /v1/calendar/digest': {
    may: ['operator', ...WRITERS],
    ask: () => ({ path: '/v1/calendar/digest', body: new Uint8Array(32) }),
  },
  'GET /v1/calendar/timestamp/{commitment}': {
    may: ['operator', ...EVERYONE],
    // Nobody had it stamped.
    status: 404,
    ask: get(`/v1/calendar/timestamp/${'ab'.repeat(32)}`),
  },
  'GET /v1/files': { may: EVERYONE, ask: get('/v1/files') },
  'GET /v1/files/{ledger}': { ...ofLedger, may: READERS, discloses: true, ask: get(DESK) },
  'PUT /v1/files/{ledger}': {
    may: WRITERS,
    status: 201,
    foreign: 201,
    ask: () => ({ path: `/v1/files/drive-${made++}`, method: 'PUT', json: {} }),
  },
  'PATCH /v1/files/{ledger}': {
    ...ofLedger,
    may: ADMINS,
    ask: () => ({ path: DESK, method: 'PATCH', json: { tags: { a: 'b' } } }),
  },
  'POST /v1/files/{ledger}': {
    ...ofLedger,
    may: ADMINS,
    status: 201,
    ask: () => ({
      path: `${DESK}?grants`,
      json: { to: { identity: 'x' }, right: 'read', prefix: 'of nobody/' },
    }),
  },
  'DELETE /v1/files/{ledger}': {
    ...ofLedger,
    may: ADMINS,
    status: 204,
    ask: async () => {
      const path = `/v1/files/drive-${made++}`;
      await answer(node.request(path, { method: 'PUT', json: {} }), 201);
      return { path, method: 'DELETE' };
    },
  },
  'GET /v1/files/{ledger}/{path}': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${DESK}/a/f`),
  },
  'PUT /v1/files/{ledger}/{path}': {
    ...ofLedger,
    may: WRITERS,
    status: 201,
    ask: () => ({ path: `${DESK}/a/f`, method: 'PUT', body: 'x' }),
  },
  'POST /v1/files/{ledger}/{path}': {
    ...ofLedger,
    may: WRITERS,
    ask: () => ({ path: `${DESK}/a/f?action=tag`, json: { tags: {} } }),
  },
  'PATCH /v1/files/{ledger}/{path}': {
    ...ofLedger,
    may: WRITERS,
    // There is no such upload.
    status: 404,
    ask: () => ({
      path: `${DESK}/a/f?upload=x`,
      method: 'PATCH',
      body: 'x',
      headers: { 'tus-resumable': '1.0.0' },
    }),
  },
  'DELETE /v1/files/{ledger}/{path}': {
    ...ofLedger,
    may: WRITERS,
    ask: async () => {
      const path = `${DESK}/d-${made++}`;
      await answer(node.request(path, { method: 'PUT', body: 'x' }), 201);
      return { path, method: 'DELETE' };
    },
  },
  'GET /v1/grants': { may: OVERSEERS, ask: get('/v1/grants') },
  'POST /v1/grants': {
    may: ADMINS,
    status: 201,
    ask: () => ({ path: '/v1/grants', json: { to: { identity: 'x' }, role: 'reader' } }),
  },
  'DELETE /v1/grants/{id}': {
    may: ADMINS,
    foreign: 404,
    ask: async () => ({ path: `/v1/grants/${await newGrant()}`, method: 'DELETE' }),
  },
  'POST /v1/grants/{id}/approval': {
    may: ['officer', 'admin'],
    // It is in effect already.
    status: 409,
    foreign: 404,
    ask: async () => ({ path: `/v1/grants/${await newGrant()}/approval`, method: 'POST' }),
  },
  'GET /v1/identities': { may: READERS, discloses: true, ask: get('/v1/identities') },
  'POST /v1/identities': {
    may: WRITERS,
    status: 201,
    ask: () => ({ path: '/v1/identities', json: registration(testKey()) }),
  },
  'GET /v1/identities/{id}': {
    may: READERS,
    discloses: true,
    foreign: 404,
    ask: () => ({ path: `/v1/identities/${identity}` }),
  },
  'GET /v1/identities/{id}/history': {
    may: READERS,
    discloses: true,
    foreign: 404,
    ask: () => ({ path: `/v1/identities/${identity}/history` }),
  },
  'POST /v1/identities/{id}/events': {
    may: WRITERS,
    // It is none that follows.
    status: 409,
    foreign: 404,
    ask: () => ({ path: `/v1/identities/${identity}/events`, json: staleEvent(identity) }),
  },
  'POST /v1/identities/{id}/acts': {
    may: ['officer', 'admin'],
    status: 201,
    foreign: 404,
    ask: () => ({ path: `/v1/identities/${identity}/acts`, json: { action: 'introduce' } }),
  },
  'GET /v1/inspections': { may: ['inspector', ...OVERSEERS], ask: get('/v1/inspections') },
  'GET /v1/holds': { may: OVERSEERS, ask: get('/v1/holds') },
  'POST /v1/holds': {
    may: OFFICERS,
    status: 201,
    ask: () => ({ path: '/v1/holds', json: newHold() }),
  },
  'GET /v1/holds/{id}': {
    may: OFFICERS,
    discloses: true,
    foreign: 404,
    ask: async () => ({ path: `/v1/holds/${await placed()}` }),
  },
  'POST /v1/holds/{id}/release': {
    may: OFFICERS,
    foreign: 404,
    ask: async () => ({ path: `/v1/holds/${await placed()}/release`, json: { reason: 'over' } }),
  },
  'POST /v1/holds/{id}/release/withdrawal': {
    may: OFFICERS,
    // Nobody has proposed one.
    status: 409,
    foreign: 404,
    ask: async () => ({
      path: `/v1/holds/${await placed()}/release/withdrawal`,
      method: 'POST',
    }),
  },
  'POST /v1/vault/rotation': {
    may: ADMINS,
    ask: () => ({ path: '/v1/vault/rotation', method: 'POST' }),
  },
  'GET /v1/escrow/copies': { may: ADMINS, ask: get('/v1/escrow/copies') },
  'POST /v1/escrow/copies': {
    may: ADMINS,
    // The recovery key is a development one.
    status: 409,
    ask: () => ({ path: '/v1/escrow/copies', json: {} }),
  },
  'POST /v1/escrow/copies/{id}/destruction': {
    may: ADMINS,
    // Nobody has taken one.
    status: 404,
    ask: () => ({ path: '/v1/escrow/copies/ffffffffffff/destruction', method: 'POST' }),
  },
  'GET /v1/erasures': { may: OVERSEERS, ask: get('/v1/erasures') },
  'POST /v1/erasures': {
    may: OFFICERS,
    status: 201,
    ask: () => ({ path: '/v1/erasures', json: newErasure() }),
  },
  'POST /v1/erasures/run': {
    may: OFFICERS,
    status: 202,
    ask: () => ({ path: '/v1/erasures/run', method: 'POST' }),
  },
  'GET /v1/erasures/{id}': {
    may: OFFICERS,
    discloses: true,
    foreign: 404,
    ask: async () => ({ path: `/v1/erasures/${await proposed()}` }),
  },
  'POST /v1/erasures/{id}/approval': {
    may: OFFICERS,
    // Whoever proposed it is an admin, too; another one may.
    status: 200,
    foreign: 404,
    ask: async () => ({
      path: `/v1/erasures/${await proposed()}/approval?run=false`,
      method: 'POST',
    }),
  },
  'POST /v1/erasures/{id}/withdrawal': {
    may: OFFICERS,
    foreign: 404,
    ask: async () => ({ path: `/v1/erasures/${await proposed()}/withdrawal`, method: 'POST' }),
  },
  'GET /v1/erasures/{id}/certificate': {
    may: OVERSEERS,
    // It is not done.
    status: 409,
    foreign: 404,
    ask: async () => ({ path: `/v1/erasures/${await proposed()}/certificate` }),
  },
  'GET /v1/retention/policies': { may: OVERSEERS, ask: get('/v1/retention/policies') },
  'PUT /v1/retention/policies': {
    may: OFFICERS,
    ask: () => ({ path: '/v1/retention/policies', method: 'PUT', json: { classes: {} } }),
  },
  'GET /v1/retention/policies/history': {
    may: OVERSEERS,
    ask: get('/v1/retention/policies/history'),
  },
  'GET /v1/retention/due': { may: OFFICERS, discloses: true, ask: get('/v1/retention/due') },
  'POST /v1/inspections': {
    may: ['inspector'],
    status: 201,
    // The other tenant has no ledger of that name.
    foreign: 403,
    ask: () => ({ path: '/v1/inspections', json: newInspection() }),
  },
  'GET /v1/inspections/{id}': {
    may: ['inspector', ...OVERSEERS],
    foreign: 404,
    ask: () => ({ path: `/v1/inspections/${inspection}` }),
  },
  'POST /v1/inspections/{id}/close': {
    may: ['inspector'],
    foreign: 403,
    ask: async () => ({ path: `/v1/inspections/${await inspected()}/close`, method: 'POST' }),
  },
  'GET /v1/inspections/{inspection}/package': {
    may: ['inspector'],
    discloses: true,
    foreign: 403,
    ask: () => ({ path: `/v1/inspections/${inspection}/package` }),
  },
  'GET /v1/keys': { may: ADMINS, ask: get('/v1/keys') },
  'GET /v1/tenant-keys': { may: OVERSEERS, ask: get('/v1/tenant-keys?kind=log') },
  'GET /v1/node-keys': {
    may: ['operator', 'admin'],
    foreign: 403,
    ask: get('/v1/node-keys?kind=seal'),
  },
  'POST /v1/keys': {
    may: ADMINS,
    status: 201,
    ask: () => ({ path: '/v1/keys', json: { role: 'none' } }),
  },
  'DELETE /v1/keys/{id}': {
    may: ADMINS,
    foreign: 404,
    ask: async () => ({
      path: `/v1/keys/${await newId('/v1/keys', { role: 'none' })}`,
      method: 'DELETE',
    }),
  },
  'GET /v1/ledgers': { may: EVERYONE, ask: get('/v1/ledgers') },
  'POST /v1/ledgers': {
    may: ADMINS,
    status: 201,
    ask: () => ({ path: '/v1/ledgers', json: { name: `made-${made++}` } }),
  },
  'GET /v1/ledgers/{ledger}': { ...ofLedger, may: EVERYONE, ask: get(KYC) },
  'GET /v1/ledgers/{ledger}/checkpoint': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/checkpoint`),
  },
  'GET /v1/ledgers/{ledger}/checkpoints/{size}': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/checkpoints/1`),
  },
  'GET /v1/ledgers/{ledger}/tile/{path}': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/tile/entries/000.p/1`),
  },
  'GET /v1/ledgers/{ledger}/proofs/inclusion': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/proofs/inclusion?index=0&size=1`),
  },
  'GET /v1/ledgers/{ledger}/proofs/consistency': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/proofs/consistency?from=1&to=1`),
  },
  'GET /v1/ledgers/{ledger}/records': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${KYC}/records`),
  },
  'POST /v1/ledgers/{ledger}/records': {
    ...ofLedger,
    may: WRITERS,
    status: 201,
    ask: () => ({ path: `${KYC}/records`, json: RECORD }),
  },
  'GET /v1/ledgers/{ledger}/records/{id}': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${KYC}/records/1`),
  },
  'GET /v1/ledgers/{ledger}/records/{id}/history': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${KYC}/records/1/history`),
  },
  'GET /v1/ledgers/{ledger}/records/{id}/statement': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/records/1/statement`),
  },
  'GET /v1/ledgers/{ledger}/records/{id}/leaf': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/records/1/leaf`),
  },
  'GET /v1/ledgers/{ledger}/records/{id}/evidence': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${KYC}/records/1/evidence`),
  },
  'POST /v1/ledgers/{ledger}/records/{id}/signatures': {
    ...ofLedger,
    may: WRITERS,
    status: 201,
    ask: () => ({ path: `${KYC}/records/1/signatures`, json: { signer: 'seal' } }),
  },
  'POST /v1/ledgers/{ledger}/records/{id}/signatures/prepare': {
    ...ofLedger,
    may: WRITERS,
    ask: () => ({ path: `${KYC}/records/1/signatures/prepare`, json: { certificate } }),
  },
  'GET /v1/ledgers/{ledger}/records/{id}/signatures': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${KYC}/records/1/signatures`),
  },
  'GET /v1/ledgers/{ledger}/records/{id}/signatures/{number}': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${KYC}/records/1/signatures/0`),
  },
  'POST /v1/ledgers/{ledger}/rotate-key': {
    ...ofLedger,
    may: ADMINS,
    ask: () => ({ path: `${KYC}/rotate-key`, json: {} }),
  },
  'POST /v1/ledgers/{ledger}/batches': {
    ...ofLedger,
    may: ADMINS,
    status: 201,
    // There is none without something to cover.
    ask: async () => {
      await append(node, 'kyc');
      return { path: `${KYC}/batches`, json: {} };
    },
  },
  'GET /v1/ledgers/{ledger}/epochs/{epoch}': {
    ...ofLedger,
    may: EVERYONE,
    ask: get('/v1/ledgers/kyc/epochs/1'),
  },
  'GET /v1/ledgers/{ledger}/batches': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/batches`),
  },
  'GET /v1/ledgers/{ledger}/export': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${KYC}/export`),
  },
  'GET /v1/ledgers/{ledger}/feed': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/feed`),
  },
  'GET /v1/ledgers/{ledger}/records/count': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${KYC}/records/count`),
  },
  'GET /v1/ledgers/{ledger}/schemas': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/schemas`),
  },
  'GET /v1/ledgers/{ledger}/schemas/{type}': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/schemas/test.Free`),
  },
  'PUT /v1/ledgers/{ledger}/schemas/{type}': {
    ...ofLedger,
    may: ADMINS,
    ask: () => ({ path: `${KYC}/schemas/test.Free`, method: 'PUT', json: FREE }),
  },
  'GET /v1/ledgers/{ledger}/schemas/{type}/versions': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/schemas/test.Free/versions`),
  },
  'GET /v1/ledgers/{ledger}/settings/schemas': {
    ...ofLedger,
    may: EVERYONE,
    ask: get(`${KYC}/settings/schemas`),
  },
  'PUT /v1/ledgers/{ledger}/settings/schemas': {
    ...ofLedger,
    may: ADMINS,
    ask: () => ({
      path: `${KYC}/settings/schemas`,
      method: 'PUT',
      json: { mode: 'warn', unknownTypes: 'accept' },
    }),
  },
  'POST /v1/ledgers/{ledger}/subjects/search': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: () => ({ path: `${KYC}/subjects/search`, json: { field: 'text', value: 'lisbon' } }),
  },
  'GET /v1/ledgers/{ledger}/subjects/{subject}': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${KYC}/subjects/customer-4711?proof=complete`),
  },
  'GET /v1/ledgers/{ledger}/subjects/{subject}/timeline': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${KYC}/subjects/customer-4711/timeline`),
  },
  'GET /v1/ledgers/{ledger}/subjects/{subject}/diff': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${KYC}/subjects/customer-4711/diff?from=1`),
  },
  'GET /v1/ledgers/{ledger}/subjects/{subject}/evidence': {
    ...ofLedger,
    may: READERS,
    discloses: true,
    ask: get(`${KYC}/subjects/customer-4711/evidence`),
  },
  'GET /v1/ledgers/{ledger}/subjects/{subject}/export': {
    ...ofLedger,
    may: ['officer', 'admin'],
    discloses: true,
    ask: get(`${KYC}/subjects/customer-4711/export`),
  },
  'GET /v1/tenants': { may: ['operator', 'admin'], ask: get('/v1/tenants') },
  'POST /v1/tenants': {
    may: ADMINS,
    status: 201,
    foreign: 403,
    ask: () => ({ path: '/v1/tenants', json: { name: `founded-${made++}` } }),
  },
  'GET /v1/tenants/{tenant}': { may: OVERSEERS, foreign: 404, ask: get('/v1/tenants/default') },
  'PUT /v1/tenants/{tenant}': {
    may: ADMINS,
    foreign: 404,
    ask: () => ({ path: '/v1/tenants/default', method: 'PUT', json: {} }),
  },
  'GET /v1/trust': { may: ['operator', ...EVERYONE], ask: get('/v1/trust') },
  'POST /v1/verify': {
    may: EVERYONE,
    ask: () => ({
      path: '/v1/verify',
      body: evidence,
      headers: { 'content-type': 'application/json' },
    }),
  },
};

beforeAll(async () => {
  root = await temporaryDirectory();
  node = await openTestService(root, {
    refusalsPerMinute: 100_000,
    searchesPerMinute: 100_000,
    containerSealsPerMinute: 100_000,
    calendarUri: 'https://calendar.example/v1/calendar/',
  });
  await createLedger(node, 'kyc');
  await append(node, 'kyc');
  await answer(node.request(DESK, { method: 'PUT', json: {} }), 201);
  await answer(node.request(`${DESK}/a/f`, { method: 'PUT', body: 'x' }), 201);
  const seal = { json: { signer: 'seal' } };
  await answer(node.request(`${KYC}/records/1/signatures`, seal), 201);
  evidence = new Uint8Array(await (await node.request(`${KYC}/records/1/evidence`)).arrayBuffer());
  const put = { method: 'PUT', json: FREE };
  await answer(node.request(`${KYC}/schemas/test.Free`, put), 201);
  const registered = { json: registration(testKey()) };
  identity = (
    await answer<{ identity: { id: string } }>(node.request('/v1/identities', registered), 201)
  ).identity.id;
  const found = { method: 'PUT', json: { ...FREE, findable: [{ as: 'text', pointer: '/city' }] } };
  await answer(node.request(`${KYC}/schemas/test.Found`, found), 201);
  for (const role of ROLES) {
    const { key } = await answer<{ key: string }>(
      node.request('/v1/keys', { json: { role } }),
      201,
    );
    keys.set(role, key);
  }
  const granted = await answer<{ id: string; key: string }>(
    node.request('/v1/keys', { json: { role: 'none' } }),
    201,
  );
  const grant = { to: { key: granted.id }, role: 'reader', ledger: 'kyc' };
  await answer(node.request('/v1/grants', { json: grant }), 201);
  keys.set('granted', granted.key);
  const revoked = await answer<{ id: string; key: string }>(
    node.request('/v1/keys', { json: { role: 'admin' } }),
    201,
  );
  await answer(node.request(`/v1/keys/${revoked.id}`, { method: 'DELETE' }));
  keys.set('revoked', revoked.key);
  foreign = await foundTenant(node, 'bank');
  inspection = await inspected();
  const headers = { 'chirograph-inspection': inspection };
  await answer(node.request(`${KYC}/records/1`, { headers, key: keys.get('inspector') ?? '' }));
});

afterAll(async () => {
  await node.service.close();
  await removeDirectory(root);
});

/** What a client sees of an answer, but for the id of its request. */
async function ask({ path, ...options }: Asked, key: string): Promise<[number, string, string]> {
  const response = await node.request(path, { ...options, key });
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
    // It would go on for as long as it is listened to.
    await response.body?.cancel();
    return [response.status, '', ''];
  }
  const id = response.headers.get('x-request-id') ?? '?';
  const text = (await response.text()).replaceAll(id, 'ID');
  const isJson = /^application\/(?:problem\+)?json/.test(
    response.headers.get('content-type') ?? '',
  );
  const { code = '' } = isJson ? (JSON.parse(text) as { code?: string }) : {};
  return [response.status, code, text];
}

interface NamedParameter {
  readonly name: string;
}

/** The operations that the description says take the header, with what it says of it. */
async function operationsWithHeader(): Promise<Map<string, { parameter: NamedParameter }>> {
  const { paths } = await answer<{
    paths: Record<string, Record<string, { parameters?: readonly NamedParameter[] }>>;
  }>(node.request('/openapi.json', { key: '' }));
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { parameters = [] }]) =>
        parameters
          .filter(({ name }) => name === HEADER)
          .map((parameter) => [`${method.toUpperCase()} ${path}`, { parameter }] as const),
      ),
    ),
  );
}

describe('the description', () => {
  it('names the routes that this suite expects, and no other', async () => {
    const { paths } = await answer<{ paths: Record<string, object> }>(
      node.request('/openapi.json', { key: '' }),
    );
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
  });

  it('names the header of inspections where content is shown, as no operation must have it', async () => {
    const named = await operationsWithHeader();
    for (const { parameter } of named.values())
      expect(parameter).toMatchObject({
        in: 'header',
        required: false,
        description: expect.stringContaining('inspection'),
        schema: { type: 'string', pattern: '^[0-9a-f]{12}$' },
      });
    const disclosing = Object.entries(EXPECTED).filter(([, { discloses }]) => discloses === true);
    // The package of an inspection is of the one in its path, whatever a header says.
    const expected = disclosing.filter(([name]) => !name.includes('{inspection}'));
    expect([...named.keys()].toSorted()).toEqual(expected.map(([name]) => name).toSorted());
  });
});

describe.each(Object.entries(EXPECTED))('%s', (route, expectation) => {
  const { isOpen = false, may, status = 200, discloses = false } = expectation;

  it('is for whom it is for, and for nobody else', async () => {
    const [none, revoked] = [
      await ask(await expectation.ask(), ''),
      await ask(await expectation.ask(), keys.get('revoked') ?? ''),
    ];
    if (isOpen) {
      expect([none[0], revoked[0]]).toEqual([200, 200]);
      return;
    }
    expect(none.slice(0, 2)).toEqual([401, 'ACCESS_KEY_MISSING']);
    expect(revoked.slice(0, 2)).toEqual([401, 'ACCESS_KEY_REVOKED']);
    for (const role of ROLES) {
      const [given, code] = await ask(await expectation.ask(), keys.get(role) ?? '');
      const isInspection = discloses && role === 'inspector' && may === READERS;
      if (isInspection) expect([role, given, code]).toEqual([role, 403, 'INSPECTION_REQUIRED']);
      else if (may.includes(role)) expect([role, given]).toEqual([role, status]);
      else expect([role, given, code]).toEqual([role, 403, 'ACCESS_DENIED']);
    }
  });

  it('looks at the header of inspections if it is described to, and only then', async () => {
    const { headers, ...asked } = await expectation.ask();
    const named = { ...asked, headers: { ...headers, [HEADER]: NO_INSPECTION } };
    const [given, code] = await ask(named, keys.get('admin') ?? '');
    const isRefused = given === 404 && code === 'INSPECTION_UNKNOWN';
    expect(isRefused).toBe((await operationsWithHeader()).has(route));
  });

  it('gives a key with a grant for one ledger what the grant gives, there', async () => {
    if (isOpen) return;
    const asked = await expectation.ask();
    const isAllowed = asked.path.startsWith(KYC) && may.includes('reader');
    const [given, code] = await ask(asked, keys.get('granted') ?? '');
    if (isAllowed) expect(given).toBe(status);
    else expect([given, code]).toEqual([403, 'ACCESS_DENIED']);
  });

  it("tells another tenant's admin the same as of what is not there", async () => {
    if (isOpen) return;
    const asked = await expectation.ask();
    const [given, code, text] = await ask(asked, foreign);
    expect(given).toBe(expectation.foreign ?? status);
    // What it may do it does in its own tenant.
    if (expectation.foreign !== 404) return;
    const nowhere = asked.path
      .replace(KYC, '/v1/ledgers/not-there')
      .replace(/^\/v1\/files\/[a-z0-9-]+/, '/v1/files/not-there')
      .replace(
        /^\/v1\/(grants|keys|inspections|holds|erasures)\/[0-9a-f]{12}/,
        '/v1/$1/ffffffffffff',
      )
      .replace(/\/identity:[0-9a-f]{64}/, `/identity:${'f'.repeat(64)}`)
      .replace('/v1/tenants/default', '/v1/tenants/not-there');
    expect(nowhere).not.toBe(asked.path);
    expect(await ask({ ...asked, path: nowhere }, foreign)).toEqual([given, code, text]);
  });
});
