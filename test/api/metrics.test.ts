import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { metricsListener } from '../../src/api/metrics-server.js';
import { createMetrics } from '../../src/api/metrics.js';
import { startServer } from '../../src/api/server.js';
import { silentLogger } from '../../src/base/logger.js';

const address = {
  host: '127.0.0.1',
  port: 0,
  headersTimeoutMillis: 1000,
  keepAliveTimeoutMillis: 1000,
};

describe('metrics', () => {
  it('count requests by the template of their route, never by what stands in it', async () => {
    const metrics = createMetrics();
    const app = express();
    app.use(metrics.observe);
    app.get('/v1/subjects/:subject', (_request, response) => {
      response.end();
    });
    const api = await startServer(app, address);
    const monitoring = await startServer(metricsListener(metrics.registry, silentLogger), address);
    await (await fetch(`${api.url}/v1/subjects/customer-4711`)).text();
    await (await fetch(`${api.url}/nowhere/customer-4711`)).text();

    const response = await fetch(`${monitoring.url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    expect(text).toContain(
      'chirograph_http_request_duration_seconds_count{method="GET",route="/v1/subjects/:subject",status="200"} 1',
    );
    expect(text).toContain('route="none",status="404"} 1');
    expect(text).not.toContain('customer-4711');
    expect(text).toContain('process_resident_memory_bytes');

    expect((await fetch(`${monitoring.url}/`)).status).toBe(404);
    expect((await fetch(`${monitoring.url}/metrics`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${api.url}/metrics`)).status).toBe(404);
    await api.stop(0);
    await monitoring.stop(0);
  });
});
