/** A replica that relays a log, and may alter what it relays. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Corestore from 'corestore';
import type Hypercore from 'hypercore';
import type { HostileWriter } from './hostile-writer.js';
import { link } from './links.js';
import type { Stage } from './stage.js';

/** What a relay holds, and may alter without Hypercore's knowledge. */
interface Stored {
  write(): { putBlock(index: number, block: Uint8Array): void; flush(): Promise<void> };
}

export interface Relay {
  readonly core: Hypercore;
  replicateWith(stream: object): void;
  /** Puts other bytes in the place of a block. */
  alter(index: number): Promise<void>;
}

/** A Hypercore that knows the log's key only, and has its first blocks. */
export async function relay(stage: Stage, writer: HostileWriter, blocks: number): Promise<Relay> {
  const store = new Corestore(join(stage.root, 'relay'), { allowBackup: true });
  await store.ready();
  const core = store.get({ key: writer.core.key });
  await core.ready();
  const made = link();
  core.replicate(made.ends[0]);
  writer.core.replicate(made.ends[1]);
  await core.download({ start: 0, end: blocks, linear: true }).done();
  await made.close();
  stage.keep({ close: () => store.close() });
  return {
    core,
    replicateWith: (stream: object): void => void core.replicate(stream),
    alter: async (index: number): Promise<void> => {
      const { storage } = core.core as unknown as { storage: Stored };
      const tx = storage.write();
      tx.putBlock(index, randomBytes(200));
      await tx.flush();
    },
  };
}
