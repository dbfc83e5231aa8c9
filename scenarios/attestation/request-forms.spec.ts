import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'attestation/request-forms',
    floor: 'attestation',
    title: 'a certificate is for a P-256 key that signed a request in one form for this challenge',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: [
      'certificate-authority-takes-loose-requests',
      'certificate-authority-takes-any-key',
      'certificate-authority-takes-any-digest',
      'certificate-authority-ignores-nonce',
    ],
    refs: ['RFC 2986, 4.2', 'RFC 5480, 2.1.1', 'RFC 5758, 3.2', 'RFC 2985, 5.4.1', 'CWE-347'],
  },
  async ({ subject, phone, backend, observeAnswer }) => {
    // Where evidence is not looked at, the request alone decides.
    const undemanding = backend('undemanding');
    const wish = { vouched: false } as const;
    const challenge = await undemanding.challenge(subject);
    const good = await phone.prepareEnrolment({ ...wish, challenge });
    for (const [name, csrAttack] of [
      ['with-more-behind-it', 'csr/trailing-byte'],
      ['of-another-curve', 'csr/key-of-other-curve'],
      ['over-sha-1', 'csr/digest-downgraded'],
      ['for-no-challenge', 'csr/without-nonce'],
    ] as const) {
      const next = await undemanding.challenge(subject);
      const bad = { ...wish, challenge: next, keyOf: good, csrAttack };
      const refused = await phone.prepareEnrolment(bad);
      await observeAnswer(name, await undemanding.enrol(subject, refused));
    }
    await observeAnswer('as-it-should-be', await undemanding.enrol(subject, good));
  },
);
