import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { S3Parts } from '../../src/gateways/s3/operations/operation.js';
import { s3Operations } from '../../src/gateways/s3/operations/serve-operations.js';
import { S3_STATUS } from '../../src/gateways/s3/s3-error.js';
import { S3_OPERATIONS } from '../../src/gateways/s3/s3-operation-names.js';

describe('docs/s3.md', () => {
  it('lists every code that the S3 port answers, with its status', () => {
    const rows = readFileSync('docs/s3.md', 'utf8').matchAll(/^\| `(\w+)` +\| (\d{3}) +\|$/gm);
    const listed = [...rows].map(([, code, status]) => [code, Number(status)]);
    expect(Object.fromEntries(listed)).toEqual(S3_STATUS);
  });

  it('lists the operations that are served, and those that are known and not', () => {
    const page = readFileSync('docs/s3.md', 'utf8');
    const named = (beginning: string): string[] => {
      const line = page.split('\n').find((one) => one.startsWith(beginning)) ?? '';
      return [...(line.split('; and every other')[0] ?? '').matchAll(/`([A-Z]\w+)`/g)].map(
        ([, name = '']) => name,
      );
    };
    const served = Object.keys(s3Operations({} as S3Parts));
    expect(named('Served: ')).toEqual(served.toSorted());
    const others = S3_OPERATIONS.filter((name) => !served.includes(name));
    expect(named('Answered with `NotImplemented`: ').slice(1)).toEqual(others.toSorted());
  });
});
