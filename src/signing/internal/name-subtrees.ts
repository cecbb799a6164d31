/** Whether a name is in the subtree that a name constraint speaks of, form by form (RFC 5280 §4.2.1.10). */
import { isWithin } from '../distinguished-name.js';
import type { GeneralName } from '../general-names.js';

/** `unclear`: one of the two is nothing that could be compared, or is both inside and outside. */
export type Comparison = 'within' | 'outside' | 'unclear';

/** Both are of the same form. */
export function compareWithSubtree(name: GeneralName, base: GeneralName): Comparison {
  if (name.kind === 'directory' && base.kind === 'directory')
    return isWithin(name.name, base.name) ? 'within' : 'outside';
  if (name.kind === 'dns' && base.kind === 'dns') return compareDns(name.value, base.value);
  if (name.kind === 'email' && base.kind === 'email') return compareEmail(name.value, base.value);
  if (name.kind === 'uri' && base.kind === 'uri') return compareUri(name.value, base.value);
  if (name.kind === 'ip' && base.kind === 'ip') return compareIp(name.bytes, base.bytes);
  return 'unclear';
}

/** `example.org` has itself and all below it; with a dot in front, as many write it, only what is below. */
function compareDns(name: string, base: string): Comparison {
  const isWildcard = name.startsWith('*.');
  const host = hostName(isWildcard ? name.slice(2) : name);
  if (host === null) return 'unclear';
  if (base === '') return 'within';
  const onlyBelow = base.startsWith('.');
  const top = hostName(onlyBelow ? base.slice(1) : base);
  if (top === null) return 'unclear';
  if (isBelow(host, top)) return 'within';
  if (host === top) return onlyBelow && !isWildcard ? 'outside' : 'within';
  // *.example.org stands for www.example.org too: one of its names is within.
  const isOneOfThem =
    isWildcard && isBelow(top, host) && !top.slice(0, -host.length - 1).includes('.');
  return isOneOfThem ? 'unclear' : 'outside';
}

/** A mailbox, all of a host (`example.org`), or all hosts below (`.example.org`). */
function compareEmail(name: string, base: string): Comparison {
  const mailbox = mailboxOf(name);
  if (mailbox === null) return 'unclear';
  if (base.includes('@')) {
    const only = mailboxOf(base);
    if (only === null) return 'unclear';
    return only.host === mailbox.host && only.local === mailbox.local ? 'within' : 'outside';
  }
  return compareHost(mailbox.host, base);
}

/** By the host alone, which must be a name (RFC 5280: a URI without one is not acceptable). */
function compareUri(name: string, base: string): Comparison {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(name)?.[1];
  const host = authority === undefined ? null : hostName(authority.replace(/^.*@|:\d*$/g, ''));
  // The last label of an IPv4 address is a number, that of a name never is.
  if (host === null || /(?:^|\.)\d+$/.test(host)) return 'unclear';
  return compareHost(host, base);
}

function compareHost(host: string, base: string): Comparison {
  const onlyBelow = base.startsWith('.');
  const top = hostName(onlyBelow ? base.slice(1) : base);
  if (top === null) return 'unclear';
  return (onlyBelow ? isBelow(host, top) : host === top) ? 'within' : 'outside';
}

/** 4 or 16 bytes, against twice as many: the network and its mask. */
function compareIp(address: Uint8Array, base: Uint8Array): Comparison {
  const { length } = address;
  if ((length !== 4 && length !== 16) || (base.length !== 8 && base.length !== 32))
    return 'unclear';
  if (base.length !== 2 * length) return 'outside';
  const mask = base.subarray(length);
  if (!isPrefixMask(mask)) return 'unclear';
  return address.every(
    (byte, at) => (byte & (mask[at] ?? 0)) === ((base[at] ?? 0) & (mask[at] ?? 0)),
  )
    ? 'within'
    : 'outside';
}

function isPrefixMask(mask: Uint8Array): boolean {
  const bits = Array.from(mask, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits);
}

function isBelow(host: string, top: string): boolean {
  return host.endsWith(`.${top}`);
}

/** In lower case, or null if it is no host name. */
function hostName(text: string): string | null {
  const host = text.toLowerCase();
  return HOST_NAME.test(host) && host.length <= 253 ? host : null;
}

const HOST_NAME = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

/** Quoted local parts, which may hold an `@`, are not taken apart. */
function mailboxOf(text: string): { local: string; host: string } | null {
  const [local = '', domain = '', ...more] = text.split('@');
  const host = hostName(domain);
  return host === null || local === '' || local.includes('"') || more.length > 0
    ? null
    : { local, host };
}
