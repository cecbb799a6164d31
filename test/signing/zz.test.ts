import { it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { PKITS, requestOf } from './support/pkits.js';
import { validateCertificatePath } from '../../src/signing/certificate-path.js';
it('x', () => {
  const out: string[] = [];
  let ok = 0, bad = 0;
  const t = performance.now();
  for (const c of PKITS) {
    let v: string; let detail = '';
    try { const r = validateCertificatePath(requestOf(c)); v = r.kind === 'valid' ? `valid, ${r.certificates.length + 1} certificates` : r.reason; detail = r.kind==='valid' ? '' : r.detail; } catch (e) { v = (e as any).code ?? String(e); detail = String((e as Error).stack) }
    const want = c.error === undefined;
    const got = v.startsWith('valid');
    const good = want === got && (!want || v === `valid, ${c.path_len} certificates`);
    if (good) ok++; else { bad++; }
    out.push(`${good ? 'ok ' : 'BAD'} ${c.id} ${c.name}: ${v} ${detail} | ${c.error ? c.error.class+' '+c.error.msg_regex : 'valid '+c.path_len}`);
  }
  out.push(`${ok} ok, ${bad} bad, ${performance.now()-t} ms`);
  writeFileSync('/tmp/pkits-out.txt', out.join('\n'));
});
