import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { inflate } from '../../src/evidence/internal/inflate.js';

describe('inflate', () => {
  it('takes what is of just the length asked for, and ends with its input', () => {
    const bytes = Buffer.from('one entry, and one entry, and one entry');
    const deflated = deflateRawSync(bytes);
    expect(inflate(deflated, bytes.length)).toEqual(new Uint8Array(bytes));
    expect(inflate(deflated, bytes.length - 1)).toBeNull();
    expect(inflate(deflated, bytes.length + 1)).toBeNull();
    expect(inflate(deflated.subarray(0, -1), bytes.length)).toBeNull();
    expect(inflate(Buffer.concat([deflated, Buffer.alloc(1)]), bytes.length)).toBeNull();
    expect(inflate(new Uint8Array(), 0)).toBeNull();
  });

  it('writes no further than the length asked for, whatever would come', () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024));
    const began = process.cpuUsage();
    expect(inflate(bomb, 1000)).toBeNull();
    expect(process.cpuUsage(began).user / 1e6).toBeLessThan(1);
  });
});
