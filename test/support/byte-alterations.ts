/** Alterations of bytes as they come, whatever they mean: each made from a number alone. */
import type { Alteration } from './offences.js';
import type { SeededChoice } from './seeded-choice.js';

/** May give the original back: a byte may be put in its own place. */
export function bytesAltered(original: Uint8Array, random: SeededChoice): Alteration {
  const at = random.below(original.length);
  const length = 1 + random.below(16);
  const altered = Buffer.from(original);
  switch (random.below(6)) {
    case 0:
      altered[at] = (altered[at] ?? 0) ^ (1 << random.below(8));
      return { bytes: altered, what: `bit of byte ${at}` };
    case 1:
      altered[at] = random.below(256);
      return { bytes: altered, what: `byte ${at}` };
    case 2:
      return { bytes: altered.subarray(0, at), what: `cut at ${at}` };
    case 3:
      return {
        bytes: Buffer.concat([altered.subarray(0, at), altered.subarray(at + length)]),
        what: `${length} bytes left out at ${at}`,
      };
    case 4:
      return {
        bytes: Buffer.concat([altered.subarray(0, at + length), altered.subarray(at)]),
        what: `${length} bytes twice at ${at}`,
      };
    default:
      return { bytes: Buffer.concat([altered, Buffer.alloc(length, at)]), what: 'bytes behind it' };
  }
}
