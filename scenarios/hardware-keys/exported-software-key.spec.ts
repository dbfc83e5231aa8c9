import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hardware-keys/exported-software-key',
    floor: 'hardware-keys',
    title: 'a software key works from a laptop, and only where nobody asks for evidence',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['relying-party-needs-no-evidence'],
    refs: ['MASVS-CRYPTO-2', 'MASVS-STORAGE-1', 'CWE-522'],
  },
  async ({ subject, phone, laptop, relyingParty, backend, observe, observeAnswer }) => {
    const { key } = await phone.makeKey('ec-p256', { rungs: 'software' });
    if (key === null) return;
    const { observation, privateKey } = await phone.tryExport(key);
    await observe('export', observation);
    if (privateKey === null) return;

    const undemanding = backend('undemanding');
    const taken = laptop.prepareEnrolment({
      ...{ subject, privateKey, challenge: await undemanding.challenge(subject) },
    });
    const issued = await undemanding.enrol(subject, taken);
    await observeAnswer('where-nothing-is-demanded', issued);
    await observe('from-the-laptop', await laptop.knock(undemanding, { privateKey, issued }));

    const challenge = await relyingParty.challenge(subject);
    const again = laptop.prepareEnrolment({ subject, privateKey, challenge });
    await observeAnswer('where-evidence-is', await relyingParty.enrol(subject, again));
  },
);
