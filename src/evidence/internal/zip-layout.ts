/** The records of a ZIP archive that containers are made of (APPNOTE 6.3.10 §4.3), and nothing else of ZIP. */

export const SIGNATURE = {
  local: 0x0403_4b50,
  descriptor: 0x0807_4b50,
  central: 0x0201_4b50,
  end: 0x0605_4b50,
} as const;

/** Bytes before the name. */
export const LOCAL_LENGTH = 30;
export const CENTRAL_LENGTH = 46;
export const END_LENGTH = 22;

export const METHOD = { stored: 0, deflated: 8 } as const;

/** General purpose bits. */
export const FLAG = {
  /** Two bits that say how hard deflate tried. */
  deflateEffort: 0b110,
  /** Sizes and CRC stand behind the data. */
  descriptor: 1 << 3,
  utf8: 1 << 11,
} as const;

/** One file of an archive. */
export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** As `readZip` finds it. */
export interface ReadMember extends ZipMember {
  /** Neither compressed nor flagged: programs that look at the first bytes of a file see it as it is. */
  readonly isPlain: boolean;
}

const SEGMENT = '[A-Za-z0-9_-][A-Za-z0-9._-]*';
const NAME = new RegExp(`^(?=.{1,200}$)${SEGMENT}(?:/${SEGMENT})*$`);

/** Relative, forwards only, and the same on every file system but for case. */
export function isMemberName(name: string): boolean {
  return NAME.test(name);
}
