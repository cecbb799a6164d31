/** A time-stamp authority over HTTP, under roots that the node was told to trust. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toBase64 } from '../../src/base/bytes.js';
import { randomBytes, RandomPool } from '../../src/base/random.js';
import { createDevelopmentAuthority } from '../../src/keys/development-authority.js';
import { grantedBy } from '../keys/support/answering-authority.js';
import { localServer } from '../keys/support/local-server.js';
import { type Backend, shownAs } from './away.js';
import { type Failing, FAILING_TEXTS, FAILINGS, FaultyWay } from './faulty-way.js';

export const STAMPS_AWAY: readonly Backend[] = FAILINGS.map((how) => ({
  ...shownAs('time-stamps'),
  name: `a time-stamp authority, which ${FAILING_TEXTS[how]}`,
  reason: /^the epoch log was not time-stamped/,
  open: authority(how),
}));

function authority(how: Failing): Backend['open'] {
  return async ({ root, clock }) => {
    const random = new RandomPool();
    const bytes = (length: number): Uint8Array => randomBytes(random, length);
    const keys = createDevelopmentAuthority({ at: clock.now(), random: bytes });
    const server = await localServer('application/timestamp-reply', (body) =>
      grantedBy(keys, body, { now: clock.now(), random: bytes }),
    );
    const way = await FaultyWay.open();
    way.target = server.url;
    const signatureTrust = join(root, 'trust.json');
    const certificates = [toBase64(keys.caCertificate)];
    await writeFile(signatureTrust, JSON.stringify({ $v: 1, name: 'authority', certificates }));
    const { url, host } = way;
    const unlimited = { policy: null, perDay: null, perMonth: null };
    return {
      settings: {
        ...{ timeStamps: 'rfc3161', timeStampAuthorities: [{ url, host, ...unlimited }] },
        ...{ signatureTrust, epochTimeStamps: 'on', epochTimeStampMillis: 0 },
        outboundTimeoutMillis: 2_000,
      },
      begin: () => way.begin(how),
      end: () => way.end(),
      meanwhile: () => Promise.resolve(),
      close: async () => {
        await way.close();
        await server.close();
      },
    };
  };
}
