/** What a node has one of in its key store: seal, embedded authority, anchor key, and what it remembers of itself. */
import { toBase64 } from '../../base/bytes.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { arrayOf, base64Of, BOOLEAN, COUNT, type JsonMembers } from '../../base/json-members.js';
import { randomBytes, type RandomSource } from '../../base/random.js';
import { keyPairOf } from '../key-pair.js';
import type {
  AnchorKey,
  DevelopmentAuthorityKeys,
  GroupPromise,
  ReplicationKeys,
  SealKeys,
} from '../key-store.js';
import { KeysError } from '../keys-error.js';
import { type Mark, markContent, NODE_ID, readMark } from '../mark.js';
import {
  isPromiseFile,
  ORIGIN,
  promiseContent,
  promiseFile,
  readPromise,
} from './group-promise.js';
import type { KeyDirectory } from './key-directory.js';
import { missingKeyFile } from './key-file.js';
import { KEY, KEY_LENGTH } from './key-names.js';
import { noteKeyOf } from './log-key-files.js';
import { NODE_FILE, type NodeFile, nodeContent } from './node-file.js';

const DER = base64Of();
const MAX_CHAIN = 10;
const DEVELOPMENT_AUTHORITY = 'development-authority.json';
const ANCHOR = 'anchor.json';
const REPLICATION = 'replication.json';
const OLD_ANCHOR = /^anchor\.([1-9][0-9]{0,8})\.json$/;

export class NodeKeyFiles {
  readonly nodeId: string;
  readonly #keys: KeyDirectory;
  /** Files that a node has one of, and that have been written: one that is missing was lost. */
  readonly #ownFiles: Set<string>;

  constructor(keys: KeyDirectory, { nodeId, files }: NodeFile) {
    this.#keys = keys;
    this.nodeId = nodeId;
    this.#ownFiles = new Set(files);
  }

