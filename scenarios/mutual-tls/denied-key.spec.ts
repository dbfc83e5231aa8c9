import { scenario } from '../../harness/run/scenario.js';

scenario(
  {
    id: 'mutual-tls/denied-key',
    floor: 'mutual-tls',
    title:
      'a phone that is reported as stolen is turned away at its next request, until it is found',
    requires: {},
    probeFlavour: 'standard',
    quota: { attestations: 2 },
    sabotages: ['relying-party-ignores-deny-list'],
    refs: ['NIST SP 800-57 Part 1 Rev. 5, 8.3.5', 'RFC 5280, 3.3', 'MASVS-AUTH-1'],
  },
  async ({ phone, observeAnswer }) => {
    const registration = await phone.register();
    await observeAnswer('before', await registration.send(await registration.sign()));
    await registration.reportStolen();
    await observeAnswer('stolen', await registration.send(await registration.sign()));
    await registration.reportFound();
    await observeAnswer('found', await registration.send(await registration.sign()));
  },
);
