/** The node's TLS certificate, key and client authorities, from the files that the operator names. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { secureContext, type TlsMaterial } from './api/tls.js';
import { systemErrorCode } from './base/system-error.js';
import type { Config } from './config.js';
import { ConfigError } from './settings/config-error.js';
import { environmentName } from './settings/setting.js';
import type { SettingName } from './settings/settings-table.js';

type TlsConfig = Pick<Config, 'tlsCertificate' | 'tlsKey' | 'tlsClientCa'>;

/**
 * Null where the node speaks plain HTTP.
 * @throws ConfigError CONFIG_TLS_UNUSABLE, naming the setting: a file that cannot be read, is no PEM of
 * what it should be, or a key that is not the certificate's.
 */
export async function readTlsFiles(config: TlsConfig): Promise<TlsMaterial | null> {
  const { tlsCertificate, tlsKey, tlsClientCa } = config;
  if (tlsCertificate === undefined || tlsKey === undefined) return null;
  const material = {
    certificate: await readCertificates('tlsCertificate', tlsCertificate),
    key: await readBounded('tlsKey', tlsKey),
    clientCa: tlsClientCa === undefined ? null : await readCertificates('tlsClientCa', tlsClientCa),
  };
  try {
    createSecureContext(secureContext(material));
  } catch (cause) {
    throw unusable('tlsKey', "not the certificate's private key as unencrypted PEM", cause);
  }
  return material;
}

/** Node takes a file without any certificate for an empty list, and then nobody could log in. */
async function readCertificates(name: SettingName, path: string): Promise<Uint8Array> {
  const bytes = await readBounded(name, path);
  const blocks = bytes.toString('latin1').match(PEM_CERTIFICATE) ?? [];
  if (blocks.length === 0) throw unusable(name, 'without a certificate in PEM');
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch (cause) {
    throw unusable(name, 'with a certificate that cannot be read', cause);
  }
  return bytes;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
/** The authorities of a whole country fit in. */
const MAX_FILE_BYTES = 1024 * 1024;

async function readBounded(name: SettingName, path: string): Promise<Buffer> {
  try {
    const bytes = await readFile(path);
    if (bytes.length <= MAX_FILE_BYTES) return bytes;
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === null) throw cause;
    throw unusable(name, `that cannot be read (${code})`, cause);
  }
  throw unusable(name, 'larger than any');
}

function unusable(name: SettingName, flaw: string, cause?: unknown): ConfigError {
  return new ConfigError('CONFIG_TLS_UNUSABLE', `${environmentName(name)} names a file ${flaw}`, {
    cause,
  });
}
