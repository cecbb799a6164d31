/** Which row of an issuer's map a token's claims match. Whatever is not said there is not granted. */
import type { ClaimCondition, ClaimRule } from './oidc-issuer.js';

type Claims = Readonly<Record<string, unknown>>;

/** Null if none does. */
export function findRule(map: readonly ClaimRule[], claims: Claims): ClaimRule | null {
  return map.find(({ when }) => when.every((condition) => holds(condition, claims))) ?? null;
}

function holds({ claim, value }: ClaimCondition, claims: Claims): boolean {
  const found = claim.startsWith('/') ? atPointer(claim, claims) : member(claims, claim);
  if (claim === 'scope' && typeof found === 'string') return found.split(' ').includes(value);
  return found === value || (Array.isArray(found) && found.includes(value));
}

/** RFC 6901 §4, in objects only: the place of something in an array means nothing. */
function atPointer(pointer: string, claims: Claims): unknown {
  const names = pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce<unknown>((value, name) => member(value, name), claims);
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as Claims)[name] : undefined;
}
