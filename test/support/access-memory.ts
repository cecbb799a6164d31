import type { AccessMemory } from '../../src/access/api-key-registry.js';

/** What a key store remembers of API keys, without one. */
export function accessMemory(): AccessMemory {
  let remembered = 0;
  return {
    nodeId: 'ab'.repeat(16),
    accessChanges: () => Promise.resolve(remembered),
    putAccessChanges: (changes) => {
      remembered = changes;
      return Promise.resolve();
    },
  };
}