  /** Names of files that are there, or should be. */
  async names(): Promise<readonly string[]> {
    return [...new Set([...(await this.#keys.names()), ...this.#ownFiles])].sort();
  }

  async sealKeys(): Promise<SealKeys | null> {
    return this.#readOwn('seal.json', (members) => ({
      certificate: members.required('certificate', DER),
      chain: members.required('chain', arrayOf(DER, MAX_CHAIN)),
      isDevelopment: members.required('development', BOOLEAN),
      privateKey: members.required('privateKey', DER),
    }));
  }

  async putSealKeys({ certificate, chain, isDevelopment, privateKey }: SealKeys): Promise<void> {
    await this.#writeOwn('seal.json', {
      certificate: toBase64(certificate),
      chain: chain.map(toBase64),
      development: isDevelopment,
      privateKey: toBase64(privateKey),
    });
  }

  async developmentAuthority(): Promise<DevelopmentAuthorityKeys | null> {
    return this.#readOwn(DEVELOPMENT_AUTHORITY, (members) => ({
      caCertificate: members.required('caCertificate', DER),
      caPrivateKey: members.required('caPrivateKey', DER),
      timeStampCertificate: members.required('timeStampCertificate', DER),
      timeStampPrivateKey: members.required('timeStampPrivateKey', DER),
    }));
  }

  async putDevelopmentAuthority(keys: DevelopmentAuthorityKeys): Promise<void> {
    await this.#writeOwn(DEVELOPMENT_AUTHORITY, {
      caCertificate: toBase64(keys.caCertificate),
      caPrivateKey: toBase64(keys.caPrivateKey),
      timeStampCertificate: toBase64(keys.timeStampCertificate),
      timeStampPrivateKey: toBase64(keys.timeStampPrivateKey),
    });
  }

  async anchorKey(): Promise<AnchorKey | null> {
    return this.#readOwn(ANCHOR, (members) => ({
      isDevelopment: members.required('development', BOOLEAN),
      secret: members.required('secret', KEY),
    }));
  }

  async putAnchorKey(key: AnchorKey): Promise<void> {
    await this.#writeOwn(ANCHOR, anchorContent(key));
  }

  async replaceAnchorKey(key: AnchorKey): Promise<string | null> {
    const names = await this.#keys.names();
    const old = names.includes(ANCHOR) ? await this.anchorKey() : null;
    const used = names.flatMap((name) => Number(OLD_ANCHOR.exec(name)?.[1] ?? 0));
    const kept = old && `anchor.${Math.max(0, ...used) + 1}.json`;
    // Its coin is the operator's. A crash after this leaves the old key twice, and the next try a copy more.
    if (kept !== null && old !== null)
      await this.#keys.create(kept, { ...anchorContent(old), nodeId: this.nodeId });
    await this.putAnchorKey(key);
    return kept;
  }

  async replicationKeys(): Promise<ReplicationKeys | null> {
    return this.#readOwn(REPLICATION, (members) =>
      replicationKeysOf(members.required('link', KEY), members.required('receipt', KEY)),
    );
  }

  async beginReplicationKeys(random: RandomSource): Promise<ReplicationKeys> {
    const known = await this.replicationKeys();
    if (known !== null) {
      // A crash may have come before the file was noted down as one that must not be missing.
      await this.#noteOwn(REPLICATION);
      return known;
    }
    const [link, receipt] = [randomBytes(random, KEY_LENGTH), randomBytes(random, KEY_LENGTH)];
    await this.#writeOwn(REPLICATION, { link: toBase64(link), receipt: toBase64(receipt) });
    return replicationKeysOf(link, receipt);
  }

  async groupPromise(origin: string): Promise<GroupPromise | null> {
    const file = promiseFile(origin);
    const known = await this.#promiseIn(file);
    if (known === null) return null;
    if (known.origin !== origin)
      throw new KeysError('KEYS_FILE_DAMAGED', `${file} is of another log: restore it`);
    return known.promise;
  }

  /** Not noted down as one that must not be missing: a node has one of each log. Who has blocks and no promise is behind. */
  async putGroupPromise(origin: string, promise: GroupPromise): Promise<void> {
    const content = { ...promiseContent(promise), nodeId: this.nodeId, origin };
    await this.#keys.write(promiseFile(origin), content);
  }

  async doubtGroupPromises(): Promise<void> {
    for (const file of (await this.#keys.names()).filter(isPromiseFile)) {
      const known = await this.#promiseIn(file);
      if (known === null) continue;
      const { origin, promise } = known;
      if (promise.promised === null) continue;
      // A crash between two of them leaves both true: whoever doubts begins nothing before it has doubted all.
      await this.putGroupPromise(origin, { ...promise, memory: 'behind' });
    }
  }

  #promiseIn(file: string): Promise<{ origin: string; promise: GroupPromise } | null> {
    return this.#keys.readIfThere(file, (members) => {
      if (members.required('nodeId', NODE_ID) !== this.nodeId)
        throw new KeysError('KEYS_FILE_DAMAGED', `${file} is of another node: restore it`);
      return { origin: members.required('origin', ORIGIN), promise: readPromise(members) };
    });
  }

  async mark(): Promise<Mark | null> {
    return this.#readOwn('mark.json', readMark);
  }

  async putMark(mark: Mark): Promise<void> {
    await this.#writeOwn('mark.json', markContent(mark));
  }

  async accessChanges(): Promise<number> {
    return (
      (await this.#readOwn('access-mark.json', (file) => file.required('changes', COUNT))) ?? 0
    );
  }

  async putAccessChanges(changes: number): Promise<void> {
    await this.#writeOwn('access-mark.json', { changes });
  }

  /** A file of which every node has one: that of another node must not pass for it. */
  async #writeOwn(file: string, content: JsonObject): Promise<void> {
    await this.#keys.write(file, { ...content, nodeId: this.nodeId });
    // A crash before this leaves a file whose loss would not be noticed, until it is written again.
    await this.#noteOwn(file);
  }

  async #noteOwn(file: string): Promise<void> {
    if (this.#ownFiles.has(file)) return;
    this.#ownFiles.add(file);
    await this.#keys.write(NODE_FILE, nodeContent(this.nodeId, [...this.#ownFiles]));
  }

  async #readOwn<T>(file: string, readMembers: (members: JsonMembers) => T): Promise<T | null> {
    const value = await this.#keys.readIfThere(file, (members) => {
      if (members.required('nodeId', NODE_ID) !== this.nodeId)
        throw new KeysError('KEYS_FILE_DAMAGED', `${file} is of another node: restore it`);
      return readMembers(members);
    });
    if (value === null && this.#ownFiles.has(file)) throw missingKeyFile(file);
    return value;
  }
}

function anchorContent({ isDevelopment, secret }: AnchorKey): JsonObject {
  return { development: isDevelopment, secret: toBase64(secret) };
}

function replicationKeysOf(link: Uint8Array, receipt: Uint8Array): ReplicationKeys {
  return { link: keyPairOf(link), receipt: noteKeyOf(keyPairOf(receipt)) };
}
