import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { productRoot } from '../../product.js';

/** Writes a copy of the shipped lab that tells these scenarios alone; answers its folder. */
export function faultLab(scenarios: readonly string[], extra = ''): string {
  const lab = mkdtempSync(join(tmpdir(), 'attestlab-lab-'));
  cpSync(join(productRoot, 'fixtures', 'labs', 'virtual'), lab, { recursive: true });
  const file = join(lab, 'lab.yaml');
  const absolute = readFileSync(file, 'utf8').replaceAll('../../', `${productRoot}/fixtures/`);
  writeFileSync(file, `${absolute}scenarios: [${scenarios.join(', ')}]\n${extra}`);
  return lab;
}
