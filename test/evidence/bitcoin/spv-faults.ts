/** Each check of an anchor's place in the chain, taken out, with the row of the forgeries that must then turn red. */
import type { FaultOfSuite } from '../../support/planted-suite.js';

const SUITE = 'test/evidence/bitcoin/spv-checks.test.ts';

/** `tests` is a piece of the name of the forgery that gets through. */
function without(
  file: string,
  checks: readonly (readonly [name: string, find: string, replace: string, tests: string])[],
): FaultOfSuite[] {
  return checks.map(([name, find, replace, tests]) => ({
    name: `an anchor may have ${name}`,
    file: `evidence/bitcoin/${file}.js`,
    find,
    replace,
    suite: SUITE,
    tests,
  }));
}

export const SPV_FAULTS: readonly FaultOfSuite[] = [
  ...without('bitcoin-reader', [
    ['bytes behind it', 'if (this.remaining !== 0)', 'if (false)', 'an anchor with bytes after'],
    ['sizes in any form', 'if (value < least)', 'if (false)', 'size in a longer form'],
  ]),
  ...without('transaction', [
    [
      '64 bytes, as an inner node has',
      'if (transaction.stripped.length === 64)',
      'if (false)',
      '64-byte coinbase',
    ],
    ['witnesses', 'if (transaction.hasWitness)', 'if (false)', 'an anchor with witnesses'],
  ]),
  ...without('block-inclusion', [
    [
      'another depth than the coinbase',
      'if (inclusion.coinbaseBranch.length !== inclusion.branch.length)',
      'if (false)',
      'CVE-2017-12842',
    ],
    [
      'a coinbase of any block',
      'if (!equalBytes(root, header.merkleRoot)) throw invalidCoinbase("it is not in the block");',
      '',
      'a coinbase of another block',
    ],
    [
      'another height than its coinbase names',
      'if (!equalBytes(script.subarray(0, push.length), push))',
      'if (false)',
      'another height than the coinbase names',
    ],
    [
      'a padded height',
      '!equalBytes(script.subarray(0, push.length), push)',
      '!equalBytes(script.subarray(1, push.length), push.subarray(1))',
      'height is padded',
    ],
    [
      'any transaction for its coinbase',
      'if (!isCoinbase(coinbase))',
      'if (false)',
      'a coinbase that spends',
    ],
    [
      'the place of the coinbase',
      'if (inclusion.index === 0 || isCoinbase(transaction))',
      'if (false)',
      'the coinbase itself',
    ],
    [
      'any block',
      'if (!equalBytes(root, header.merkleRoot))\n    throw new',
      'if (false)\n    throw new',
      'an anchor of another block',
    ],
  ]),
  ...without('merkle-branch', [
    ['any depth', 'if (siblings.length > MAX_BRANCH_DEPTH)', 'if (false)', 'deeper than any block'],
    ['an index beyond its tree', ' || index >= 2 ** siblings.length', '', 'the same path'],
    [
      'a sibling that is itself',
      'if (isRight && equalBytes(sibling, node))',
      'if (false)',
      'CVE-2012-2459',
    ],
  ]),
  ...without('header-chain', [
    [
      'headers of several chains',
      'if (header.previousBlock !== previous.hash)',
      'if (false)',
      'does not follow the one before it',
    ],
    [
      'headers of any difficulty',
      'if (!mayFollow(previous, header, height, network))',
      'if (false)',
      'never moves it',
    ],
    ['headers without work', 'if (!meetsTarget(header))', 'if (false)', 'is above its target'],
    [
      'headers that are easier than the floor',
      'if (header.target > network.maxTarget)',
      'if (false)',
      'above the difficulty floor',
    ],
    [
      'headers that contradict a pin',
      'if (header.hash !== hash)',
      'if (false)',
      'contradicts a pinned',
    ],
    [
      'another genesis',
      'if (from === 0 && first.hash !== network.genesis)',
      'if (false)',
      'another genesis',
    ],
    ['no headers', ' || count === 0', '', 'no headers'],
  ]),
  ...without('block-header', [
    [
      'a target in any form',
      'if (encodeCompactTarget(target) !== bits)',
      'if (false)',
      'no node would write',
    ],
  ]),
  ...without('anchor-proof', [
    ['another network', 'if (proof.network !== network.name)', 'if (false)', 'another network'],
    [
      'a height that no coinbase names',
      'if (proof.height < network.bip34Height)',
      'if (false)',
      'before coinbases named theirs',
    ],
    [
      'headers that start behind it',
      ' || proof.headersFrom > proof.height',
      '',
      'start after the anchor',
    ],
    ['half a height', 'Number.isInteger(value) && ', '', 'not an integer'],
    ['headers that end before it', 'if (header === void 0)', 'if (false)', 'end before the anchor'],
    [
      'any number of confirmations',
      'if (confirmations < Math.max(1, requiredConfirmations))',
      'if (false)',
      'five confirmations',
    ],
  ]),
  ...without('anchor-payload', [
    [
      'no OP_RETURN',
      'if (!equalBytes(script.subarray(0, SCRIPT_PREFIX.length), SCRIPT_PREFIX))',
      'if (false)',
      'no OP_RETURN',
    ],
    ['one output', 'payloadOutput === void 0', 'false', 'one output alone'],
    ['a second OP_RETURN', 'if (others.length > 0)', 'if (false)', 'behind the chain'],
    [
      'no output of a chain',
      'if (!isP2wpkhScript(chainOutput.script))',
      'if (false)',
      'two OP_RETURNs and nothing else',
    ],
    [
      'money in its OP_RETURN',
      'if (payloadOutput.value !== 0n)',
      'if (false)',
      'money in the OP_RETURN',
    ],
    [
      'the payload of somebody else',
      ' || !equalBytes(bytes.subarray(0, 4), MAGIC)',
      '',
      'somebody else',
    ],
    ['an empty log', 'if (size === 0)', 'if (false)', 'of an empty log'],
  ]),
  ...without('anchor-links', [
    [
      'a coin of another transaction',
      'if (!sameOutpoint(next.chainInput, { txid: previous.txid, vout: CHAIN_OUTPUT }))',
      'if (false)',
      'another transaction',
    ],
    [
      'another output of the anchor before',
      'vout: CHAIN_OUTPUT',
      'vout: next.chainInput.vout',
      'another output of',
    ],
    [
      'another script',
      'if (!equalBytes(next.chainScript, previous.chainScript))',
      'if (false)',
      'pays another script',
    ],
    [
      'a shorter log',
      'if (next.payload.size < previous.payload.size)',
      'if (false)',
      'a shorter log',
    ],
  ]),
];
