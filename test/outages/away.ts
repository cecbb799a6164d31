/** What the suite of outages wants to know of each backend of a node: how it goes, how it comes back, where that shows. */
import type { BackendKind } from '../../src/anchoring/backend-status.js';
import type { FakeClock } from '../support/fake-clock.js';
import type { TestServiceOptions } from '../support/test-service.js';

export interface Place {
  readonly root: string;
  readonly clock: FakeClock;
}

export interface Away {
  readonly settings: TestServiceOptions;
  /** Of a node that was opened before. */
  readonly adminKey?: string;
  readonly begin: () => Promise<void> | void;
  readonly end: () => Promise<void> | void;
  /** After each try to anchor: blocks come, where they do. */
  readonly meanwhile: () => Promise<unknown>;
  readonly close: () => Promise<unknown>;
}

export interface Backend {
  readonly name: string;
  /** What of the state of anchoring is behind because of it, in epochs. */
  readonly waiting: (anchors: Anchors) => number;
  /** What `/readyz` says of it; null where nothing fails and only time passes. */
  readonly reason: RegExp | null;
  /** A gauge that is not what it was while it is away. */
  readonly metric: string;
  /** Whether the node is started anew when it goes: it is looked at once a start. */
  readonly restarts?: true;
  readonly open: (place: Place) => Promise<Away>;
}

export interface Anchors {
  readonly verifierKey: string;
  readonly epochSize: number;
  readonly settledSize: number;
  readonly waiting: { readonly epochs: number; readonly since: string | null };
  readonly witnesses: { readonly size: number } | null;
  readonly backends: readonly {
    readonly kind: BackendKind;
    readonly waiting: { readonly epochs: number };
  }[];
}

/** Of those that are alike in the answer and in the metrics. */
export function shownAs(kind: BackendKind): Pick<Backend, 'waiting' | 'metric'> {
  return {
    waiting: ({ backends }) => {
      const found = backends.find((backend) => backend.kind === kind);
      if (found === undefined) throw new Error(`the node has no ${kind}`);
      return found.waiting.epochs;
    },
    metric: `chirograph_epoch_backend_waiting{backend="${kind}"}`,
  };
}
