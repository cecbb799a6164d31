/** What the command line may touch of its process; handed in, so that tests can be the terminal. */

export interface Terminal {
  /** Whole lines, each with its line feed: results and nothing else. */
  readonly stdout: (text: string) => void;
  /** What people should know beside the result. */
  readonly stderr: (text: string) => void;
  /** Whether a person is reading stderr as it comes. */
  readonly isInteractive: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Exit codes: done or verified; the answer is no; unusable input or configuration. */
export const EXIT = { done: 0, no: 1, unusable: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A text that came from elsewhere, made fit for one line of a terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
}
