// Stands in for the process of a PKCS#11 module: it speaks its messages, signs with a key in a file, and
// fails as its plan says. `module` names a directory with key.pem, certificate.der and plan.json: for each
// start in turn {act, at}, the last one for all that follow. An anchor key lies in anchor.key, and a step may name
// another file of one as `key`, and a `point` in hex.
import { createPrivateKey, sign } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as secp256k1 from 'tiny-secp256k1';

process.on('disconnect', () => process.exit(0));

let directory = '';
let step = { act: 'work', at: 0 };
let asked = 0;
let use = 'seal';

process.on('message', (message) => {
  if (message.kind === 'close') process.exit(0);
  if (message.kind === 'open') open(message);
  else answer(message);
});

function open(message) {
  directory = message.module;
  use = message.use;
  const file = join(directory, 'starts');
  appendFileSync(
    file,
    `${JSON.stringify({ pin: message.pin, argv: process.argv.slice(2), env: process.env })}\n`,
  );
  const start = readFileSync(file, 'utf8').trim().split('\n').length - 1;
  const plan = JSON.parse(readFileSync(join(directory, 'plan.json'), 'utf8'));
  step = plan[Math.min(start, plan.length - 1)];
  if (step.act === 'die') process.exit(3);
  if (step.act === 'silent') return;
  if (step.act === 'refuse') {
    process.send({ kind: 'failed', code: step.code, message: 'as planned' }, () => process.exit(1));
    return;
  }
  if (use === 'anchor') {
    const own = secp256k1.pointFromScalar(anchorSecret(), false);
    const point = step.point ? Buffer.from(step.point, 'hex') : Buffer.from([4, 65, ...own]);
    process.send({
      ...{ kind: 'opened', algorithms: ['ecdsa-of-digest'], certificates: [] },
      point: new Uint8Array(point),
    });
    return;
  }
  const certificate = readFileSync(join(directory, 'certificate.der'));
  process.send({
    kind: 'opened',
    algorithms: ['ecdsa-sha256'],
    certificates: [new Uint8Array(certificate)],
  });
}

function anchorSecret() {
  return readFileSync(join(directory, step.key ?? 'anchor.key'));
}

function answer({ id, toBeSigned }) {
  // The trial is the first.
  if (asked++ === step.at) {
    if (step.act === 'crash') process.kill(process.pid, 'SIGKILL');
    if (step.act === 'hang') return;
    if (step.act === 'garbage') process.send({ kind: 'signed', id: 'one', value: 'text' });
    if (step.act === 'fail') {
      process.send({ kind: 'failed', code: step.code, message: 'as planned' }, () =>
        process.exit(1),
      );
      return;
    }
  }
  if (use === 'anchor') {
    const isLie = step.act === 'lie' && asked > step.at;
    const digest = isLie ? Buffer.alloc(32, 1) : toBeSigned;
    process.send({ kind: 'signed', id, value: secp256k1.sign(digest, anchorSecret()) });
    return;
  }
  const key = createPrivateKey(readFileSync(join(directory, 'key.pem')));
  const value = sign(
    'sha256',
    step.act === 'lie' && asked > step.at ? Buffer.from('other') : toBeSigned,
    key,
  );
  process.send({ kind: 'signed', id, value: new Uint8Array(value) });
}
