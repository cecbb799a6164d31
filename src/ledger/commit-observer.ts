/**
 * Who watches a commit go by: metrics measure the steps, tests make one of them fail. An observer
 * that throws is a failed step.
 */
export type CommitStep = 'stage' | 'journal' | 'log' | 'vault' | 'state' | 'acknowledge';

export interface CommitObserver {
  before(step: CommitStep, entries: number): void | Promise<void>;
  after(step: CommitStep, entries: number): void | Promise<void>;
}

export const unobserved: CommitObserver = {
  before: () => undefined,
  after: () => undefined,
};
