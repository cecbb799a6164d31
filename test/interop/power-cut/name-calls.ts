/** Calls that give and take names. */
import {
  type Call,
  type Ending,
  type Handler,
  hasFlag,
  modeAt,
  openedAt,
  pathAt,
} from './system-call.js';
import { type NameChange, RecordingError } from './trace.js';

export const NAME_CALLS: Readonly<Record<string, Handler>> = {
  mkdir: (call) => makingDirectory(call, null, 0),
  mkdirat: (call) => makingDirectory(call, 0, 1),
  unlink: (call) => removing(call, null, 0),
  rmdir: (call) => removing(call, null, 0),
  unlinkat: (call) => removing(call, 0, 1),
  rename: (call) => renaming(call, pathAt(call, null, 0), pathAt(call, null, 1)),
  renameat: (call) => renaming(call, pathAt(call, 0, 1), pathAt(call, 2, 3)),
  renameat2: (call) => renaming(call, pathAt(call, 0, 1), pathAt(call, 2, 3)),
  link: (call) => linking(call, pathAt(call, null, 0), pathAt(call, null, 1)),
  linkat: (call) => linking(call, pathAt(call, 0, 1), pathAt(call, 2, 3)),
  symlink: (call) => {
    refuseSymbolicLink(pathAt(call, null, 1));
  },
  symlinkat: (call) => {
    refuseSymbolicLink(pathAt(call, 1, 2));
  },
  chmod: (call) => changingMode(call, pathAt(call, null, 0), 1),
  fchmodat: (call) => changingMode(call, pathAt(call, 0, 1), 2),
  fchmod: (call) => {
    const opened = openedAt(call, 0);
    if (opened === undefined || opened.kind === 'stream') return undefined;
    return setMode(call, opened.inode, 1);
  },
};

function makingDirectory(call: Call, base: number | null, at: number): Ending | undefined {
  const path = pathAt(call, base, at);
  if (path === null) return undefined;
  return naming(call, () => {
    call.builder.create(path, 'directory', modeAt(call.arguments, at + 1) & ~call.process.umask);
  });
}

function removing(call: Call, base: number | null, at: number): Ending | undefined {
  const path = pathAt(call, base, at);
  if (path === null) return undefined;
  const { builder } = call;
  return naming(call, () => {
    // Asked for only so that a name we know nothing of is noticed.
    builder.tree.get(path);
    builder.names([builder.tree.naming(path, null)]);
  });
}

function renaming(call: Call, from: string | null, to: string | null): Ending | undefined {
  if (from === null && to === null) return undefined;
  if (from === null || to === null)
    throw new RecordingError('a rename into or out of the recorded directories is not modelled');
  const flags = call.arguments[4];
  const exchanges = flags !== undefined && hasFlag(flags, 'RENAME_EXCHANGE');
  const { builder } = call;
  return naming(call, () => {
    const { tree } = builder;
    const moved = tree.get(from);
    const replaced = tree.find(to);
    // rename(2): two names of one file are left as they are.
    if (moved === replaced) return;
    const changes: NameChange[] = [
      tree.naming(from, exchanges ? replaced : null),
      tree.naming(to, moved),
    ];
    builder.names(changes);
  });
}

function linking(call: Call, from: string | null, to: string | null): Ending | undefined {
  if (to === null) return undefined;
  if (from === null) throw new RecordingError('a link to a file that is not recorded');
  const { builder } = call;
  return naming(call, () => {
    builder.names([builder.tree.naming(to, builder.tree.get(from))]);
  });
}

function refuseSymbolicLink(path: string | null): undefined {
  if (path !== null) throw new RecordingError('symbolic links are not modelled');
}

function changingMode(call: Call, path: string | null, at: number): Ending | undefined {
  return path === null ? undefined : setMode(call, call.builder.tree.get(path), at);
}

function setMode(call: Call, inode: number, at: number): Ending {
  const { tree } = call.builder;
  return { ended: () => (tree.facts(inode).mode = modeAt(call.arguments, at)) };
}

function naming(call: Call, change: () => void): Ending {
  return {
    ended: change,
    lost: () => {
      call.builder.namesAreUncertain();
    },
  };
}
