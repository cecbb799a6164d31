/** A node that is right but for one named fault: the fuzz must see it, and nothing wrong without it. */
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { sendJson } from '../../../src/api/answer.js';
import { ApiError } from '../../../src/api/api-error.js';
import { createApp, type RouteModule } from '../../../src/api/app.js';
import { problemOf, sendProblem } from '../../../src/api/problem.js';
import { addResource } from '../../../src/api/resource.js';
import { json, problemResponse } from '../../../src/api/schemas.js';
import { type RunningServer, startServer } from '../../../src/api/server.js';
import { silentLogger } from '../../../src/base/logger.js';

export interface NamedFault {
  readonly name: string;
  /** What is said of it. */
  readonly seen: RegExp;
  /** Of things that it is about: not of all, or finding it would be no art. */
  readonly id: RegExp;
  readonly answer: (request: Request, response: Response) => void;
}

export const CANARY = 'zqcanary';
export const HIDDEN = 'hidden';
const KEY = `cg_${'0'.repeat(12)}_${'B'.repeat(43)}`;

const ALL: readonly NamedFault[] = [
  {
    name: 'an error that nobody expected',
    seen: /answers 500 INTERNAL/,
    id: /proto|^constructor|^toString|^hasOwn/,
    answer: () => {
      throw new TypeError('x is not a function');
    },
  },
  {
    name: 'a stack trace in a problem',
    seen: /holds a stack trace/,
    id: /'/,
    answer: (_request, response) => {
      sendProblem(response, new ApiError('REQUEST_INVALID', new Error('oh').stack ?? ''));
    },
  },
  {
    name: 'the data of another tenant in the body',
    seen: /holds the content of another/,
    id: /^[0-9]+$/,
    answer: (_request, response) => {
      sendJson(response, 200, { name: `of ${CANARY}` });
    },
  },
  {
    name: 'the data of another tenant in a header',
    seen: /holds the content of another/,
    id: /%/,
    answer: (_request, response) => {
      response.setHeader('Location', `/v1/things/${CANARY}`);
      sendJson(response, 200, { name: 'x' });
    },
  },
  {
    name: 'an API key that is shown again',
    seen: /holds an API key/,
    id: /^x+$/,
    answer: (_request, response) => {
      sendJson(response, 200, { name: KEY });
    },
  },
  {
    name: 'a path of the machine',
    seen: /holds a path of the machine/,
    id: /\.\.|^[/ ]/,
    answer: (_request, response) => {
      sendProblem(response, new ApiError('REQUEST_INVALID', 'no file /var/lib/node/data'));
    },
  },
  {
    name: 'a value that is none',
    seen: /holds undefined/,
    id: /-/,
    answer: (_request, response) => {
      sendProblem(response, new ApiError('REQUEST_INVALID', `must be ${String(undefined)}`));
    },
  },
  {
    name: 'an object as text',
    seen: /holds an object as text/,
    id: /^\d/,
    answer: (_request, response) => {
      sendJson(response, 200, { name: '[object Object]' });
    },
  },
  {
    name: 'a status that is not described',
    seen: /the status 202 .* is not described/,
    id: /^[a-zN]{4,}$/,
    answer: (_request, response) => {
      sendJson(response, 202, { name: 'x' });
    },
  },
  {
    name: 'a media type that is not described',
    seen: /text\/html is not described for 200/,
    id: /[<>;]/,
    answer: ({ params }, response) => {
      response.type('html').send(`<p>${String(params['ledger']).length}</p>`);
    },
  },
  {
    name: 'a body that is not as described',
    seen: /not as described at \/name: must be string/,
    id: /^\d+$/,
    answer: (_request, response) => {
      sendJson(response, 200, { name: 1 });
    },
  },
  {
    name: 'a body that is no JSON',
    seen: /that is not JSON/,
    id: /^\d+$/,
    answer: (_request, response) => {
      response.type('application/json').send('{"name":"x"');
    },
  },
  {
    name: 'a code that no table has',
    seen: /without a code of the table/,
    id: /["'$*]/,
    answer: (_request, response) => {
      response.status(400).type('application/problem+json').send('{"code":"OOPS"}');
    },
  },
  {
    name: 'a code that no page documents',
    seen: /NOT_ACCEPTABLE is not in docs/,
    id: /e/,
    answer: (_request, response) => {
      sendProblem(response, new ApiError('NOT_ACCEPTABLE', 'none'));
    },
  },
  {
    name: 'back-pressure that does not say how long',
    seen: /answers 503 SERVER_BUSY/,
    id: /\s/,
    answer: (_request, response) => {
      sendProblem(responseWithout(response, 'Retry-After'), new ApiError('SERVER_BUSY', 'busy'));
    },
  },
  {
    name: 'a problem with the id of another request',
    seen: /with another id than its request/,
    id: /[A-Z]/,
    answer: (_request, response) => {
      const problem = problemOf(new ApiError('REQUEST_INVALID', 'no'), 'another');
      response.status(400).type('application/problem+json').send(JSON.stringify(problem));
    },
  },
  {
    name: 'a method that is refused without the others',
    seen: /405 without Allow/,
    id: /./,
    answer: (_request, response) => {
      sendProblem(responseWithout(response, 'Allow'), new ApiError('METHOD_NOT_ALLOWED', 'no'));
    },
  },
  {
    name: 'an answer that is cut',
    seen: /was cut/,
    id: /^0+$/,
    answer: (_request, response) => {
      response.type('application/json').write('{"name":');
      setImmediate(() => response.destroy());
    },
  },
  {
    name: 'an answer that never comes',
    seen: /no answer within/,
    id: /[{[(|&]/,
    answer: () => undefined,
  },
  {
    name: 'a connection that is ended instead',
    seen: /no answer/,
    id: /[^\0-\u00ff]/,
    answer: (request) => {
      request.socket.destroy();
    },
  },
  {
    name: 'a hidden thing that is told from none',
    seen: /answers otherwise than none/,
    id: new RegExp(`^${HIDDEN}$`),
    answer: (_request, response) => {
      sendProblem(response, new ApiError('ROUTE_UNKNOWN', 'it is not for you'));
    },
  },
];

export function namedFaults(): readonly NamedFault[] {
  return ALL;
}

const pathSchema = z.object({ ledger: z.string() });
const thingSchema = z.object({ name: z.string() });

/** @param fault null for a node that is right. */
export function startFaultyNode(fault: NamedFault | null): Promise<RunningServer> {
  const app = createApp({
    logger: silentLogger,
    version: '0.0.0',
    requestTimeoutMillis: 1000,
    modules: [thingsModule(fault)],
  });
  return startServer(app, {
    host: '127.0.0.1',
    port: 0,
    headersTimeoutMillis: 10_000,
    keepAliveTimeoutMillis: 5000,
  });
}

function thingsModule(fault: NamedFault | null): RouteModule {
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/things/:ledger', {
    get: (request, response) => {
      const { ledger: id } = request.params;
      if (typeof id !== 'string') throw new Error('a path has one id');
      if (fault?.id.test(id) === true) fault.answer(request, response);
      else if (id === HIDDEN || id === 'none')
        throw new ApiError('ROUTE_UNKNOWN', 'there is no such thing');
      else sendJson(response, 200, { name: `thing of ${id.length}` });
    },
  });
  return {
    mountPath: '/v1',
    router,
    describe: (registry) => {
      registry.registerPath({
        method: 'get',
        path: '/v1/things/{ledger}',
        request: { params: pathSchema },
        responses: {
          200: { description: 'A thing.', content: json(thingSchema) },
          default: problemResponse,
        },
      });
    },
  };
}

/** One that does not take this header. */
function responseWithout(response: Response, header: string): Response {
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) => (name === header ? response : setHeader(name, value));
  response.removeHeader(header);
  return response;
}
