import { join } from 'node:path';
import { toHex } from '../encoding/bytes.js';
import type { Certificate } from '../encoding/certificate.js';
import type { AppAttestReceipt } from '../evidence/app-attest/index.js';
import type { Evidence } from '../evidence/evidence.js';
import { readJournal } from '../report/read-run.js';
import { RUN_FILES } from '../report/record.js';
import { recordedInput } from './recorded-input.js';
import { runFolderOf } from './replay.js';

/**
 * The authorities that accepted evidence of a run came through, each once, in the order in which they
 * were met. What was refused says nothing of them: its chains may be anybody's.
 */
export function recordedAuthorities(run: string): readonly Certificate[] {
  const folder = runFolderOf(run);
  const met = new Map<string, Certificate>();
  for (const line of readJournal(join(folder, RUN_FILES.journal))) {
    if (line.type !== 'appraisal' || line.verdict !== 'accepted') continue;
    for (const certificate of authoritiesOf(recordedInput(folder, line).evidence)) {
      const key = toHex(certificate.raw);
      if (!met.has(key)) met.set(key, certificate);
    }
  }
  return [...met.values()];
}

// The first of each chain is the phone's own certificate, or the signer of one receipt.
function authoritiesOf(evidence: Evidence): readonly Certificate[] {
  switch (evidence.format) {
    case 'android-key':
      return evidence.parsed.ok ? evidence.parsed.value.certificates.slice(1) : [];
    case 'app-attest-attestation': {
      if (!evidence.parsed.ok) return [];
      const { certificates, receipt } = evidence.parsed.value;
      return [...certificates.slice(1), ...(receipt.ok ? authoritiesOfReceipt(receipt.value) : [])];
    }
    case 'app-attest-receipt':
      return evidence.parsed.ok ? authoritiesOfReceipt(evidence.parsed.value) : [];
    case 'app-attest-assertion':
    case 'csr':
    case 'play-integrity':
    case 'signed-request':
      return [];
  }
}

function authoritiesOfReceipt({ message }: AppAttestReceipt): readonly Certificate[] {
  return message.certificates.filter(({ serial }) => serial !== message.signer.serial);
}
