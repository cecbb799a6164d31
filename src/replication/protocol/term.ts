/**
 * Terms number the times that one node alone may write a ledger. A term is named by its number and by the node
 * that would write in it, so that no two candidates ever share one.
 */
import type { Brand } from '../../base/brand.js';

/** A node as the members of a group know it: its Ed25519 receipt key, 64 hex digits. */
export type NodeId = Brand<string, 'NodeId'>;

export interface Term {
  /** At least 1; 0 only in `NO_TERM`. */
  readonly number: number;
  /** Who writes in it. */
  readonly node: NodeId;
}

/** Before the first. */
export const NO_TERM: Term = { number: 0, node: '' as NodeId };

/** Below 0 if `a` comes before `b`; 0 for the same term. */
export function compareTerms(a: Term, b: Term): number {
  if (a.number !== b.number) return a.number - b.number;
  if (a.node === b.node) return 0;
  return a.node < b.node ? -1 : 1;
}

/** The first term of a node's own that comes after one that anybody may have promised. */
export function termAfter(promised: Term, node: NodeId): Term {
  return { number: promised.number + 1, node };
}

/** For people and for traces. */
export function formatTerm({ number, node }: Term): string {
  return `${number}/${node.slice(0, 8)}`;
}
