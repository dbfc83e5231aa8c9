import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hooking/attestation-replaced',
    floor: 'hooking',
    title:
      'a hook that replaces the app’s attestation: what is certified cannot be forged, what is vouched for can',
    requires: { rooted: true },
    levers: ['hook'],
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: [
      'verifier-ignores-chain-signatures',
      'lab-levers-do-nothing',
      { sabotage: 'keystore-exports-hardware-keys', on: { platform: 'android' } },
    ],
    refs: [
      'Android Key Attestation: rootOfTrust',
      'Apple: assessing fraud risk',
      'MASVS-RESILIENCE-1',
    ],
  },
  async ({ subject, lab, phone, relyingParty, observe, observeAnswer }) => {
    await lab.hook('attestation-replaced');
    const challenge = await relyingParty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge, rungs: 'hardware' });
    await observeAnswer('enrolment', await relyingParty.enrol(subject, enrolment));
    await observe('export', (await phone.tryExport(enrolment.key)).observation);
  },
);
