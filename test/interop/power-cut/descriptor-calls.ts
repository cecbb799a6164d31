/** Calls that say what a descriptor, a path or a thread means to those that follow. */
import type { OpenedFile } from './process-table.js';
import type { Argument } from './strace-arguments.js';
import {
  argument,
  type Call,
  type Handler,
  hasFlag,
  modeAt,
  numberAt,
  openedAt,
  pathAt,
} from './system-call.js';
import { RecordingError } from './trace.js';

const STANDARD_DESCRIPTORS = 3;

export const DESCRIPTOR_CALLS: Readonly<Record<string, Handler>> = {
  open: (call) => opening(call, null, 0),
  openat: (call) => opening(call, 0, 1),
  creat: (call) => opening(call, null, 0, 'O_WRONLY|O_CREAT|O_TRUNC'),
  openat2: (call) => {
    if (pathAt(call, 0, 1) !== null) throw new RecordingError('openat2 is not modelled');
    return undefined;
  },
  // The number is free for others before close returns: forget it when it begins.
  close: ({ process, arguments: all }) => {
    process.files.delete(numberAt(all, 0));
    return undefined;
  },
  close_range: ({ process, arguments: all }) => {
    const first = numberAt(all, 0);
    const last = argument(all, 1).text === '~0U' ? Infinity : numberAt(all, 1);
    if (hasFlag(argument(all, 2), 'CLOSE_RANGE_CLOEXEC')) return undefined;
    for (const number of [...process.files.keys()])
      if (number >= first && number <= last) process.files.delete(number);
    return undefined;
  },
  dup: (call) => duplicate(call),
  dup2: (call) => duplicate(call),
  dup3: (call) => duplicate(call),
  fcntl: (call) => {
    const command = argument(call.arguments, 1).text;
    if (command.startsWith('F_DUPFD')) return duplicate(call);
    const opened = openedAt(call, 0);
    if (command !== 'F_SETFL' || opened?.kind !== 'file') return undefined;
    return { ended: (_, all) => (opened.append = hasFlag(argument(all, 2), 'O_APPEND')) };
  },
  lseek: (call) => {
    const opened = openedAt(call, 0);
    return opened?.kind === 'file' ? { ended: (at) => (opened.position = at) } : undefined;
  },
  socket: (call) => connecting(call),
  accept: (call) => connecting(call),
  accept4: (call) => connecting(call),
  socketpair: (call) => ({
    ended: (_, all) => {
      for (const number of argument(all, 3).text.match(/\d+/g) ?? []) connect(call, Number(number));
    },
  }),
  chdir: (call) => {
    const { process } = call;
    const [bytes = new Uint8Array()] = argument(call.arguments, 0).strings;
    const path = Buffer.from(bytes).toString('utf8');
    return {
      ended: () =>
        (process.directory = path.startsWith('/') ? path : `${process.directory}/${path}`),
    };
  },
  umask: ({ process, arguments: all }) => ({ ended: () => (process.umask = modeAt(all, 0)) }),
  clone: (call) => cloning(call),
  clone3: (call) => cloning(call),
  fork: (call) => cloning(call),
  vfork: (call) => cloning(call),
  execve: ({ process }) => ({
    // Whatever else is not closed by it could only be written to by a program that was told its number.
    ended: () => {
      for (const number of [...process.files.keys()])
        if (number >= STANDARD_DESCRIPTORS) process.files.delete(number);
    },
  }),
};

function opening(
  call: Call,
  base: number | null,
  at: number,
  implied?: string,
): ReturnType<Handler> {
  const path = pathAt(call, base, at);
  const { files, umask } = call.process;
  return {
    ended: (descriptor, all) => {
      files.delete(descriptor);
      if (path === null) return;
      const flags: Argument =
        implied === undefined ? argument(all, at + 1) : { text: implied, strings: [] };
      const mode = (): number => modeAt(all, implied === undefined ? at + 2 : at + 1) & ~umask;
      const { builder } = call;
      if (hasFlag(flags, 'O_TMPFILE')) throw new RecordingError('O_TMPFILE is not modelled');
      const inode = hasFlag(flags, 'O_CREAT')
        ? (builder.tree.find(path) ?? builder.create(path, 'file', mode()))
        : builder.tree.get(path);
      if (builder.tree.facts(inode).type === 'directory') {
        files.set(descriptor, { kind: 'directory', inode, path });
        return;
      }
      if (hasFlag(flags, 'O_TRUNC')) builder.truncate(inode, 0);
      const opened: OpenedFile = {
        kind: 'file',
        inode,
        readable: hasFlag(flags, 'O_RDWR'),
        synchronous: hasFlag(flags, 'O_SYNC', 'O_DSYNC'),
        append: hasFlag(flags, 'O_APPEND'),
        position: 0,
      };
      files.set(descriptor, opened);
    },
  };
}

function duplicate(call: Call): ReturnType<Handler> {
  const opened = openedAt(call, 0);
  return {
    ended: (descriptor) => {
      if (opened === undefined) call.process.files.delete(descriptor);
      else call.process.files.set(descriptor, opened);
    },
  };
}

function connecting(call: Call): ReturnType<Handler> {
  return {
    ended: (descriptor) => {
      connect(call, descriptor);
    },
  };
}

function connect(call: Call, descriptor: number): void {
  call.process.files.set(descriptor, { kind: 'stream', connection: call.newConnection() });
}

function cloning(call: Call): ReturnType<Handler> {
  const { processes, thread } = call;
  processes.beginClone(
    thread,
    call.arguments.some(({ text }) => /\bCLONE_FILES\b/.test(text)),
  );
  const end = (child: number | null): void => {
    processes.endClone(thread, child);
  };
  return {
    ended: end,
    failed: () => {
      end(null);
    },
    lost: () => {
      end(null);
    },
  };
}
