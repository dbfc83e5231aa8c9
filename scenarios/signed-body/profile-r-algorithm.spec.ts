import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'signed-body/profile-r-algorithm',
    floor: 'signed-body',
    title: 'an order that names another algorithm than its key has is refused',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 1 },
    sabotages: [
      'verifier-takes-any-algorithm',
      'verifier-skips-request-signature',
      'verifier-refuses-profile-r',
    ],
    refs: ['RFC 9421, 7.3.6', 'CWE-327'],
  },
  async ({ phone, attacker, observeAnswer }) => {
    const registration = await phone.registered();
    const order = await registration.sign({ profile: 'r' });
    const spoilt = attacker.spoilRequest(order, 'profile-r/algorithm-confused');
    await observeAnswer('refusal', await registration.send(spoilt));
    // As an app would send it that signs with the right key and says something else.
    const misnamed = await attacker.signSpoilt(
      order,
      'profile-r/algorithm-confused',
      registration.key,
    );
    await observeAnswer('well-signed', await registration.send(misnamed));
  },
);
