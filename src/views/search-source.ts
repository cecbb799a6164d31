/** What it takes to make the search index of a log: which fields, and what opens the records they stand in. */
import type { Vault } from '../keys/vault.js';
import type { Findable } from '../schemas/schema-document.js';

/** Record type → schema, as headers name it → what its records are found by. Without what names nothing. */
export type FindableTypes = ReadonlyMap<string, ReadonlyMap<string, readonly Findable[]>>;

export interface SearchSource {
  /** Of the log's tenant. */
  readonly vault: Pick<Vault, 'generation' | 'searchKey' | 'secretOfRow'>;
  /** Of every version that there is by now, in the log or in those before it. */
  findable(): Promise<FindableTypes>;
}
