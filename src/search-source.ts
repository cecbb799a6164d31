/** Where the search index of each log of a node comes from: the schemas and the vault of its ledger. */
import type { LedgerStore } from './ledger/ledger-store.js';
import type { LogReader } from './ledger/log-reader.js';
import type { FindableFields } from './queries/findable-fields.js';
import type { SearchSource } from './views/search-source.js';

export function searchSources(
  store: Pick<LedgerStore, 'allLedgers' | 'vaultOf'>,
  fields: Pick<FindableFields, 'of'>,
): (reader: LogReader) => SearchSource {
  return ({ number }) => {
    const ledger = store.allLedgers().find(({ logs }) => logs.some((log) => log.number === number));
    if (ledger === undefined) throw new Error('a view of a log that no ledger has');
    return {
      vault: store.vaultOf(ledger.identity.tenant),
      findable: () => fields.of(ledger),
    };
  };
}
