/** Progress of long work, on one line of a terminal; where nobody is looking, nothing. */
import { oneLine, type Terminal } from './terminal.js';

export interface Progress {
  /** Shows the state of the work in place of the last one. */
  readonly show: (text: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

const CLEAR_LINE = '\r\u001b[2K';
const MAX_WIDTH = 78;

export function createProgress({ isInteractive, stderr }: Terminal): Progress {
  if (!isInteractive) return { show: () => undefined, end: () => undefined };
  return {
    show: (text) => {
      stderr(CLEAR_LINE + oneLine(text).slice(0, MAX_WIDTH));
    },
    end: () => {
      stderr(CLEAR_LINE);
    },
  };
}

/** Shown while it lasts. */
export async function withProgress<T>(
  terminal: Terminal,
  act: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = createProgress(terminal);
  try {
    return await act(progress);
  } finally {
    progress.end();
  }
}
