import type { AppAttestAttestationEvidence } from '../../../evidence/app-attest/index.js';
import type { AppAttestAttestationExpected } from '../../expected.js';
import { formatVerifier } from '../../format.js';
import {
  appMatches,
  credentialIdMatches,
  credentialKeyMatches,
  keyIdMatches,
  nonceMatches,
} from './checks/binding.js';
import {
  alreadyValid,
  anchorTrusted,
  issuersAreAuthorities,
  longEnough,
  namesChain,
  notExpired,
  signaturesVerify,
  wellFormed,
} from './checks/chain.js';
import { receiptBelongs, receiptVerifies } from './checks/receipt.js';
import { categoryAllowed, counterIsZero, environmentAllowed } from './checks/state.js';
import { attestationClaims } from './claims.js';
import { prepareAttestation, type AttestationSubject } from './subject.js';

/** App Attest attestations, in the order of Apple's nine steps. */
export const appAttestAttestation = formatVerifier<
  AppAttestAttestationEvidence,
  AppAttestAttestationExpected,
  AttestationSubject
>({
  format: 'app-attest-attestation',
  checks: [
    wellFormed,
    longEnough,
    namesChain,
    issuersAreAuthorities,
    signaturesVerify,
    anchorTrusted,
    alreadyValid,
    notExpired,
    nonceMatches,
    keyIdMatches,
    appMatches,
    counterIsZero,
    environmentAllowed,
    credentialIdMatches,
    credentialKeyMatches,
    categoryAllowed,
    receiptVerifies,
    receiptBelongs,
  ],
  prepare: prepareAttestation,
  claims: attestationClaims,
});
