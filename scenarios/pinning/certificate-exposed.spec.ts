import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'pinning/certificate-exposed',
    floor: 'pinning',
    title:
      'who asks for the client certificate before the pins are looked at sees it, and nothing more',
    requires: {},
    levers: ['late-pins'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: ['app-pins-interceptor', 'app-pins-nothing', 'phone-distrusts-interceptor'],
    refs: [
      'OkHttp: CertificatePinner is asked after the handshake',
      'MASVS-NETWORK-2',
      'RFC 8446, 4.4.2',
    ],
  },
  async ({ wire, mutualTls, observe }) => {
    const alias = await mutualTls.installCertificate('none');
    const passage = await wire.authenticatingTo('trusted-interceptor', { alias, pinning: 'leaf' });
    await observe('wire', passage.wire);
    await observe('certificate', passage.certificate);
    await observe('connection', passage.connection);
  },
);
