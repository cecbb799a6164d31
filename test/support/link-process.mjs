/**
 * A node with nothing but links, of the built product and in a process of its own: `node link-process.mjs SETTINGS`, JSON of
 * {seed, settings}. What happens to its links, and what it hears, it says in JSON lines.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const dist = (file) => import(pathToFileURL(join(process.env.PRODUCT_ROOT, 'dist', file)).href);
const { Links } = await dist('replication/links/links.js');
const { parseLinkSettings } = await dist('replication/links/link-settings.js');
const { keyPairOf } = await dist('keys/key-pair.js');
const { RandomPool } = await dist('base/random.js');
const { systemClock } = await dist('base/time.js');

const { seed, settings } = JSON.parse(process.argv[2]);
const say = (event, fields = {}) =>
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

const codec = {
  encode: (text) => Buffer.concat([Buffer.from([1]), Buffer.from(text)]),
  decode: (bytes) => Buffer.from(bytes.subarray(1)).toString(),
};
const logger = { debug() {}, info: say, warn: say, error: say, child: () => logger };

const links = await Links.open({
  settings: parseLinkSettings(settings),
  keys: keyPairOf(Buffer.from(seed, 'hex')),
  clock: systemClock,
  random: new RandomPool(),
  logger,
  onLink: (peer, link) => {
    const budget = { perSecond: 10, burst: 100 };
    const channel = link.openChannel({
      ...{ name: 'test/text', codec, maxBytes: 64, budget },
      onMessage: (text) => {
        say('heard', { text });
        channel.send(`${text} too`);
      },
    });
  },
});
say('listening', { port: links.status().listening?.port });
process.on('SIGTERM', () => {
  links.close().then(() => say('stopped'));
});
