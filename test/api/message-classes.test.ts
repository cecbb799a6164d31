import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { messageClassesOf } from '../../src/api/message-classes.js';

describe('the classes of an app’s requests and responses', () => {
  it('are what the app makes of Node’s own, from the beginning', async () => {
    const app = express();
    const classes = messageClassesOf(app);
    const before: unknown[] = [];
    app.get('/path', (request, response) => {
      expect(Object.getPrototypeOf(request)).toBe(classes.IncomingMessage.prototype);
      expect(request).toBeInstanceOf(IncomingMessage);
      expect(response).toBeInstanceOf(ServerResponse);
      response.status(201).json({ path: request.path, type: request.get('X-Type') });
    });
    const server = createServer({ ...classes }, (request, response) => {
      before.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
      app(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const answer = await fetch(`http://127.0.0.1:${port}/path`, { headers: { 'X-Type': 'a' } });
    expect([answer.status, await answer.json()]).toEqual([201, { path: '/path', type: 'a' }]);
    // If they were changed afterwards, all of this would work, and take four times as long.
    expect(before).toEqual([classes.IncomingMessage.prototype, classes.ServerResponse.prototype]);
    expect(before).toEqual([app.request, app.response]);
    server.close();
    server.closeAllConnections();
  });
});
