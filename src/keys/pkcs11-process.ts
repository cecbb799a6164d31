/**
 * Program of the process that a PKCS#11 module is loaded into (`Pkcs11Process` starts it). The first
 * trouble ends it: what state a module is in after a failure is known to nobody, and a new process is
 * soon there.
 */
import { assert } from '../base/errors.js';
import { TokenFailure } from './internal/pkcs11-failure.js';
import type { Pkcs11Library } from './internal/pkcs11-mechanisms.js';
import { type FromToken, type OpenToken, toTokenOf } from './internal/pkcs11-messages.js';
import { openToken, type Token } from './internal/pkcs11-token.js';

assert(process.send !== undefined, 'this runs as a child process');

// A terminal's Ctrl-C reaches this process too; the node says when it is time.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// The node is gone.
process.on('disconnect', () => process.exit(0));

let token: Token | null = null;

process.on('message', (message: unknown) => {
  const order = toTokenOf(message);
  switch (order.kind) {
    case 'open':
      void open(order).catch(fail);
      return;
    case 'sign': {
      assert(token !== null, 'a token that is open');
      const { id, algorithm, toBeSigned } = order;
      void token
        .sign(algorithm, toBeSigned)
        .then((value) => {
          tell({ kind: 'signed', id, value });
        })
        .catch(fail);
      return;
    }
    case 'close':
      token?.close();
      process.exit(0);
  }
});

async function open(order: OpenToken): Promise<void> {
  token = openToken(await loadLibrary(), order);
  const { algorithms, certificates, point } = token;
  tell({
    kind: 'opened',
    algorithms: [...algorithms],
    certificates: [...certificates],
    ...(point !== undefined && { point }),
  });
}

/** A package that is compiled when it is installed, which npm may have been told not to do, or may fail. */
async function loadLibrary(): Promise<Pkcs11Library> {
  try {
    const { default: library } = await import('pkcs11js');
    return library;
  } catch {
    throw new TokenFailure(
      'KEYS_TOKEN_MODULE',
      'the package pkcs11js is not there or not compiled: npm install pkcs11js && npm rebuild pkcs11js (needs Python, make and a C++ compiler)',
    );
  }
}

function fail(cause: unknown): void {
  const { code, message } =
    cause instanceof TokenFailure
      ? cause
      : { code: 'KEYS_TOKEN_UNAVAILABLE' as const, message: 'the process of the token failed' };
  const failed: FromToken = { kind: 'failed', code, message };
  // The last thing that is said; the process ends once it is out.
  process.send?.(failed, undefined, undefined, () => process.exit(1));
}

function tell(message: FromToken): void {
  process.send?.(message);
}
