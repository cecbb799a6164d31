/** Something that is asked of the node: not yet, on its way, there, or why it is not. */
import type { Problem } from './problem.js';

export type Loaded<T> =
  | { readonly kind: 'idle' }
  /** With what was there before, which stays in sight meanwhile. */
  | { readonly kind: 'loading'; readonly before: T | null }
  | { readonly kind: 'ready'; readonly value: T }
  | { readonly kind: 'failed'; readonly problem: Problem };

export const IDLE: Loaded<never> = { kind: 'idle' };

export function loading<T>(loaded: Loaded<T>): Loaded<T> {
  return { kind: 'loading', before: valueOf(loaded) };
}

export function ready<T>(value: T): Loaded<T> {
  return { kind: 'ready', value };
}

/** What can be shown of it now. */
export function valueOf<T>(loaded: Loaded<T>): T | null {
  if (loaded.kind === 'ready') return loaded.value;
  return loaded.kind === 'loading' ? loaded.before : null;
}
