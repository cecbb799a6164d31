import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { CalendarErrorCode } from '../../src/anchoring/calendar-error.js';
import { type ErrorCode, type ProblemKind, PROBLEMS } from '../../src/api/problem-table.js';
import { problemOf } from '../../src/api/problem.js';
import type { WitnessClientErrorCode } from '../../src/checkpoint/witness-client-error.js';
import type { CliErrorCode } from '../../src/cli/cli-error.js';
import type { OutboundErrorCode } from '../../src/keys/outbound-error.js';
import type { RecoveryErrorCode } from '../../src/keys/recovery-error.js';
import type { RevocationErrorCode } from '../../src/keys/revocation-error.js';
import type { TimeStampErrorCode } from '../../src/keys/time-stamp-error.js';
import type { ReplicaErrorCode } from '../../src/replication/replica/replica-error.js';
import type {
  ReplicationErrorCode,
  SharingErrorCode,
} from '../../src/replication/replication-error.js';
import type { ConfigErrorCode } from '../../src/settings/config-error.js';

const page = readFileSync('docs/errors.md', 'utf8');

/** The codes that HTTP never shows. That none is missing here is checked by the compiler. */
const LOCAL_CODES = Object.keys({
  CLI_USAGE: true,
  CLI_INPUT: true,
  CLI_FILE: true,
  CLI_NODE_UNREACHABLE: true,
  CLI_ANSWER_UNUSABLE: true,
  CLI_REFUSED: true,
  CONFIG_UNKNOWN_SETTING: true,
  CONFIG_MALFORMED: true,
  CONFIG_FILE_UNREADABLE: true,
  CONFIG_TLS_UNUSABLE: true,
  CONFIG_SEAL_UNUSABLE: true,
  CONFIG_TRUST_UNUSABLE: true,
  CONFIG_POLICY_UNUSABLE: true,
  CONFIG_REPLICATION_UNUSABLE: true,
  CONFIG_DEVELOPMENT_PARTS: true,
  RECOVERY_SHARE_DAMAGED: true,
  RECOVERY_SHARES_MIXED: true,
  RECOVERY_SHARE_TWICE: true,
  RECOVERY_SHARES_TOO_FEW: true,
  RECOVERY_SHARES_WRONG: true,
  RECOVERY_FORMAT_NEWER: true,
  ESCROW_DAMAGED: true,
  ESCROW_FOREIGN: true,
  ESCROW_OLD: true,
  ESCROW_AHEAD: true,
  ESCROW_MISSING: true,
  OUTBOUND_URL_REFUSED: true,
  OUTBOUND_HOST_REFUSED: true,
  OUTBOUND_ADDRESS_REFUSED: true,
  OUTBOUND_UNRESOLVED: true,
  OUTBOUND_UNREACHABLE: true,
  OUTBOUND_TIMEOUT: true,
  OUTBOUND_CANCELLED: true,
  OUTBOUND_REDIRECTED: true,
  OUTBOUND_STATUS: true,
  OUTBOUND_TOO_LARGE: true,
  OUTBOUND_MEDIA_TYPE: true,
  OUTBOUND_BUSY: true,
  TIME_STAMP_REJECTED: true,
  TIME_STAMP_UNUSABLE: true,
  TIME_STAMP_UNTRUSTED: true,
  TIME_STAMP_CLOCK: true,
  TIME_STAMP_BUDGET_USED: true,
  TIME_STAMP_BUDGET_UNKNOWN: true,
  TIME_STAMP_UNAVAILABLE: true,
  REVOCATION_MALFORMED: true,
  REVOCATION_UNAUTHENTICATED: true,
  REVOCATION_STALE: true,
  REPLICA_ANNOUNCEMENT_MALFORMED: true,
  REPLICA_HEAD_UNVERIFIED: true,
  REPLICA_KEYS_UNVERIFIED: true,
  REPLICA_BUSY: true,
  REPLICA_DIVERGED: true,
  REPLICA_STOPPED: true,
  REPLICA_MEMORY_DAMAGED: true,
  REPLICA_MEMORY_NEWER: true,
  RECEIPT_MALFORMED: true,
  RECEIPT_UNVERIFIED: true,
  WITNESS_WITHOUT_URL: true,
  WITNESS_RESTING: true,
  WITNESS_KNOWS_NOT: true,
  WITNESS_AHEAD: true,
  WITNESS_CONTRADICTS: true,
  WITNESS_ANSWER_UNUSABLE: true,
  CALENDAR_ANSWER_UNUSABLE: true,
  CALENDAR_PROMISE_REFUSED: true,
  CALENDAR_RESTING: true,
  REPLICATION_SETTINGS_MALFORMED: true,
  REPLICATION_PEER_UNREACHABLE: true,
  REPLICATION_DHT_UNUSABLE: true,
  REPLICATION_MESSAGE_MALFORMED: true,
  REPLICATION_UNANSWERED: true,
} satisfies Record<
  | CalendarErrorCode
  | CliErrorCode
  | ConfigErrorCode
  | OutboundErrorCode
  | RecoveryErrorCode
  | Exclude<ReplicationErrorCode, SharingErrorCode>
  | ReplicaErrorCode
  | RevocationErrorCode
  | TimeStampErrorCode
  | WitnessClientErrorCode,
  true
>);

/** The cells of each row of the page's tables whose first cell is a code. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .slice(2, -2)
      .split('|')
      .map((cell) => cell.trim()),
  );

const documented = rows.map(([code = '']) => code.replaceAll('`', ''));

describe('docs/errors.md', () => {
  it('has one row for every code there is, and for no other', () => {
    const codes = [...Object.keys(PROBLEMS), ...LOCAL_CODES];
    expect([...documented].sort()).toEqual([...codes].sort());
  });

  it('gives each code its status, a cause and what to do', () => {
    const kinds: Readonly<Record<string, ProblemKind>> = PROBLEMS;
    for (const [code = '', ...cells] of rows) {
      const kind = kinds[code.replaceAll('`', '')];
      const [status, ...texts] = kind === undefined ? [undefined, ...cells] : cells;
      expect([code, status]).toEqual([code, kind === undefined ? undefined : String(kind.status)]);
      expect(texts).toHaveLength(2);
      for (const text of texts) expect(text).toMatch(/^\S.+\.$/);
    }
  });

  it('shows a problem as the program makes it', () => {
    const example: unknown = JSON.parse(/```json\n([^`]+)```/.exec(page)?.[1] ?? '');
    const kind = PROBLEMS.LEDGER_UNKNOWN;
    expect(example).toMatchObject({
      type: '/problems/ledger-unknown',
      title: kind.title,
      status: kind.status,
      code: 'LEDGER_UNKNOWN' satisfies ErrorCode,
    });
  });
});

describe('problems', () => {
  it('that ask for patience say for how long, and no others do', () => {
    for (const [code, kind] of Object.entries<ProblemKind>(PROBLEMS)) {
      // A read that waits for a ledger to grow may come again as well.
      const isBackPressure = [429, 503].includes(kind.status) || code === 'READ_BEHIND';
      expect([code, kind.retryAfterSeconds !== undefined]).toEqual([code, isBackPressure]);
    }
  });

  it('of what is no operating error are INTERNAL and tell nothing', () => {
    for (const error of [new Error('secret'), 'secret', undefined, { code: 'LEDGER_UNKNOWN' }])
      expect(problemOf(error, 'id')).toEqual({
        type: '/problems/internal',
        title: 'The node failed',
        status: 500,
        code: 'INTERNAL',
        instance: 'id',
      });
  });
});
