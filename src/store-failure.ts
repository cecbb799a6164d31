/** The end of a store that has failed: told once, to whoever waits for it and to whoever asks later. */
import type { Logger } from './base/logger.js';
import type { LedgerError } from './ledger/ledger-error.js';

export interface StoreFailure {
  /** Resolves when it has. */
  readonly failed: Promise<LedgerError>;
  readonly onFailure: (error: LedgerError) => void;
  readonly hasFailed: () => boolean;
}

export function storeFailure(logger: Logger): StoreFailure {
  let hasFailed = false;
  let settle: (error: LedgerError) => void = () => undefined;
  const failed = new Promise<LedgerError>((resolve) => {
    settle = resolve;
  });
  return {
    failed,
    onFailure: (error) => {
      hasFailed = true;
      logger.error('store failed', { error });
      settle(error);
    },
    hasFailed: () => hasFailed,
  };
}
