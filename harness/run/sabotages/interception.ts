import { pinOfCertificate, type InterceptionSetup } from '../interception.js';
import type { Sabotage, SabotageId } from './sabotage.js';

type Row = Omit<Sabotage, 'id'>;

const BOTH = ['android', 'ios'] as const;

/** Defects of who is in the way, of what phones trust and of what apps pin. */
export const INTERCEPTION_SABOTAGES = {
  // Without it, a pinning test would pass on any chain that ends nowhere.
  'phone-distrusts-interceptor': {
    description: 'the authority of the interceptor was never installed on the phone',
    platforms: BOTH,
    interception: (setup) => ({ ...setup, trusted: [] }),
  },
  'phone-trusts-every-interceptor': {
    description: "the phone trusts a stranger's authority as if its owner had installed it",
    platforms: BOTH,
    interception: (setup) => ({
      ...setup,
      trusted: [...setup.trusted, ...authorityOf(setup, 'untrusted-interceptor')],
    }),
  },
  'app-pins-nothing': {
    description: 'the app is built without the pins that it is said to have',
    platforms: BOTH,
    interception: (setup) => ({
      ...setup,
      pins: { leaf: [], authority: [], 'leaf-and-backup': [] },
    }),
  },
  'app-pins-interceptor': {
    description: "the app's pins are met by the key of an interceptor too",
    platforms: BOTH,
    interception: (setup) => {
      const met = authorityOf(setup, 'trusted-interceptor').map(pinOfCertificate);
      const { pins } = setup;
      return {
        ...setup,
        pins: {
          leaf: [...pins.leaf, ...met],
          authority: [...pins.authority, ...met],
          'leaf-and-backup': [...pins['leaf-and-backup'], ...met],
        },
      };
    },
  },
  'interceptor-mints-asked-name': {
    description: 'the interceptor for another name shows a certificate for the name asked for',
    platforms: BOTH,
    interception: ({ presents, ...setup }) => ({
      ...setup,
      presents: { ...presents, 'interceptor-for-another-name': presents['trusted-interceptor'] },
    }),
  },
  'server-loses-backup-key': {
    description: 'the server that changed its key has another one than the backup that is pinned',
    platforms: BOTH,
    interception: ({ presents, ...setup }) => ({
      ...setup,
      presents: { ...presents, 'rotated-server': presents['trusted-interceptor'] },
    }),
  },
  'server-keeps-its-key': {
    description: 'the server whose key is to be changed goes on with the old one',
    platforms: BOTH,
    interception: ({ presents, ...setup }) => ({
      ...setup,
      presents: { ...presents, 'rotated-server': setup.serverShows },
    }),
  },
} as const satisfies Partial<Record<SabotageId, Row>>;

function authorityOf(
  { presents }: InterceptionSetup,
  middle: 'trusted-interceptor' | 'untrusted-interceptor',
): readonly Uint8Array[] {
  const presented = presents[middle];
  return presented.kind === 'minted' ? [presented.authority.certificate] : [];
}
