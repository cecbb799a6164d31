/** The files that others are altered from, and all named mutations of them. */
import { signedHandoverToJson } from '../../../src/evidence/handover-request.js';
import { parseTrust, type Trust } from '../../../src/evidence/trust.js';
import { build, type Built, trustBytes } from '../evidence-builder.js';
import { FORGERIES } from './forgeries.js';
import { mutationsOfForm } from './mutations-of-form.js';
import { mutationsOfValue } from './mutations-of-value.js';
import type { NamedMutation } from './named-mutation.js';
import { DAY_BEFORE } from './plan.js';
import { newAuthority } from './synthetic-keys.js';
import { type Originals, transplants } from './transplants.js';

export async function originals(): Promise<Originals> {
  const authority = newAuthority('bank', DAY_BEFORE);
  return {
    bank: await build({ authority }),
    other: await build({ authority, ledger: 'audit' }),
    stranger: await build({ seed: 'stranger' }),
    unknown: await build({
      seed: 'stranger',
      firstHeight: 500,
      anchors: [
        { height: 510, size: 3 },
        { height: 530, size: 5 },
      ],
    }),
  };
}

export function trustOf({ trust }: Built): Trust {
  return parseTrust(trustBytes(trust));
}

/** A mutation, and the trust of somebody who knows the operator that it is to deceive. */
export interface Case extends NamedMutation {
  readonly trust: Trust;
}

export async function namedCases(made: Originals): Promise<Case[]> {
  const { bank } = made;
  const mutations = [
    ...mutationsOfForm(bank.bytes),
    ...mutationsOfValue(bank.bytes),
    ...transplants(made),
  ];
  return [
    ...mutations.map((mutation) => ({ ...mutation, trust: trustOf(bank) })),
    ...(await forgedCases(made)),
  ];
}

/** Each is anchored in blocks that the verifier has pinned: chains are not what it is about. */
async function forgedCases({ bank }: Originals): Promise<Case[]> {
  const authority = newAuthority('bank', DAY_BEFORE);
  const cases: Case[] = [];
  for (const { name, check, bends, known: handover } of FORGERIES) {
    const { bytes, trust } = await build(
      bends.seed === undefined ? { authority, ...bends } : bends,
    );
    const { certificates = [], chains = [] } = trust;
    const known = bends.seed === undefined ? { certificates, chains } : { chains };
    const handovers = handover === undefined ? [] : [signedHandoverToJson(handover)];
    const knownTrust = parseTrust(trustBytes({ ...bank.trust, ...known, handovers }));
    cases.push({ name, expected: 'failed', check, bytes, trust: knownTrust });
  }
  return cases;
}
