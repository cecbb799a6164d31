/** Faults of the development chain's rules, each of which the table of rules must notice. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const SUITE = 'test/anchoring/rules/rules.test.ts';

function fault(
  name: string,
  file: string,
  find: string,
  replace: string,
  tests: string,
): FaultOfSuite {
  return { name, file: `anchoring/internal/${file}.js`, find, replace, suite: SUITE, tests };
}

export const DEVCHAIN_FAULTS: readonly FaultOfSuite[] = [
  fault(
    'any key will do',
    'p2wpkh-check',
    '!equalBytes(p2wpkhScript(publicKey), spent.script)',
    'false',
    'of scripts',
  ),
  fault(
    'both values of s will do',
    'p2wpkh-check',
    'verify(digest, publicKey, signature, true)',
    'verify(digest, publicKey, signature)',
    'of scripts',
  ),
  fault(
    'numbers beyond the order reach the library',
    'p2wpkh-check',
    'value > 0n && value < ORDER',
    'true',
    'of scripts',
  ),
  fault(
    'a scriptSig is not looked at',
    'p2wpkh-check',
    'input.script.length !== 0',
    'false',
    'of scripts',
  ),
  fault(
    'rewards are spendable at once',
    'devchain-mempool',
    'coin.matureAt > nextHeight',
    'false',
    'of money',
  ),
  fault(
    'a fee may be anything',
    'devchain-mempool',
    'fee < RELAY_RATE * virtualSize',
    'false',
    'of what is passed on',
  ),
  fault(
    'data may be long',
    'relay-policy',
    'MAX_DATA_SCRIPT = 83',
    'MAX_DATA_SCRIPT = 84',
    'of what is passed on',
  ),
  fault('dust is passed on', 'relay-policy', 'value < DUST_LIMIT', 'false', 'of what is passed on'),
  fault(
    'lock times are not looked at',
    'devchain-mempool',
    '!isFinal(transaction, next)',
    'false',
    'of locks',
  ),
  fault(
    'inputs wait for one block too many',
    'time-locks',
    'since + lock <= next.height',
    'since + lock < next.height',
    'of locks',
  ),
  fault(
    'a replacement need not pay its way',
    'replacement',
    'entry.fee - fees < INCREMENTAL_RATE * entry.virtualSize',
    'false',
    'of replacement',
  ),
  fault(
    'a replacement may wait for others',
    'replacement',
    'addsUnconfirmed(entry, direct, pool)',
    'false',
    'of replacement',
  ),
  fault(
    'a chain may be of 26',
    'mempool-family',
    'MAX_FAMILY = 25',
    'MAX_FAMILY = 26',
    'of replacement',
  ),
  fault(
    'copied transactions are not seen',
    'block-rules',
    'isMutated(leaves)',
    'false',
    'of blocks',
  ),
  fault(
    'a block may be of the future',
    'block-rules',
    'header.time > place.now + MAX_AHEAD_SECONDS',
    'false',
    'of blocks',
  ),
  fault(
    'a coinbase may take what it likes',
    'block-spends',
    'reward > subsidyAt(height) + fees',
    'false',
    'of blocks',
  ),
  fault(
    'a coin is spent twice in a block',
    'block-spends',
    '|| view.spent.has(key)',
    '',
    'of blocks',
  ),
  fault(
    'of two alike the later one wins',
    'submitted-blocks',
    'side.height > this.#store.state.height',
    'side.height >= this.#store.state.height',
    'of the same work',
  ),
  fault(
    'what was invalid is tried again',
    'submitted-blocks',
    'this.#side.isInvalid(hash)',
    'false',
    'an invalid block deep',
  ),
  fault(
    'what builds on an invalid block is taken for one whose parent is to come',
    'submitted-blocks',
    'this.#side.isInvalid(previousBlock)',
    'false',
    'an invalid block deep',
  ),
];
