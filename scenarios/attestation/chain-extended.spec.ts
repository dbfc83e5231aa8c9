import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/chain-extended',
    floor: 'attestation',
    title:
      'a certificate that the attested key signs itself is no attestation, whatever record it carries',
    requires: { platform: 'android' },
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['verifier-ignores-extended-chains', 'verifier-ignores-second-record'],
    refs: ['android/keyattestation: CHAIN_EXTENDED_WITH_FAKE_ATTESTATION_EXTENSION', 'CWE-295'],
  },
  async ({ subject, phone, attacker, relyingParty, observeAnswer }) => {
    const challenge = await relyingParty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge, rungs: 'hardware' });
    const forged = await attacker.extendChain(enrolment);
    await observeAnswer('refusal', await relyingParty.enrol(subject, forged));
  },
);
