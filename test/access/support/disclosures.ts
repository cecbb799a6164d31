/** What answers show, found in the answers themselves, and what the access ledger says of it. */
import type { Sha256Digest } from '../../../src/base/brand.js';
import { toHex } from '../../../src/base/bytes.js';
import { parseEvidence } from '../../../src/evidence/parse-evidence.js';
import { answer, digest } from '../../api/support/ledger-client.js';
import type { TestService } from '../../support/test-service.js';
import { naiveLeaf, naiveRoot } from '../../tlog/naive-tree.js';

export interface AccessItem {
  readonly id: string;
  readonly actor: string;
  readonly persons: number;
  readonly action: string;
  readonly outcome: string;
  readonly code?: string;
  readonly ledger?: string;
  readonly question?: Readonly<Record<string, unknown>>;
  readonly entries?: { readonly count: number; readonly rootHash: string };
  readonly made?: Readonly<Record<string, unknown>>;
  readonly key?: string;
  readonly request?: string;
  readonly part?: { readonly n: number; readonly of: number };
  readonly unwritten?: number;
}

export interface AccessPage {
  readonly items: readonly AccessItem[];
  readonly cursor: string | null;
}

/** All that a question finds, oldest first; asking for it is not among it. */
export async function accessEntries(
  node: TestService,
  filters: Readonly<Record<string, string>> = {},
  key?: string,
): Promise<AccessItem[]> {
  const items: AccessItem[] = [];
  const query = new URLSearchParams({ limit: '1000', ...filters });
  for (;;) {
    const path = `/v1/access?${query.toString()}`;
    const page = await answer<AccessPage>(node.request(path, key === undefined ? {} : { key }));
    items.push(...page.items);
    if (page.cursor === null) return items.reverse();
    query.set('cursor', page.cursor);
  }
}

export interface Shown {
  readonly count: number;
  readonly rootHash: string;
}

export function shownOf(leafHashes: readonly Sha256Digest[]): Shown {
  return { count: leafHashes.length, rootHash: toHex(naiveRoot(leafHashes)) };
}

interface Listed {
  readonly leafHash?: string;
  readonly id: string;
}

/** Of an answer to a disclosing route. */
export async function shownIn(response: Response): Promise<Shown> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = Buffer.from(bytes).toString('utf8');
  const body = JSON.parse(text) as { items?: readonly Listed[]; leafHash?: string; log?: object };
  if (body.items !== undefined) return shownOf(body.items.map(({ id }) => digest(id)));
  if (body.leafHash !== undefined) return shownOf([digest(body.leafHash)]);
  const { entry, signatures = [] } = parseEvidence(bytes);
  return shownOf([entry, ...signatures].map(({ statement }) => naiveLeaf(statement)));
}
