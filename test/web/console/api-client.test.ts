import { describe, expect, it } from '@jest/globals';
import { ApiClient, isPossibleKey } from '../../../web/console/api-client.js';
import { AnswerError } from '../../../web/console/json-reading.js';
import { type Problem, problemLine, problemOfError } from '../../../web/console/problem.js';
import { sayIn } from '../../../web/console/say.js';

const NEVER = new AbortController().signal;

interface Asked {
  readonly path: string;
  readonly init: RequestInit;
}

/** A client of a network that gives these answers, one after the other. */
function clientOf(answers: readonly (() => Response)[], key = 'cg_key') {
  const asked: Asked[] = [];
  const waited: number[] = [];
  const client = new ApiClient({
    fetch: (path, init = {}) => {
      asked.push({ path: path instanceof Request ? path.url : path.toString(), init });
      const answer = answers[asked.length - 1];
      return answer === undefined
        ? Promise.reject(new TypeError('no more answers'))
        : Promise.resolve(answer());
    },
    sleep: (_millis, signal) =>
      signal.aborted ? Promise.reject(new Error('ended')) : Promise.resolve(),
    key,
    onWait: (seconds) => waited.push(seconds),
  });
  return { client, asked, waited };
}

const ok =
  (body: string, headers = {}) =>
  (): Response =>
    new Response(body, { headers });
const refusal = (status: number, code: string, retryAfter?: string) => (): Response =>
  new Response(JSON.stringify({ code, title: 'T', detail: 'why', instance: 'r-1' }), {
    status,
    headers: retryAfter === undefined ? {} : { 'Retry-After': retryAfter },
  });

async function problemOf(asking: Promise<unknown>): Promise<Problem> {
  return problemOfError(await asking.catch((error: unknown) => error));
}

describe('a client of the API', () => {
  it('sends its key in a header, the inspection too, and follows nobody elsewhere', async () => {
    const { client, asked } = clientOf([ok('{}'), ok('{}')]);
    expect(await client.get('/v1/x?y=1', NEVER)).toEqual({});
    client.inspection = 'i-1';
    await client.post('/v1/x', { a: 1 }, NEVER);
    expect(asked.map(({ path }) => path)).toEqual(['/v1/x?y=1', '/v1/x']);
    expect(asked[0]?.init).toMatchObject({
      headers: { Authorization: 'Bearer cg_key' },
      redirect: 'error',
      cache: 'no-store',
    });
    expect(asked[1]?.init).toMatchObject({
      method: 'POST',
      body: '{"a":1}',
      headers: { 'Chirograph-Inspection': 'i-1', 'Content-Type': 'application/json' },
    });
  });

  it('sends no key where there is none: a certificate may speak', async () => {
    const { client, asked } = clientOf([ok('{}')], '');
    await client.get('/v1/x', NEVER);
    expect(asked[0]?.init.headers).toEqual({});
  });

  it('waits as long as a busy node asks for, three times at most', async () => {
    const busy = refusal(503, 'SERVER_BUSY', '2');
    const calm = clientOf([busy, refusal(429, 'REQUEST_RATE_LIMITED', '3'), ok('{"a":1}')]);
    expect(await calm.client.get('/', NEVER)).toEqual({ a: 1 });
    expect(calm.waited).toEqual([2, 3]);
    const never = clientOf([busy, busy, busy, ok('{}')]);
    expect((await problemOf(never.client.get('/', NEVER))).code).toBe('SERVER_BUSY');
    expect(never.asked).toHaveLength(3);
  });

  it.each([
    ['asks for long', refusal(429, 'LOGIN_RATE_LIMITED', '60')],
    ['does not say how long', refusal(503, 'SERVER_BUSY')],
    ['names a date', refusal(503, 'SERVER_BUSY', 'Wed, 21 Oct 2026 07:28:00 GMT')],
    ['says that it is somebody’s fault', refusal(400, 'REQUEST_INVALID', '1')],
  ])('does not wait for a node that %s', async (_what, answer) => {
    const { client, asked, waited } = clientOf([answer, ok('{}')]);
    expect(await problemOf(client.get('/', NEVER))).toMatchObject({ detail: 'why' });
    expect(asked).toHaveLength(1);
    expect(waited).toEqual([]);
  });

  it('waits no longer once its question is ended', async () => {
    const { client, asked } = clientOf([refusal(503, 'SERVER_BUSY', '2'), ok('{}')]);
    await expect(client.get('/', AbortSignal.abort())).rejects.toThrow('ended');
    expect(asked).toHaveLength(1);
  });

  it('takes the name of a file from the node, if it is a plain one', async () => {
    const named = (name: string) =>
      ok('x', { 'Content-Disposition': `attachment; filename="${name}"` });
    const { client } = clientOf([named('kyc-2.csv'), named('../../etc/passwd'), ok('x')]);
    const names = [];
    for (let at = 0; at < 3; at++) names.push((await client.download('/', NEVER)).name);
    expect(names).toEqual(['kyc-2.csv', null, null]);
  });

  it('knows what cannot be a key before it is sent', () => {
    expect(['', 'cg_0123456789ab_x', 'eyJ.eyJ.sig'].every(isPossibleKey)).toBe(true);
    expect(['a b', 'ä', 'a\nb', 'x'.repeat(8193)].some(isPossibleKey)).toBe(false);
  });
});

describe('a problem', () => {
  const say = sayIn('en');

  it('is one line: code, advice, what the node knows more of, and the request', async () => {
    const { client } = clientOf([refusal(403, 'ACCESS_DENIED')]);
    expect(problemLine(await problemOf(client.get('/', NEVER)), say)).toEqual({
      code: 'ACCESS_DENIED',
      advice: 'The key does not allow this.',
      detail: 'why',
      more: '(Request r-1)',
    });
  });

  it('of a code that the page has no words for is told in the node’s', async () => {
    const { client } = clientOf([refusal(409, 'SOMETHING_NEW'), refusal(429, 'X', '60')]);
    const line = problemLine(await problemOf(client.get('/', NEVER)), say);
    expect(line).toMatchObject({ code: 'SOMETHING_NEW', advice: null, detail: 'why' });
    const { more } = problemLine(await problemOf(client.get('/', NEVER)), say);
    expect(more).toBe('Try again in 60 s. (Request r-1)');
  });

  it.each([
    ['a network that fails', [], 'NETWORK'],
    ['an answer that is no JSON', [ok('<html>')], 'ANSWER_UNUSABLE'],
    [
      'a refusal by something else',
      [() => new Response('<html>', { status: 502 })],
      'ANSWER_UNUSABLE',
    ],
  ] as const)('is made of %s', async (_what, answers, code) => {
    expect((await problemOf(clientOf(answers).client.get('/', NEVER))).code).toBe(code);
  });

  it('is made of an answer that is not as described, and of a fault of ours', () => {
    expect(problemOfError(new AnswerError('x')).code).toBe('ANSWER_UNUSABLE');
    expect(problemOfError(new RangeError('x')).code).toBe('BROKEN');
  });
});
