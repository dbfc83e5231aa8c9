export type { AttestationBundle, AttestationStatement } from './attestation-bundle.js';
export { buildCsr, csrInfo, type NewCsr } from './build-csr.js';
export { CSR_ATTRIBUTE_OID, parseCsr, type CertificationRequest, type CsrEvidence } from './csr.js';
