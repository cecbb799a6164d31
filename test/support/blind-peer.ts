/** Blind peers of Holepunch's own program, each a process, on a DHT of this process. */
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';

const PROGRAM = fileURLToPath(new URL('./blind-peer-process.mjs', import.meta.url));

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface BlindPeerProcess {
  /** Hex; the same again in the same directory. */
  readonly key: string;
  /** At once, or after what it has taken was put away. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

export interface BlindPeerOptions {
  readonly maxBytes?: number;
  readonly refuses?: boolean;
}

export async function startBlindPeer(
  directory: string,
  bootstrap: readonly HostPort[],
  { maxBytes = 1_000_000_000, refuses = false }: BlindPeerOptions = {},
): Promise<BlindPeerProcess> {
  const settings = { directory, bootstrap, maxBytes, refuses };
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => {
      resolve();
    });
  });
  const key = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      // Hypercore has lines of its own.
      if (line.startsWith('{')) resolve((JSON.parse(line) as { key: string }).key);
    });
    child.on('close', (code) => {
      reject(new Error(`the blind peer ended with ${code}`));
    });
  });
  return {
    key,
    end: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
}

/** Whether a text, or bytes, lie anywhere in a directory, as it is. */
export async function holdsText(directory: string, text: string | Uint8Array): Promise<boolean> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  expect(files).not.toEqual([]);
  for (const file of files)
    if ((await readFile(join(file.parentPath, file.name))).includes(Buffer.from(text))) return true;
  return false;
}
