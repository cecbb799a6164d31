import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { S3_STATUS } from '../../src/gateways/s3/s3-error.js';

describe('docs/s3.md', () => {
  it('lists every code that the S3 port answers, with its status', () => {
    const rows = readFileSync('docs/s3.md', 'utf8').matchAll(/^\| `(\w+)` +\| (\d{3}) +\|$/gm);
    const listed = [...rows].map(([, code, status]) => [code, Number(status)]);
    expect(Object.fromEntries(listed)).toEqual(S3_STATUS);
  });
});
