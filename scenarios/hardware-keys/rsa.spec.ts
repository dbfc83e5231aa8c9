import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'hardware-keys/rsa',
    floor: 'hardware-keys',
    title: 'an RSA key comes from hardware that can hold one, and openly from software elsewhere',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: [
      'phone-claims-level-it-lacks',
      // The Secure Enclave holds no RSA key, and a software one is exported anyway.
      { sabotage: 'keystore-exports-hardware-keys', on: { platform: 'android' } },
    ],
    refs: ['Android Keystore: supported algorithms', 'SecKeyCreateRandomKey: errSecParam (-50)'],
  },
  async ({ phone, observe }) => {
    const { key, ladder } = await phone.makeKey('rsa-2048');
    await observe('ladder', ladder);
    if (key !== null) await observe('export', (await phone.tryExport(key)).observation);
  },
);
