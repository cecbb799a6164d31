import { it } from '@jest/globals';
import { parseTrust } from '../../src/evidence/trust.js';
import { build, DAY_BEFORE, trustBytes } from './evidence-builder.js';
import { FORGERIES } from './support/forgeries.js';
import { structuralMutations } from './support/structural-mutations.js';
import { newAuthority } from './support/synthetic-keys.js';
import { judge } from './support/verdict.js';
it('probe', async () => {
  const authority = newAuthority('bank', DAY_BEFORE);
  const bank = await build({ authority });
  const other = await build({ authority, ledger: 'audit' });
  const stranger = await build({ seed: 'stranger' });
  const known = parseTrust(trustBytes(bank.trust));
  const lines: string[] = [];
  for (const { name, expected, bytes } of structuralMutations({ bank, other, stranger })) {
    const { verdict, failing } = judge(bytes, known);
    lines.push(
      `${expected.includes(verdict) ? 'ok ' : 'BAD'} ${name}: ${verdict} ${failing.join(',')}${Buffer.compare(bytes, bank.bytes) === 0 ? ' SAME' : ''}`,
    );
  }
  for (const { name, check, bends } of FORGERIES) {
    const authorityOf = bends.seed === undefined ? { authority } : {};
    const made = await build({ ...authorityOf, ...bends });
    const pins = parseTrust(trustBytes({ ...bank.trust, chains: made.trust['chains']! }));
    const { verdict, failing } = judge(made.bytes, pins);
    lines.push(
      `${verdict === 'failed' && failing.includes(check) ? (failing.length === 1 ? 'ok  ' : 'also') : 'BAD '} ${name}: ${verdict} ${failing.join(',')}`,
    );
  }
  console.log(lines.join('\n'));
}, 200000);
