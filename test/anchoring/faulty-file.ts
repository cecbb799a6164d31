/** A file that fails on demand, as a disk or a power cut does. */
import { openAppendFile } from '../../src/anchoring/internal/append-file.js';
import type { AppendFile } from '../../src/anchoring/internal/append-file.js';
import { concat } from '../../src/base/bytes.js';

export type Fault =
  /** Nothing of the write arrives. */
  | 'append fails before'
  /** Half of the write arrives. */
  | 'append is torn'
  /** The length arrives, the content does not. */
  | 'append arrives as zeros'
  /** All of it arrives, and nobody is told. */
  | 'append fails after'
  | 'datasync fails before'
  | 'datasync fails after';

export interface FaultSwitch {
  fault: Fault | undefined;
}

export function faultyFileOpener(faults: FaultSwitch): (path: string) => Promise<AppendFile> {
  return async (path) => {
    const file = await openAppendFile(path);
    return {
      ...file,
      append: async (bytes) => {
        const { fault } = faults;
        if (fault === 'append fails before') throw new Error('EIO');
        if (fault === 'append is torn') await file.append(bytes.subarray(0, bytes.length / 2));
        else if (fault === 'append arrives as zeros')
          await file.append(new Uint8Array(bytes.length));
        else await file.append(bytes);
        if (fault?.startsWith('append')) throw new Error('EIO');
      },
      datasync: async () => {
        if (faults.fault === 'datasync fails before') throw new Error('EIO');
        await file.datasync();
        if (faults.fault === 'datasync fails after') throw new Error('EIO');
      },
    };
  };
}

/** A file without a disk, for tests that open thousands. */
export function memoryFile(initial: Uint8Array): AppendFile {
  let content = initial;
  return {
    size: () => Promise.resolve(content.length),
    read: (offset, length) => Promise.resolve(content.slice(offset, offset + length)),
    append: (bytes) => {
      content = concat(content, bytes);
      return Promise.resolve();
    },
    truncate: (length) => {
      content = content.subarray(0, length);
      return Promise.resolve();
    },
    datasync: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
