/** What operators learn of signatures that wait for their next level: in /readyz, and as metrics. */
import { Gauge, type Registry } from 'prom-client';
import { WALKS } from './augmentation/augmentation-file.js';
import type { AugmentationBacklog } from './augmentation/signature-follower.js';
import type { UnixMillis } from './base/brand.js';
import type { Clock } from './base/time.js';

/** What is due for longer than this is behind. */
const LATE_MILLIS = 10 * 60_000;

/** Reasons of `readinessOf`; no names, because anyone may ask. */
export function augmentationReasons(
  { due, waiting, setAside, oldest, timeStampFailures }: AugmentationBacklog,
  now: UnixMillis,
): string[] {
  const reasons: string[] = [];
  const count = WALKS.reduce((sum, step) => sum + due[step], waiting);
  if (timeStampFailures > 0)
    reasons.push(`no time-stamp authority answers: ${count} signatures wait, and none is lost`);
  else if (oldest !== null && now - oldest > LATE_MILLIS)
    reasons.push(`${count} signatures wait for time-stamps or validation data: see the log`);
  if (setAside > 0)
    reasons.push(`${setAside} signatures cannot be raised to their next level: see the log`);
  return reasons;
}

/** Read when they are asked for. */
export function augmentationMetrics(
  registry: Registry,
  backlog: () => AugmentationBacklog,
  clock: Clock,
): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: (now: AugmentationBacklog) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(backlog()));
      },
    });
  };
  new Gauge({
    name: 'chirograph_signatures_due',
    help: 'Signatures that a step to a higher level is due for.',
    labelNames: ['step'] as const,
    registers,
    collect() {
      const { due } = backlog();
      for (const step of WALKS) this.set({ step }, due[step]);
    },
  });
  gauge('chirograph_signatures_waiting', 'Signatures whose step is tried again later.', (now) => {
    return now.waiting;
  });
  gauge('chirograph_signatures_set_aside', 'Signatures that cannot be raised.', (now) => {
    return now.setAside;
  });
  gauge(
    'chirograph_signatures_oldest_due_seconds',
    'Age of the oldest signature that is due or waits.',
    ({ oldest }) => (oldest === null ? 0 : Math.max(0, clock.now() - oldest) / 1_000),
  );
  gauge('chirograph_signature_versions', 'Versions appended since the start.', (now) => {
    return now.appended;
  });
  gauge('chirograph_signature_step_failures', 'Steps that failed since the start.', (now) => {
    return now.failed;
  });
}
