/** How many connections may be there that have not proved whose they are: strangers must not take all places. */
import { isIPv6 } from 'node:net';

export interface AdmissionLimits {
  readonly maxUnproved: number;
  readonly maxUnprovedPerAddress: number;
}

export class Admission {
  readonly #limits: AdmissionLimits;
  /** By network; none is kept at 0. */
  readonly #counts = new Map<string, number>();
  #total = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  get unproved(): number {
    return this.#total;
  }

  /** @returns what gives the place free again, however often it is called; null where there is none. */
  enter(address: string): (() => void) | null {
    const network = networkOf(address);
    const count = this.#counts.get(network) ?? 0;
    const { maxUnproved, maxUnprovedPerAddress } = this.#limits;
    if (this.#total >= maxUnproved || count >= maxUnprovedPerAddress) return null;
    this.#total++;
    this.#counts.set(network, count + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#leave(network);
    };
  }

  #leave(network: string): void {
    this.#total--;
    const left = (this.#counts.get(network) ?? 1) - 1;
    if (left === 0) this.#counts.delete(network);
    else this.#counts.set(network, left);
  }
}

/** An IPv6 client has a whole network to choose from: its /56 counts as one. IPv4 counts alone, however it is written. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  const [plain = ''] = (mapped ?? address).split('%');
  if (!isIPv6(plain)) return plain;
  const [head = [], tail = []] = plain.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  const groups = [...head, ...zeros, ...tail].map((group) => parseInt(group, 16));
  const [a = 0, b = 0, c = 0, d = 0] = groups;
  return [a, b, c, d & 0xff00].map((group) => group.toString(16)).join(':');
}
