/** Calls that change what is in files, make it durable, or send it to others. */
import type { OpenedFile } from './process-table.js';
import {
  argument,
  type Call,
  type Ending,
  type Handler,
  hasFlag,
  numberAt,
  openedAt,
  pathAt,
} from './system-call.js';
import { type Inode, RecordingError } from './trace.js';

export const DATA_CALLS: Readonly<Record<string, Handler>> = {
  write: (call) => writing(call, null),
  writev: (call) => writing(call, null),
  pwrite64: (call) => writing(call, 3),
  pwritev: (call) => writing(call, 3),
  pwritev2: (call) => writing(call, numberAt(call.arguments, 3) < 0 ? null : 3, 4),
  sendto: (call) => sending(call),
  sendmsg: (call) => sending(call),
  ftruncate: (call) => {
    const opened = openedAt(call, 0);
    return opened?.kind === 'file' ? truncating(call, opened.inode) : undefined;
  },
  truncate: (call) => {
    const path = pathAt(call, null, 0);
    return path === null ? undefined : truncating(call, call.builder.tree.get(path));
  },
  fallocate: (call) => allocating(call),
  fsync: (call) => syncing(call, false),
  fdatasync: (call) => syncing(call, true),
  sync: ({ builder }) => ({ ended: builder.sync(null, false) }),
  syncfs: ({ builder }) => ({ ended: builder.sync(null, false) }),
  mmap: (call) => {
    const [, , protection, flags] = call.arguments;
    const written = protection !== undefined && hasFlag(protection, 'PROT_WRITE');
    const shared = flags !== undefined && hasFlag(flags, 'MAP_SHARED', 'MAP_SHARED_VALIDATE');
    if (written && shared) refuseIfRecorded(call, 4, 'writing through mmap');
    return undefined;
  },
  copy_file_range: (call) => {
    refuseIfRecorded(call, 2, 'copy_file_range');
  },
  sendfile: (call) => {
    refuseIfRecorded(call, 0, 'sendfile');
  },
  splice: (call) => {
    refuseIfRecorded(call, 2, 'splice');
  },
};

/** @param offsetAt which argument says where to write; null: the position of the open file does. */
function writing(call: Call, offsetAt: number | null, flagsAt?: number): Ending | undefined {
  const opened = openedAt(call, 0);
  if (opened?.kind === 'stream') return sending(call);
  if (opened?.kind !== 'file') return undefined;
  const { builder } = call;
  const flags = flagsAt === undefined ? undefined : call.arguments[flagsAt];
  const synchronous =
    opened.synchronous || (flags !== undefined && hasFlag(flags, 'RWF_SYNC', 'RWF_DSYNC'));
  // Reads are not recorded, so where they leave the position is not known.
  if (offsetAt === null && opened.readable && !opened.append)
    throw new RecordingError('write() to a file that is open for reading too is not modelled');
  return {
    ended: (length) => {
      const offset = whereWritten(call, opened, offsetAt);
      if (offsetAt === null) opened.position = offset + length;
      builder.write(opened.inode, offset, data(call).subarray(0, length));
      if (synchronous) builder.sync(opened.inode, true)();
    },
    lost: () => {
      builder.isUncertain(opened.inode);
    },
  };
}

function whereWritten(call: Call, opened: OpenedFile, offsetAt: number | null): number {
  // Linux appends whatever pwrite's offset says (pwrite(2), BUGS).
  if (opened.append) return call.builder.tree.size(opened.inode);
  return offsetAt === null ? opened.position : numberAt(call.arguments, offsetAt);
}

function sending(call: Call): Ending | undefined {
  const opened = openedAt(call, 0);
  if (opened?.kind !== 'stream') return undefined;
  const taken = call.builder.send(opened.connection);
  const all = data(call);
  return {
    ended: (length) => {
      taken(all.subarray(0, length));
    },
    lost: () => {
      taken(all);
    },
  };
}

function truncating(call: Call, inode: Inode): Ending {
  const { builder } = call;
  return {
    ended: () => {
      builder.truncate(inode, numberAt(call.arguments, 1));
    },
    lost: () => {
      builder.isUncertain(inode);
    },
  };
}

function allocating(call: Call): Ending | undefined {
  const opened = openedAt(call, 0);
  if (opened?.kind !== 'file') return undefined;
  const mode = argument(call.arguments, 1);
  const keepsSize = hasFlag(mode, 'FALLOC_FL_KEEP_SIZE');
  const zeroes = hasFlag(mode, 'FALLOC_FL_PUNCH_HOLE', 'FALLOC_FL_ZERO_RANGE');
  if (hasFlag(mode, 'FALLOC_FL_COLLAPSE_RANGE', 'FALLOC_FL_INSERT_RANGE'))
    throw new RecordingError('fallocate that moves data is not modelled');
  const { builder } = call;
  return {
    ended: () => {
      const offset = numberAt(call.arguments, 2);
      const end = offset + numberAt(call.arguments, 3);
      const size = builder.tree.size(opened.inode);
      if (zeroes) builder.zero(opened.inode, offset, end - offset, !keepsSize);
      else if (!keepsSize && end > size) builder.truncate(opened.inode, end);
    },
    lost: () => {
      builder.isUncertain(opened.inode);
    },
  };
}

/** sync_file_range is not here: it promises nothing about a power cut (its own manual page). */
function syncing(call: Call, dataOnly: boolean): Ending | undefined {
  const opened = openedAt(call, 0);
  if (opened === undefined || opened.kind === 'stream') return undefined;
  return { ended: call.builder.sync(opened.inode, dataOnly) };
}

function refuseIfRecorded(call: Call, at: number, what: string): undefined {
  if (openedAt(call, at)?.kind === 'file')
    throw new RecordingError(
      `${what} is not modelled: its bytes do not pass through a system call`,
    );
}

function data(call: Call): Uint8Array {
  const strings = call.arguments[1]?.strings ?? [];
  const [only] = strings;
  return only !== undefined && strings.length === 1 ? only : Buffer.concat(strings);
}
