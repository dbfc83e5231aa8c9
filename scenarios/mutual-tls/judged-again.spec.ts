import { scenario } from '../../harness/run/scenario.js';

/** The certificate lives six days, and that of the server seven. */
const PAST_ITS_END_MS = 6.5 * 24 * 60 * 60_000;

scenario(
  {
    id: 'mutual-tls/judged-again',
    floor: 'mutual-tls',
    title: 'whom the handshake lets in is judged again with each request',
    // What decides it is the relying party's: phones that are healthy show it for all.
    requires: [
      { platform: 'android', attestedBootState: 'verified', rooted: false },
      { platform: 'ios', appAttest: true, rooted: false },
    ],
    levers: ['clock'],
    probeFlavour: 'standard',
    quota: { attestations: 0 },
    sabotages: [
      'relying-party-misses-no-certificate',
      'relying-party-keeps-expired-clients',
      'certificate-authority-issues-for-a-year',
    ],
    refs: ['RFC 8705, 3', 'RFC 5280, 4.1.2.5', 'RFC 8446, 4.6.2 (post-handshake)', 'MASVS-AUTH-1'],
  },
  async ({ phone, watch, backend, mutualTls, observeAnswer }) => {
    await observeAnswer('nobody', await mutualTls.askWithoutCertificate(backend('unguarded')));

    const registration = await phone.register('watched');
    await observeAnswer('member', await registration.knock());
    await watch.letPass(PAST_ITS_END_MS);
    await observeAnswer('past-its-end', await registration.knock());
  },
);
