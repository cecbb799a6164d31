/** Schemas whose records persons are found by, and searches for them. */
import type { RequestOptions, TestService } from '../../support/test-service.js';
import { answer } from './ledger-client.js';

export const PERSON = 'test.Person';
export const PASSPORT = 'test.Passport';

const text = { type: ['string', 'array'], items: { type: 'string' } };

const SCHEMAS = {
  [PERSON]: {
    format: 'json-schema',
    schema: {
      type: 'object',
      properties: { firstName: text, lastName: text, born: { type: ['string', 'number'] } },
    },
    findable: [
      { as: 'name', pointer: '/firstName' },
      { as: 'name', pointer: '/lastName' },
      { as: 'birthDate', pointer: '/born' },
    ],
  },
  [PASSPORT]: {
    format: 'json-schema',
    schema: { type: 'object', properties: { number: { type: ['string', 'number'] } } },
    findable: [{ as: 'documentNumber', pointer: '/number' }],
  },
} as const;

export async function putSchemas(node: TestService, ledger: string, key?: string): Promise<void> {
  for (const [type, json] of Object.entries(SCHEMAS))
    await answer(
      node.request(`/v1/ledgers/${ledger}/schemas/${type}`, {
        method: 'PUT',
        json,
        ...(key !== undefined && { key }),
      }),
      201,
    );
}

export interface Found {
  readonly subject: string;
  readonly match: 'whole' | 'words';
  readonly entries: readonly {
    readonly id: string;
    readonly index: number;
    readonly pointers: readonly string[];
    readonly current: boolean | null;
  }[];
  readonly hasMore: boolean;
  readonly possibleDouble?: readonly string[];
}

export interface FoundPage {
  readonly items: readonly Found[];
  readonly cursor: string | null;
  readonly asOf: { readonly size: number };
}

export function searching(
  node: TestService,
  ledger: string,
  json: object,
  options: RequestOptions = {},
): Promise<Response> {
  return node.request(`/v1/ledgers/${ledger}/subjects/search`, { json, ...options });
}

export function search(
  node: TestService,
  ledger: string,
  json: object,
  options: RequestOptions = {},
): Promise<FoundPage> {
  return answer(searching(node, ledger, json, options));
}

/** Subjects of an answer, whole matches marked. */
export function namesIn({ items }: FoundPage): string[] {
  return items.map(({ subject, match }) => (match === 'whole' ? `${subject}!` : subject)).sort();
}
