import { describe, expect, it } from '@jest/globals';
import { schemaTrial } from '../../src/commands/schema-trial.js';
import type { SchemaDocument } from '../../src/schemas/schema-document.js';

/** Built by `npm test` before jest runs: threads know nothing of jest's transforms. */
const entry = new URL('../../dist/commands/schema-trial-worker.js', import.meta.url);
const of = (schema: SchemaDocument['schema']): SchemaDocument => ({
  format: 'json-schema',
  schema,
});

describe('a trial in a thread of its own', () => {
  it('lets pass what compiles, and says where what does not is wrong', async () => {
    const trySchema = schemaTrial({ entry });
    await trySchema(of({ type: 'object' }));
    await expect(trySchema(of({ properties: { a: { $ref: 'x.json' } } }))).rejects.toMatchObject({
      code: 'SCHEMA_REFUSED',
      faults: [{ pointer: '/properties/a' }],
    });
  });

  it('is ended when it takes too long', async () => {
    const never = new URL(`data:text/javascript,${encodeURIComponent('for (;;);')}`);
    await expect(schemaTrial({ entry: never, timeoutMillis: 200 })(of({}))).rejects.toMatchObject({
      code: 'SCHEMA_REFUSED',
      message: expect.stringContaining('time'),
    });
  });
});
