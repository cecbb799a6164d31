/** What went wrong, as the node says it (RFC 9457) or as the page finds it, and the one line that is shown of it. */
import { AnswerError } from './json-reading.js';
import { isMessageCode, type Say } from './say.js';

export interface Problem {
  /** Of the node, or `NETWORK`, `ANSWER_UNUSABLE` or `BROKEN`. */
  readonly code: string;
  readonly status: number | null;
  /** The node's own words, in English. */
  readonly detail: string | null;
  /** Id of the request, which the node's log has too. */
  readonly request: string | null;
  readonly retryAfterSeconds: number | null;
}

/** Carries a problem through promises. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

/** @param body of an answer that is no success; anything, where it does not come from a node. */
export function problemOfAnswer(
  status: number,
  body: unknown,
  retryAfterSeconds: number | null,
): Problem {
  const { code, title, detail, instance } =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  return {
    code: textOr(code, 'ANSWER_UNUSABLE'),
    status,
    detail: textOr(detail, null) ?? textOr(title, null),
    request: textOr(instance, null),
    retryAfterSeconds,
  };
}

/** Of whatever a question failed with. */
export function problemOfError(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const none = { status: null, detail: null, request: null, retryAfterSeconds: null };
  if (error instanceof AnswerError) return { ...none, code: 'ANSWER_UNUSABLE' };
  // `fetch` says nothing more of a network that fails than this.
  return { ...none, code: error instanceof TypeError ? 'NETWORK' : 'BROKEN' };
}

export interface ProblemLine {
  readonly code: string;
  /** What it means and what to do, in the language of the page. */
  readonly advice: string | null;
  /** What the node says, in English. */
  readonly detail: string | null;
  readonly more: string;
}

export function problemLine(problem: Problem, say: Say): ProblemLine {
  const { code, detail, request, retryAfterSeconds } = problem;
  const hint = `problem.${code}`;
  const advice = isMessageCode(hint) ? say(hint) : null;
  const more = [
    ...(retryAfterSeconds === null ? [] : [say('problem.retry', { seconds: retryAfterSeconds })]),
    ...(request === null ? [] : [say('problem.request', { request })]),
  ];
  const isShown = advice === null || DETAILED.has(code);
  return { code, advice, detail: isShown ? detail : null, more: more.join(' ') };
}

/** Where the node knows more than the page: which roles may, which number is too large. */
const DETAILED: ReadonlySet<string> = new Set([
  'ACCESS_DENIED',
  'INSPECTION_OUT_OF_SCOPE',
  'LEDGER_SIZE_UNKNOWN',
  'QUERY_TOO_BROAD',
]);

function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}
