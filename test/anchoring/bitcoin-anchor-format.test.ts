import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { signAnchor } from '../../src/anchoring/anchor-transaction.js';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { parseStrictJson } from '../../src/base/canonical-json.js';
import { formatInstant } from '../../src/base/time.js';
import { parseAnchorProof } from '../../src/evidence/bitcoin/anchor-proof-json.js';
import { verifyAnchorProof } from '../../src/evidence/bitcoin/anchor-proof.js';
import { parseTxid } from '../../src/evidence/bitcoin/hash256.js';
import { REGTEST } from '../../src/evidence/bitcoin/network.js';
import { parseTransaction } from '../../src/evidence/bitcoin/transaction.js';
import { payloadOf, POLICY, SIGNER } from './fixture.js';

const page = readFileSync(new URL('../../docs/formats/bitcoin-anchor.md', import.meta.url), 'utf8');
const proof = parseAnchorProof(parseStrictJson(fence('json')));

describe('docs/formats/bitcoin-anchor.md', () => {
  it('shows a transaction that is the one in its proof, byte for byte', () => {
    const bytes = fence('hex')
      .split('\n')
      .map((line) => /^[0-9a-f ]+?(?= {2}|$)/.exec(line)?.[0].replaceAll(' ', '') ?? '')
      .join('');
    expect(bytes).toBe(toHex(proof.transaction));
    expect(proof.transaction).toHaveLength(133);
  });

  it('shows a proof that verifies to the values in its table', () => {
    const verified = verifyAnchorProof(proof, {
      network: REGTEST,
      requiredConfirmations: 2,
      pinnedHeaders: [],
    });
    expect(verified.payload).toEqual(payloadOf(42));
    expect(row('txid')).toBe(`\`${verified.txid}\``);
    expect(row('chain input')).toBe(`\`${verified.chainInput.txid}\`, output 0`);
    expect(row('block')).toBe(`\`${verified.blockHash}\`, height ${verified.height}`);
    expect(row('time')).toBe(formatInstant(verified.time));
    expect(row('confirmations')).toBe(String(verified.confirmations));
    expect(row('attribution')).toBe(`\`${verified.attribution}\`, \`development\``);
    expect(verified.development).toBe(true);
  });

  it('shows a transaction that the stated key makes of the stated values', async () => {
    const { bytes } = await signAnchor(
      {
        spends: {
          outpoint: {
            txid: parseTxid('3b03e1503e9d178916ab2270e9b510e143b5f0919be723218da215c64126779e'),
            vout: 0,
          },
          value: 4_999_999_678n + 161n,
        },
        topUps: [],
        payload: payloadOf(42),
        fee: 161n,
      },
      SIGNER,
      POLICY,
    );
    expect(toHex(parseTransaction(bytes).stripped)).toBe(toHex(proof.transaction));
  });

  it('names every code that a proof can be refused with', () => {
    for (const code of [
      'NETWORK_MISMATCH',
      'COINBASE_INVALID',
      'HEADER_MALFORMED',
      'WORK_INSUFFICIENT',
      'HEADERS_UNLINKED',
      'PIN_MISMATCH',
      'UNCONFIRMED',
      'TRANSACTION_MALFORMED',
      'BRANCH_INVALID',
      'NOT_AN_ANCHOR',
    ])
      expect(page).toContain(`BITCOIN_${code}`);
  });

  it('states the payload of its example', () => {
    expect(page).toContain(toHex(payloadOf(42).rootHash));
    expect(fromHex(toHex(payloadOf(42).rootHash))).toHaveLength(32);
  });
});

/** The content of the page's one block of that language. */
function fence(language: string): string {
  const match = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page);
  return match?.[1] ?? '';
}

/** The second cell of the row that begins with `name`, in the table of the example. */
function row(name: string): string | undefined {
  const table = page.slice(page.indexOf('of the example'));
  return new RegExp(`^\\| ${name} +\\| (.*?) +\\|$`, 'm').exec(table)?.[1];
}
