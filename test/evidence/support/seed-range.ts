/** Which seeds a suite takes: `SEEDS=from-to` (to excluded) if set, else a share by `SUITE`. */
export function seedRange(share: { readonly short: number; readonly long: number }): {
  readonly from: number;
  readonly to: number;
} {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(process.env['SEEDS'] ?? '') ?? [];
  if (from !== undefined && to !== undefined) return { from: Number(from), to: Number(to) };
  return { from: 0, to: process.env['SUITE'] === 'long' ? share.long : share.short };
}
