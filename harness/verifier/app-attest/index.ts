export { appAttestAssertion } from './assertion/index.js';
export { appAttestAttestation } from './attestation/index.js';
export { appAttestReceipt } from './receipt/index.js';
