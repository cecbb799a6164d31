/** What tests ask of the erasures of a node. */
import type { JsonObject } from '../../src/base/canonical-json.js';
import { answer } from '../api/support/ledger-client.js';
import type { Requests } from '../support/test-service.js';

export interface ErasureView {
  readonly id: string;
  readonly state: string;
  readonly progress?: { readonly step: string; readonly percent?: number; readonly code?: string };
}

export interface CertificateView extends ErasureView {
  readonly certificate: {
    readonly generations: { readonly before: number; readonly after: number };
    readonly went: { readonly classes: JsonObject; readonly tags: number };
    readonly findings: JsonObject;
    readonly provisional: boolean;
  };
}

export function propose(node: Requests, wanted: object): Promise<ErasureView> {
  const json = { reason: 'asked', legalBasis: 'GDPR Art. 17', ...wanted };
  return answer(node.request('/v1/erasures', { json }), 201);
}

export const showErasure = (node: Requests, id: string): Promise<ErasureView> =>
  answer(node.request(`/v1/erasures/${id}`));

/** None is under way any more. */
export async function settle(node: Requests): Promise<readonly ErasureView[]> {
  for (;;) {
    const { items } = await answer<{ items: readonly ErasureView[] }>(
      node.request('/v1/erasures?limit=1000'),
    );
    const isBusy = ({ progress }: ErasureView): boolean =>
      progress !== undefined && progress.step !== 'failed';
    if (!items.some(isBusy)) return items;
  }
}

/** Proposed by the admin, approved by another, and done. */
export async function erase(
  node: Requests,
  wanted: object,
  approver: string,
): Promise<ErasureView> {
  const { id } = await propose(node, wanted);
  const path = `/v1/erasures/${id}/approval`;
  await answer(node.request(path, { method: 'POST', key: approver }), 202);
  const done = (await settle(node)).find((one) => one.id === id);
  if (done?.state !== 'done') throw new Error(`not erased: ${JSON.stringify(done)}`);
  return done;
}

export const certificate = (node: Requests, id: string, key?: string): Promise<CertificateView> =>
  answer(node.request(`/v1/erasures/${id}/certificate`, key === undefined ? {} : { key }));
