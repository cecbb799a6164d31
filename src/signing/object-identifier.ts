/** OBJECT IDENTIFIERs in dotted form and as the contents octets of X.690 §8.19. */
import { assert } from '../base/errors.js';

/** `content` has passed the reader's check: non-empty, whole and minimal arcs, bounded length. */
export function oidToText(content: Uint8Array): string {
  const arcs: string[] = [];
  let arc = 0n;
  for (const byte of content) {
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    if (arcs.length === 0) {
      const root = arc < 80n ? arc / 40n : 2n;
      arcs.push(root.toString());
      arc -= root * 40n;
    }
    arcs.push(arc.toString());
    arc = 0n;
  }
  return arcs.join('.');
}

/** `text` is a constant of ours: anything but a well-formed OID is a programmer's mistake. */
export function oidToBytes(text: string): Uint8Array {
  assert(/^[0-2](?:\.(?:0|[1-9]\d*))+$/.test(text), 'a dotted OBJECT IDENTIFIER');
  const [root = 0n, second = 0n, ...rest] = text.split('.').map(BigInt);
  assert(root === 2n || second < 40n, 'a second arc below 40');
  return Uint8Array.from([root * 40n + second, ...rest].flatMap(arcBytes));
}

function arcBytes(arc: bigint): number[] {
  const bytes = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) bytes.unshift(Number(rest & 0x7fn) | 0x80);
  return bytes;
}
