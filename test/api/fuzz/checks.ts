/**
 * Whether an answer is one that the description and the rules of the API allow. Each check says in a few
 * words what is wrong; `checks.test.ts` shows of each that it can.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { isErrorCode, PROBLEMS, type ProblemKind } from '../../../src/api/problem-table.js';
import { type Description, isDescribedPath, type Operation, operationAt } from './description.js';
import type { FuzzRequest } from './fuzz-request.js';
import type { FuzzAnswer } from './send.js';

export type Check = (request: FuzzRequest, answer: FuzzAnswer) => string[];

const PROBLEM = 'application/problem+json';
const NDJSON = 'application/x-ndjson';

/** The only answers above 499, and never without a time to come again. */
const BACK_PRESSURE: ReadonlySet<string> = new Set([
  'SERVER_BUSY',
  'LEDGER_PUSHBACK',
  'KEYS_VAULT_PUSHBACK',
  'VIEW_BEHIND',
]);

/** @param documentedCodes those that docs/errors.md has a row for. */
export function createCheck(description: Description, documentedCodes: ReadonlySet<string>): Check {
  const bodies = bodyChecks(description);
  return (request, answer) => {
    const operation = operationAt(description, request.method, request.target);
    const type = essence(header(answer, 'content-type'));
    const isProblem = type === PROBLEM;
    return [
      ...(answer.isCut ? ['was cut'] : []),
      ...lengthFaults(request, answer),
      ...(isProblem ? problemFaults(request, answer, documentedCodes) : []),
      ...statusFaults(request, answer, isDescribedPath(description, request.target), operation),
      ...(operation === null || isProblem || request.method === 'HEAD'
        ? []
        : bodies(operation, answer, type)),
      ...(header(answer, 'x-powered-by') === null ? [] : ['says what it is made with']),
    ];
  };
}

/** The bytes of an answer that may tell two questions apart: all but those of the one request. */
export function shownIn({ status, headers, body }: FuzzAnswer): string {
  const id = headers.find(([name]) => name === 'x-request-id')?.[1] ?? '?';
  const shown = headers.filter(([name]) => name !== 'date' && name !== 'x-request-id');
  const text = `${shown.map((pair) => pair.join(': ')).join('\n')}\n\n${Buffer.from(body).toString('latin1')}`;
  return `${status}\n${text.replaceAll(id, 'ID')}`;
}

function statusFaults(
  { method }: FuzzRequest,
  answer: FuzzAnswer,
  isThere: boolean,
  operation: Operation | null,
): string[] {
  const { status, body } = answer;
  const type = essence(header(answer, 'content-type'));
  if (operation === null) {
    // The middle of the app answers a path's other methods, and paths that are not there.
    if (method === 'OPTIONS' && isThere && status === 204 && header(answer, 'allow') !== null)
      return [];
    return status >= 400 && type === PROBLEM
      ? []
      : [`undescribed: ${method} gives ${status} ${type ?? ''}`];
  }
  const described =
    operation.responses[String(status)] ??
    (type === PROBLEM && status >= 400 ? operation.responses['default'] : undefined);
  // HTTP itself refuses on behalf of every operation: those that need no key describe no problem.
  if (described === undefined && type === PROBLEM && status >= 400 && status < 500) return [];
  if (described === undefined)
    return [`the status ${status} (${type ?? 'no content'}) is not described`];
  const types = Object.keys(described.content ?? {}).map(essence);
  if (types.length === 0)
    return body.length === 0 ? [] : [`the status ${status} is described without content`];
  return types.includes(type)
    ? []
    : [`the media type ${type ?? 'none'} is not described for ${status}`];
}

function problemFaults(
  { method }: FuzzRequest,
  answer: FuzzAnswer,
  documentedCodes: ReadonlySet<string>,
): string[] {
  const { status } = answer;
  if (method === 'HEAD') return status >= 500 && status !== 503 ? [`answers ${status}`] : [];
  const problem = parsed(Buffer.from(answer.body).toString());
  if (problem === null) return ['a problem that is not JSON'];
  const { code, instance, type } = problem;
  if (typeof code !== 'string' || !isErrorCode(code))
    return ['a problem without a code of the table'];
  const kind: ProblemKind = PROBLEMS[code];
  const retryAfter = header(answer, 'retry-after');
  return [
    ...(status < 500 || (BACK_PRESSURE.has(code) && /^\d+$/.test(retryAfter ?? ''))
      ? []
      : [`answers ${status} ${code}`]),
    ...(kind.status === status && problem['status'] === status
      ? []
      : [`${code} with the status ${status}`]),
    ...(documentedCodes.has(code) ? [] : [`${code} is not in docs/errors.md`]),
    ...(instance === header(answer, 'x-request-id')
      ? []
      : ['a problem with another id than its request']),
    ...(type === `/problems/${code.toLowerCase().replaceAll('_', '-')}`
      ? []
      : ['a problem of another type than its code']),
    ...(status === 405 && header(answer, 'allow') === null ? ['405 without Allow'] : []),
    ...(status === 401 && header(answer, 'www-authenticate') === null
      ? ['401 without WWW-Authenticate']
      : []),
  ];
}

function lengthFaults({ method }: FuzzRequest, answer: FuzzAnswer): string[] {
  if (header(answer, 'x-request-id') === null) return ['has no X-Request-Id'];
  const isBodiless = method === 'HEAD' || answer.status === 204 || answer.status === 304;
  return isBodiless && answer.body.length > 0 ? ['has a body where none may be'] : [];
}

type BodyCheck = (operation: Operation, answer: FuzzAnswer, type: string | null) => string[];

/** What is JSON is as its schema says; of NDJSON each line is. */
function bodyChecks({ document }: Description): BodyCheck {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  formats.default(ajv);
  ajv.addSchema(document, 'node');
  const compiled = new Map<string, ValidateFunction>();
  const validatorAt = (pointer: string): ValidateFunction => {
    const found = compiled.get(pointer) ?? ajv.compile({ $ref: `node#${pointer}` });
    compiled.set(pointer, found);
    return found;
  };
  return ({ path, method, responses }, { status, body }, type) => {
    const contents = responses[String(status)]?.content ?? {};
    const written = Object.keys(contents).find((one) => essence(one) === type);
    if (written === undefined || (type !== 'application/json' && type !== NDJSON)) return [];
    const steps = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      String(status),
      'content',
      written,
      'schema',
    ];
    const validate = validatorAt(
      steps
        .map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
        .join(''),
    );
    const text = Buffer.from(body).toString();
    const lines = type === NDJSON ? text.split('\n').filter((line) => line !== '') : [text];
    return lines.flatMap((line) => {
      const value = parsed(line);
      if (value === null) return [`a body of ${type} that is not JSON`];
      if (validate(value)) return [];
      const [error] = validate.errors ?? [];
      return [`not as described at ${error?.instancePath ?? ''}: ${error?.message ?? ''}`];
    });
  };
}

function header({ headers }: FuzzAnswer, wanted: string): string | null {
  return headers.find(([name]) => name === wanted)?.[1] ?? null;
}

/** A media type without its parameters. */
function essence(type: string | null): string | null {
  return type?.split(';')[0]?.trim().toLowerCase() ?? null;
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
