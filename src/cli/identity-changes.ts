/** Changes that an identity signs itself, or its quorum: registration, keys, certificates, who recovers it, the end. */
import { type Command, Option } from 'commander';
import { toBase64 } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { REVOCATION_REASONS } from '../identities/identity-event.js';
import { repeated } from './command-help.js';
import { readCertificateSigner } from './identity-certificate.js';
import { follow, type IdentityFlags, send, signedBy } from './identity-events.js';
import { readIdentityKey } from './identity-keys.js';
import { type KeysFlags, keysOf, recoveryOf, withRecovery } from './identity-new-keys.js';
import { withNodeOptions } from './node-options.js';
import type { Terminal } from './terminal.js';

interface Flags extends IdentityFlags, KeysFlags {
  readonly new?: string;
  readonly old?: string;
  readonly purpose?: readonly string[];
  readonly name?: string;
  readonly reason?: string;
  readonly since?: string;
  readonly certificate?: string;
  readonly certificateKey?: string;
}

export function addRegisterCommand(identity: Command, terminal: Terminal): void {
  withRecovery(
    withNodeOptions(identity.command('register'))
      .requiredOption('--update <file>', 'private key that changes the identity, PEM')
      .option('--sign <file>', 'private key that signs records, PEM; may be repeated', repeated),
  )
    .option('--name <text>', 'what people call it')
    .description('register an identity with its keys')
    .action(async (flags: Flags) => {
      const { keys, signers } = await keysOf(flags);
      const { name } = flags;
      const named = name === undefined ? {} : { name };
      const change = { action: 'register', keys, ...recoveryOf(flags), ...named };
      const signed = signedBy({ $v: 1, sequence: 0, ...change }, signers);
      await send(terminal, flags, '/v1/identities', signed);
    });
}

export function addChangeCommands(identity: Command, terminal: Terminal): void {
  const change = (name: string, description: string): Command =>
    withNodeOptions(identity.command(name).argument('<id>', 'of the identity'))
      .requiredOption(
        '--by <file>',
        'private key that may change it, PEM; may be repeated',
        repeated,
      )
      .description(description);

  change('add-key', 'add a key')
    .requiredOption('--new <file>', 'the new private key, PEM')
    .requiredOption('--purpose <purpose>', 'sign, update or messaging; may be repeated', repeated)
    .option('--name <text>', 'what the identity calls it')
    .action(async (id: string, flags: Flags) => {
      const fresh = await readIdentityKey(flags.new ?? '');
      const named = flags.name === undefined ? {} : { id: flags.name };
      const key = { key: fresh.did, purposes: flags.purpose ?? [], ...named };
      await follow(terminal, flags, id, { action: 'add-key', key }, [fresh.sign]);
    });

  change('rotate', 'put a new key in the place of another')
    .requiredOption('--old <did>', 'the did:key that goes')
    .requiredOption('--new <file>', 'the new private key, PEM')
    .action(async (id: string, flags: Flags) => {
      const fresh = await readIdentityKey(flags.new ?? '');
      const event = { action: 'rotate-key', old: flags.old ?? '', key: fresh.did };
      await follow(terminal, flags, id, event, [fresh.sign]);
    });

  withReason(change('revoke-key', 'take a key out of use'))
    .requiredOption('--old <did>', 'the did:key that goes')
    .action(async (id: string, flags: Flags) => {
      const event = { action: 'revoke-key', key: flags.old ?? '', ...reasonOf(flags) };
      await follow(terminal, flags, id, event);
    });

  withReason(change('revoke', 'revoke the identity, for good')).action(
    async (id: string, flags: Flags) => {
      await follow(terminal, flags, id, { action: 'revoke', ...reasonOf(flags) });
    },
  );

  withRecovery(change('set-recovery', 'name who recovers it: only the quorum there is can')).action(
    async (id: string, flags: Flags) => {
      await follow(terminal, flags, id, { action: 'set-recovery', ...recoveryOf(flags) });
    },
  );

  change('bind', 'bind an X.509 certificate, whose key signs it too')
    .requiredOption('--certificate <file>', 'the certificate, PEM or DER')
    .requiredOption('--certificate-key <file>', 'its private key (P-256, P-384 or RSA), PEM')
    .action(async (id: string, flags: Flags) => {
      const { certificate = '', certificateKey = '' } = flags;
      const bound = await readCertificateSigner(certificate, certificateKey);
      const event = { action: 'bind-certificate', certificate: toBase64(bound.der) };
      await follow(terminal, flags, id, event, [bound.sign]);
    });
}

function withReason(command: Command): Command {
  return command
    .addOption(
      new Option('--reason <reason>', 'why').choices(REVOCATION_REASONS).default('unspecified'),
    )
    .option('--since <instant>', 'of what is compromised: from when on it is not to be trusted');
}

function reasonOf({ reason = '', since }: Flags): JsonObject {
  return { reason, ...(since !== undefined && { since }) };
}
