import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hardware-keys/ladder',
    floor: 'hardware-keys',
    title: 'a key comes from the highest rung that the phone has, and says so honestly',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: ['phone-claims-level-it-lacks', 'keystore-exports-hardware-keys'],
    refs: ['Android Keystore: StrongBoxUnavailableException', 'MASVS-CRYPTO-2', 'MASVS-STORAGE-1'],
  },
  async ({ subject, phone, relyingParty, observe, observeAnswer, observeAppraisal }) => {
    const challenge = await relyingParty.challenge(subject);
    const enrolment = await phone.prepareEnrolment({ challenge });
    await observe('ladder', enrolment.ladder);
    await observe('export', (await phone.tryExport(enrolment.key)).observation);
    await observeAnswer('enrolment', await relyingParty.enrol(subject, enrolment));
    if (enrolment.evidence !== null) await observeAppraisal('attested-level');
  },
);
