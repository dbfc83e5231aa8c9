import { scenario } from '../../harness/run/scenario.js';

// Read and written anew it is another text: 1 for 1.0, another large number, one member of two.
const BODY = '{"quantity":1.0,"account":12345678901234567890,"quantity":2}';

scenario(
  {
    id: 'signed-body/raw-body',
    floor: 'signed-body',
    title: 'an order is judged by the bytes of its body, and not by what its JSON means',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: [
      'relying-party-digests-parsed-bodies',
      'verifier-skips-request-signature',
      'verifier-ignores-content-digest',
      'verifier-refuses-profile-r',
    ],
    refs: ['RFC 9530, 2', 'RFC 8259, 4 and 6', 'CWE-345'],
  },
  async ({ phone, attacker, observeAnswer }) => {
    const registration = await phone.registered();
    for (const [name, profile] of [
      ['profile-s', 's'],
      ['profile-r', 'r'],
    ] as const) {
      const order = await registration.sign({ profile, body: BODY });
      const rewritten = attacker.reserialise(order);
      await observeAnswer(`${name}-rewritten`, await registration.send(rewritten));
      await observeAnswer(`${name}-as-signed`, await registration.send(order));
    }
  },
);
