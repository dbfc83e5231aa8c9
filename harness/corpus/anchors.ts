import { parseCertificate } from '../encoding/certificate.js';
import { parsePemCertificates } from '../encoding/pem.js';
import { anchorOf, type TrustAnchor } from '../trust/index.js';
import { InvalidInput } from './inputs.js';
import type { ReadFile } from './prepared-case.js';

/** The anchors of a PEM file that a case's input `trustAnchors` names. */
export function readAnchors(file: string, readFile: ReadFile): readonly TrustAnchor[] {
  const blocks = parsePemCertificates(new TextDecoder().decode(readFile(file)));
  if (!blocks.ok) throw invalid(file, blocks.malformation.message);
  return blocks.value.map((der, index) => {
    const parsed = parseCertificate(der);
    if (!parsed.ok) throw invalid(file, parsed.malformation.message);
    return anchorOf(`${file}#${index}`, parsed.value);
  });
}

function invalid(file: string, problem: string): InvalidInput {
  return new InvalidInput('trustAnchors', `is no file of certificates: ${file}: ${problem}`);
}
