/** Scripts that only push data, which is all that relay policy takes as a scriptSig or behind OP_RETURN. */
/** The opcode of data: nothing can spend such an output. */
export const OP_RETURN = 0x6a;

const PUSHDATA_1 = 0x4c;
const PUSHDATA_4 = 0x4e;
const OP_16 = 0x60;

export function isPushOnly(script: Uint8Array): boolean {
  for (let at = 0; at < script.length;) {
    const opcode = script[at] ?? 0;
    if (opcode > OP_16) return false;
    at += 1;
    if (opcode < PUSHDATA_1) at += opcode;
    else if (opcode <= PUSHDATA_4) {
      const width = 1 << (opcode - PUSHDATA_1);
      const digits = script.subarray(at, at + width);
      if (digits.length < width) return false;
      at += width + digits.reduceRight((length, digit) => length * 256 + digit, 0);
    }
    if (at > script.length) return false;
  }
  return true;
}
