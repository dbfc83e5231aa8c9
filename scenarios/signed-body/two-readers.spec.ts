import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/two-readers',
    floor: 'signed-body',
    title: 'an order that two readers may read in two ways is refused, and uses nothing up',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: [
      'verifier-takes-loose-orders',
      'verifier-takes-any-encoding',
      'verifier-takes-unknown-keys',
      'verifier-ignores-connection',
      'verifier-ignores-content-digest',
      'verifier-skips-request-signature',
      'relying-party-accepts-stale-timestamps',
      'verifier-refuses-profile-r',
    ],
    refs: ['RFC 9110, 5.3', 'RFC 9421, 2.5 and 3.3.4', 'X.690, 10.1', 'CWE-444', 'CWE-347'],
  },
  async ({ phone, attacker, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign();
    for (const [name, attack] of [
      ['header-twice', 'signed-request/header-doubled'],
      ['another-encoding', 'signed-request/signature-as-pair'],
      ['another-digest', 'signed-request/digest-of-other-body'],
      ['another-key', 'signed-request/key-unknown'],
      ['boundary-shifted', 'signed-request/boundary-shifted'],
    ] as const) {
      const spoilt = attacker.spoilRequest(order, attack);
      await observeAnswer(name, await registration.send(spoilt));
    }
    await observeAnswer('order-itself', await registration.send(order));

    const other = await registration.sign({ profile: 'r' });
    for (const [name, attack] of [
      ['profile-r-signed-twice', 'profile-r/signature-added'],
      ['profile-r-another-encoding', 'profile-r/signature-as-der'],
    ] as const) {
      const spoilt = attacker.spoilRequest(other, attack);
      await observeAnswer(name, await registration.send(spoilt));
    }
    await observeAnswer('profile-r-order-itself', await registration.send(other));
  },
);
