/** What the operator's side of a node sees of chunks that go over its links. */
import type { NodeId } from '../protocol/term.js';

export interface ChunkPeerStatus {
  readonly node: NodeId;
  /** Of the list of peers. */
  readonly name: string;
  /** Bytes of chunks, since the start. */
  readonly given: number;
  readonly fetched: number;
  /** Chunks that it sent and that were not what they should be, while another sent the right one. */
  readonly lies: number;
  /** It is asked for nothing now, because it lied. */
  readonly isSetAside: boolean;
}
