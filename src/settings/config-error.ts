/** Settings that cannot be used. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type ConfigErrorCode =
  /** A setting that does not exist, named. */
  | 'CONFIG_UNKNOWN_SETTING'
  /** A setting whose value is not what it must be, or does not go with another one. */
  | 'CONFIG_MALFORMED'
  /** chirograph.config.json cannot be read. */
  | 'CONFIG_FILE_UNREADABLE'
  /** A file of the node's certificate, key or client authorities that cannot be used. */
  | 'CONFIG_TLS_UNUSABLE'
  /** A file of the seal that cannot be used. */
  | 'CONFIG_SEAL_UNUSABLE'
  /** The trust file for signatures and time-stamps cannot be used. */
  | 'CONFIG_TRUST_UNUSABLE'
  /** The file of `witnessPolicy` cannot be read, or is no policy. */
  | 'CONFIG_POLICY_UNUSABLE'
  /** The file of `replication` cannot be read, or is not what it should be. */
  | 'CONFIG_REPLICATION_UNUSABLE'
  /** A part made for development, in production. */
  | 'CONFIG_DEVELOPMENT_PARTS';

export class ConfigError extends ChirographError<ConfigErrorCode> {}
