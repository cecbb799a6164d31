/** What an operator's monitoring reads of the S3 port. */
import { Counter, Histogram, type Registry } from 'prom-client';

export interface S3Metrics {
  /** @param operation its name, or `none` of what named none. */
  answered(about: { operation: string; status: number; seconds: number }): void;
  /** Bytes on the wire, headers and all. */
  moved(direction: 'in' | 'out', bytes: number): void;
}

/** Up to what a part of many megabytes takes. */
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300];

export function s3Metrics(registry: Registry): S3Metrics {
  const registers = [registry];
  const duration = new Histogram({
    name: 'chirograph_s3_request_duration_seconds',
    help: 'From the first byte of a request until the last of its answer.',
    labelNames: ['operation', 'status'] as const,
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const bytes = new Counter({
    name: 'chirograph_s3_bytes_total',
    help: 'Bytes that came over connections to the S3 port (in) and went (out).',
    labelNames: ['direction'] as const,
    registers,
  });
  return {
    answered: ({ operation, status, seconds }) => {
      duration.observe({ operation, status: `${Math.floor(status / 100)}xx` }, seconds);
    },
    moved: (direction, count) => {
      bytes.inc({ direction }, count);
    },
  };
}
