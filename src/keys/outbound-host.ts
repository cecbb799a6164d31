/**
 * Which hosts a node may ask. A rule is what the operator writes: a name, `*.` and a name for everything
 * below it, an address, or `*`; with `:port` where it is not the scheme's own. Rules are compared with
 * what `URL` made of an address, which has one spelling for each host.
 */
import { isIP } from 'node:net';

export interface HostRule {
  readonly kind: 'exact' | 'below' | 'any';
  /** Lower case, as `URL.hostname` spells it; of `below` with the leading dot; empty of `any`. */
  readonly host: string;
  /** Null: the port of the scheme. */
  readonly port: number | null;
  /** Whether the host may lie in a private network, or on this machine. */
  readonly isInternal: boolean;
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?';
/** The last label has a letter: what looks like an address is one, or is refused. */
const NAME = new RegExp(`^(?:${LABEL}\\.)*(?=[^.]*[a-z])${LABEL}$`);
const PORT = /^(.+):([1-9]\d{0,4})$/;
const MAX_NAME_LENGTH = 253;

/** Null if it is no rule; `*` is none for internal hosts, of which each has to be named. */
export function parseHostRule(
  text: string,
  { isInternal }: { isInternal: boolean },
): HostRule | null {
  const rule = text.toLowerCase();
  if (rule === '*') return isInternal ? null : { kind: 'any', host: '', port: null, isInternal };
  const [, beforePort, digits] = isIP(rule) === 0 ? (PORT.exec(rule) ?? []) : [];
  const port = digits === undefined ? null : Number(digits);
  if (port !== null && port > 65_535) return null;
  const place = beforePort ?? rule;
  if (place.startsWith('*.')) {
    const name = place.slice(2);
    return isName(name) ? { kind: 'below', host: `.${name}`, port, isInternal } : null;
  }
  const host = addressOf(place) ?? (isName(place) ? place : null);
  return host === null ? null : { kind: 'exact', host, port, isInternal };
}

/** The first rule that this URL fits, null if none does. An address fits only its own, or `*`. */
export function ruleFor(rules: readonly HostRule[], url: URL): HostRule | null {
  return rules.find((rule) => fits(rule, url)) ?? null;
}

function fits({ kind, host, port }: HostRule, url: URL): boolean {
  // URL leaves the port out where it is the scheme's own.
  const scheme = url.protocol === 'https:' ? 443 : 80;
  const asked = url.port === '' ? scheme : Number(url.port);
  if (asked !== (port ?? scheme)) return false;
  switch (kind) {
    case 'any':
      return true;
    case 'exact':
      return url.hostname === host;
    case 'below':
      return !isAddress(url.hostname) && url.hostname.endsWith(host);
  }
}

/** Of a host as `URL` spells it, where IPv6 stands in brackets. */
export function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || isIP(hostname) === 4;
}

function addressOf(text: string): string | null {
  if (isIP(text) === 4) return text;
  const inner = /^\[(.+)\]$/.exec(text)?.[1] ?? text;
  return isIP(inner) === 6 && !inner.includes('%') ? new URL(`http://[${inner}]/`).hostname : null;
}

function isName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && NAME.test(text);
}
