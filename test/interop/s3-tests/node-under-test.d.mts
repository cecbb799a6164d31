export interface S3Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Canonical id of the author. */
  readonly userId: string;
  readonly displayName: string;
}

export interface NodeUnderTest {
  readonly directory: string;
  /** File with what the node printed. */
  readonly log: string;
  readonly s3Port: number;
  readonly pid: number | undefined;
  s3Key(author: string, role: string, options?: readonly string[]): S3Key;
  stop(): Promise<void>;
}

export function startNode(): Promise<NodeUnderTest>;
