/** Every planted fault still fits the product: `npm test` plants a few only, and a refactoring may move any. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ACCESS_FAULTS } from '../access/planted-faults.js';
import { BITCOIN_FAULTS } from '../anchoring/bitcoin-faults.js';
import { CALENDAR_FAULTS } from '../anchoring/calendar-faults.js';
import { DEVCHAIN_FAULTS } from '../anchoring/devchain-faults.js';
import { EPOCH_FAULTS } from '../anchoring/epoch-faults.js';
import { ANCHOR_SIGNING_FAULTS } from '../anchoring/signing-faults.js';
import { STAMP_FAULTS } from '../anchoring/stamp-faults.js';
import { AUGMENTATION_FAULTS } from '../augmentation/planted-faults.js';
import { BACKUP_FAULTS } from '../backup/planted-backups.js';
import { WITNESS_FAULTS } from '../checkpoint/planted-faults.js';
import { ATTACHMENT_FAULTS } from '../commands/planted-attachments.js';
import { CLUSTER_FAULTS } from '../deployment/planted-faults.js';
import { SPV_FAULTS } from '../evidence/bitcoin/spv-faults.js';
import { CONTAINER_FAULTS } from '../evidence/container-faults.js';
import { ELECTION_FAULTS } from '../evidence/election-faults.js';
import { KNOWN_BY_FAULTS } from '../evidence/known-by-faults.js';
import { MONITOR_FAULTS } from '../evidence/misbehaviour/monitor-faults.js';
import { FAULTS_OF_TIMESTAMPS } from '../evidence/opentimestamps/planted-faults.js';
import { PLANTED_FAULTS } from '../faults/planted-faults.js';
import { FILES_HTTP_FAULTS } from '../files/http/planted-files-http.js';
import { S3_FAULTS } from '../gateways/planted-faults.js';
import { S3_OPERATION_FAULTS } from '../gateways/s3/operations/planted-faults.js';
import { IDENTITY_FAULTS } from '../identities/planted-faults.js';
import { REHEARSAL_FAULT } from '../interop/rehearsal-fault.js';
import { HANDOVER_FAULTS } from '../ledger/planted-handovers.js';
import { OUTAGE_FAULTS } from '../outages/outage-faults.js';
import { BLIND_PEER_FAULTS } from '../replication/blind-peers/planted-faults.js';
import { CHUNK_FAULTS } from '../replication/chunks/planted-chunks.js';
import { KEEPER_FAULTS } from '../replication/keepers/planted-keepers.js';
import { LINK_FAULTS } from '../replication/links/planted-faults.js';
import { REPLICA_FAULTS } from '../replication/planted-faults.js';
import { MANY_FAULTS } from '../replication/planted-many.js';
import { ERASING_FAULTS } from '../replication/shared/planted-erasing.js';
import { SHARED_FAULTS } from '../replication/shared/planted-faults.js';
import { VOTING_FAULTS } from '../replication/shared/planted-voting.js';
import { ERASURE_FAULTS } from '../retention/planted-erasures.js';
import { RETENTION_FAULTS } from '../retention/planted-faults.js';
import { HOLDER_FAULTS } from '../retention/planted-holders.js';
import { SIGNING_FAULTS } from '../signing/planted-faults.js';
import { VALIDATION_FAULTS } from '../signing/support/validation-faults.js';
import { mutate } from './mutant.js';
import { productRoot } from './product.js';

const ALL = [
  ...Object.values(PLANTED_FAULTS).flat(),
  ...ACCESS_FAULTS,
  ...S3_OPERATION_FAULTS,
  ...ATTACHMENT_FAULTS,
  ...FILES_HTTP_FAULTS,
  ...S3_FAULTS,
  ...IDENTITY_FAULTS,
  ...SIGNING_FAULTS,
  ...VALIDATION_FAULTS,
  ...CONTAINER_FAULTS,
  ...DEVCHAIN_FAULTS,
  ...EPOCH_FAULTS,
  ...STAMP_FAULTS,
  ...BITCOIN_FAULTS,
  ...SPV_FAULTS,
  ...ANCHOR_SIGNING_FAULTS,
  ...ELECTION_FAULTS,
  ...KNOWN_BY_FAULTS,
  ...CALENDAR_FAULTS,
  ...MONITOR_FAULTS,
  ...AUGMENTATION_FAULTS,
  ...FAULTS_OF_TIMESTAMPS,
  ...WITNESS_FAULTS,
  ...OUTAGE_FAULTS,
  ...ERASURE_FAULTS,
  ...ERASING_FAULTS,
  ...HOLDER_FAULTS,
  ...RETENTION_FAULTS,
  ...LINK_FAULTS,
  ...KEEPER_FAULTS,
  ...CHUNK_FAULTS,
  ...BLIND_PEER_FAULTS,
  ...REPLICA_FAULTS,
  ...MANY_FAULTS,
  ...CLUSTER_FAULTS,
  ...SHARED_FAULTS,
  ...VOTING_FAULTS,
  REHEARSAL_FAULT,
  ...BACKUP_FAULTS,
  ...HANDOVER_FAULTS,
];

describe('a planted fault', () => {
  it.each(ALL.map((fault) => [fault.name, fault] as const))(
    'has its place: %s',
    async (_, fault) => {
      const source = await readFile(join(productRoot, 'dist', fault.file), 'utf8');
      expect(mutate(source, fault)).not.toBe(source);
    },
  );
});
