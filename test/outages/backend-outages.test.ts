/**
 * 72 hours without a backend, at the level of the whole service: no write is refused, what waits is shown in `/v1/anchors`,
 * `/readyz` and the metrics, and all of it is made good once the backend is back. One row a backend.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { append, createLedger } from '../api/support/ledger-client.js';
import { caseNumbers } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { BACKENDS } from './backends.js';
import { HOUR_MILLIS, type Outage, startOutage } from './outage-life.js';

const HOURS = 72;
const CHOSEN = caseNumbers(12, BACKENDS.length).flatMap((at) => BACKENDS.slice(at, at + 1));

let root: string;
let outage: Outage | undefined;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await outage?.close();
  outage = undefined;
  await removeDirectory(root);
});

describe('72 hours without', () => {
  it.each(CHOSEN)(
    '$name: writes go on, what waits is shown, and all of it is made good',
    async (backend) => {
      outage = await startOutage(backend, join(root, 'node'));
      const { node, clock, until } = outage;
      await createLedger(node(), 'kyc');
      await append(node(), 'kyc');
      await outage.anchor();
      await until(({ waiting, reasons }) => waiting === 0 && reasons.length === 0);

      await outage.begin();
      for (let hour = 1; hour <= HOURS; hour++) {
        clock.advance(HOUR_MILLIS);
        // A write that is refused fails the test.
        await append(node(), 'kyc');
        if (hour % 36 === 1) await outage.anchor();
      }
      const isSaid = backend.reason === null ? 0 : 1;
      const during = await until(
        ({ waiting, reasons, gauge }) => waiting > 0 && reasons.length === isSaid && gauge !== null,
      );
      expect(during).toMatchObject({ isReady: true });
      if (backend.metric.endsWith('_seconds'))
        expect(during.gauge).toBeLessThan((clock.now() - 60 * HOUR_MILLIS) / 1000);
      else expect(during.gauge).toBeGreaterThan(0);

      await outage.end();
      clock.advance(HOUR_MILLIS);
      await append(node(), 'kyc');
      await outage.anchor();
      await until(
        ({ waiting, reasons, gauge }) =>
          waiting === 0 && reasons.length === 0 && (gauge ?? 0) === 0,
      );
    },
    300_000,
  );
});
