/**
 * Holepunch's `blind-peer`, as it comes from its package, in a process of its own: `node blind-peer-process.mjs SETTINGS`, JSON of
 * {directory, bootstrap, maxBytes, refuses}. Says its key in a JSON line once it listens. `refuses` closes each connection.
 */
import BlindPeer from 'blind-peer';

const { directory, bootstrap, maxBytes, refuses } = JSON.parse(process.argv[2]);
const peer = new BlindPeer(directory, { bootstrap, maxBytes });
await peer.listen();
if (refuses) peer.swarm.on('connection', (stream) => stream.destroy());
process.stdout.write(
  `${JSON.stringify({ event: 'listening', key: peer.publicKey.toString('hex') })}\n`,
);
process.on('SIGTERM', () => {
  peer.close().then(() => process.exit(0));
});
