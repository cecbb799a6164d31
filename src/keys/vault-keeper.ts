/**
 * Whoever must hold the next generation of a vault before the key of the one before it is destroyed
 * (docs/formats/vault.md, "Rotation"): what only the destroyed key opened would else be lost with a disk.
 */

/** The file of the next generation, before it is in its place. */
export interface VaultAside {
  /** Handle. */
  readonly tenant: string;
  readonly generation: number;
  readonly path: string;
  /** In bytes; it grows until the rotation is complete. */
  readonly length: number;
}

export interface VaultKeeper {
  /** Takes what is there, while others write; its header is not what it will be. @throws whatever calls the rotation off. */
  begin(aside: VaultAside): Promise<void>;
  /** Takes the rest, and the header, while nobody writes. It is durable there when this returns. @throws as `begin`. */
  complete(aside: VaultAside): Promise<void>;
  /** The key of the generation before is destroyed. What cannot be done now is done later: it does not throw. */
  replaced(tenant: string, generation: number): Promise<void>;
}
