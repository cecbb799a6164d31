/** All chunks below references are got, each once, and counted where they are missing. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nameChunk, sealChunk } from '../../../src/files/chunks/chunk.js';
import { encodeReferences, type Reference, sizeOf } from '../../../src/files/references.js';
import { gather } from '../../../src/files/replication/gather.js';

const SECRET = createHash('sha256').update('a files secret').digest();

/** What one node has. */
class Shelf {
  readonly blocks = new Map<string, Uint8Array>();

  add(level: number, piece: Uint8Array, size = piece.length): Reference {
    const name = nameChunk(SECRET, level, piece);
    this.blocks.set(hex(name.address), sealChunk(name, piece));
    return { level, size, ...name };
  }

  over(references: readonly Reference[], level: number): Reference {
    return this.add(level, encodeReferences(references), sizeOf(references));
  }
}

async function gathered(
  there: Shelf,
  here: Shelf,
  references: readonly Reference[],
): Promise<{ missing: number; fetched: string[]; read: number }> {
  const fetched: string[] = [];
  let read = 0;
  const missing = await gather(
    {
      get: (address) => {
        read++;
        return Promise.resolve(here.blocks.get(hex(address)) ?? null);
      },
      fetch: ({ address }) => {
        const block = there.blocks.get(hex(address)) ?? null;
        fetched.push(hex(address));
        if (block !== null) here.blocks.set(hex(address), block);
        return Promise.resolve(block);
      },
    },
    references,
  );
  return { missing, fetched, read };
}

describe('content is gathered', () => {
  it('whole, whatever was here before, and nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 20 }), {
          ...{ minLength: 1, maxLength: 40 },
          selector: hex,
        }),
        fc.nat(),
        async (pieces, seed) => {
          const there = new Shelf();
          const leaves = pieces.map((piece) => there.add(0, piece));
          const folded = [0, 10, 20, 30]
            .map((at) => leaves.slice(at, at + 10))
            .filter(({ length }) => length > 0)
            .map((some) => there.over(some, 1));
          const here = new Shelf();
          for (const [n, [address, block]] of [...there.blocks].entries())
            if ((seed >> (n % 30)) % 2 === 1) here.blocks.set(address, block);
          const had = new Set(here.blocks.keys());
          const { missing, fetched } = await gathered(there, here, [there.over(folded, 2)]);
          expect(missing).toBe(0);
          expect(new Set(here.blocks.keys())).toEqual(new Set(there.blocks.keys()));
          expect(new Set(fetched).size).toBe(fetched.length);
          expect(fetched.filter((address) => had.has(address))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('as far as it is to be had, and what is altered here anew', async () => {
    const there = new Shelf();
    const [one, two] = [there.add(0, Buffer.from('one')), there.add(0, Buffer.from('two'))];
    const here = new Shelf();
    for (const [address, block] of there.blocks) here.blocks.set(address, block);
    const altered = Buffer.from(here.blocks.get(hex(one.address)) ?? []);
    altered[40] = (altered[40] ?? 0) ^ 1;
    here.blocks.set(hex(one.address), altered);
    expect(await gathered(there, here, [one, two])).toMatchObject({
      ...{ missing: 0, fetched: [hex(one.address)] },
    });
    here.blocks.delete(hex(two.address));
    there.blocks.delete(hex(two.address));
    expect(await gathered(there, here, [one, two])).toMatchObject({ missing: 1 });
  });

  it('in as many steps as there are chunks, however often they refer to each other', async () => {
    const there = new Shelf();
    let reference = there.add(0, Buffer.from('again and again'));
    // 65,536 pieces; with two levels more it would be 256 to the power of four.
    for (let level = 1; level <= 2; level++)
      reference = there.over(new Array<Reference>(256).fill(reference), level);
    const { missing, read } = await gathered(there, new Shelf(), [reference]);
    expect(missing).toBe(0);
    expect(read).toBeLessThan(10);
  });
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
