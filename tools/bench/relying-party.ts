import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './figure.js';
import { benchIssuance } from './relying-party/issuance.js';
import { benchOneCounter } from './relying-party/one-counter.js';
import { benchOutstanding } from './relying-party/outstanding.js';
import { benchSignedRate } from './relying-party/signed-rate.js';
import { benchSoak } from './relying-party/soak.js';
import { benchValidation } from './relying-party/validation.js';

const SOAK_SECONDS = 120;

/** What the relying party carries, with a store on the disk that syncs every answer. */
export const relyingParty: Figure = {
  name: 'relying-party',
  async measure(print) {
    const folder = mkdtempSync(join(tmpdir(), 'attestlab-bench-'));
    const url = (name: string) => `sqlite:${join(folder, `${name}.db`)}`;
    try {
      await benchSignedRate(url('rate'), print);
      await benchOneCounter(url('counter'), print);
      await benchOutstanding(url('challenges'), print);
      await benchValidation(folder, print);
      await benchIssuance(print);
      await benchSoak({ url: url('soak'), seconds: soakSeconds() }, print);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Two minutes, unless the environment says otherwise. */
function soakSeconds(): number {
  const named = Number(process.env['ATTESTLAB_SOAK_SECONDS'] ?? SOAK_SECONDS);
  return named > 0 ? named : SOAK_SECONDS;
}
