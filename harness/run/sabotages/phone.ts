import { generateKeyPairSync } from 'node:crypto';
import type { AppKeys } from '../../virtual-lab/app-keys.js';
import type { AppContext } from '../../virtual-lab/app-program.js';
import { KeystoreException } from '../../virtual-lab/secure-hardware/index.js';
import type { Sabotage, SabotageId } from './sabotage.js';

type Row = Omit<Sabotage, 'id'>;

const BOTH = ['android', 'ios'] as const;

/** Defects of phones, of the probes on them, and of what the lab does to them. */
export const PHONE_SABOTAGES = {
  'phone-claims-level-it-lacks': {
    description: 'the probe says that each key lives in hardware that the phone does not have',
    platforms: BOTH,
    probe: {
      misreport: ({ command, result }) =>
        command === 'key.generate' ? { ...result, level: 'strongbox' } : result,
    },
  },
  'probe-falls-on-transient-errors': {
    description: 'the probe takes a lower rung where the higher one fails for the moment',
    platforms: BOTH,
    probe: {
      tamperWithApp: withKeys((keys) => ({
        ...keys,
        generate: (request) => keys.generate(request).catch(asLasting),
      })),
    },
  },
  'keystore-takes-any-digest': {
    description: 'the keystore lets a key be used with digests that it was not made for',
    platforms: ['android'],
    probe: {
      tamperWithApp: withKeys((keys) => ({
        ...keys,
        generate: (request) => keys.generate({ ...request, digests: ['none', 'sha256'] }),
      })),
    },
  },
  'keystore-exports-hardware-keys': {
    description: 'the keystore hands out the private halves of keys that live in hardware',
    platforms: BOTH,
    probe: {
      tamperWithApp: withKeys((keys) => ({
        ...keys,
        exportPrivate: (alias) => exported(keys, alias),
      })),
    },
  },
  'lab-levers-do-nothing': {
    description: 'whatever a lab does to a phone for a story has no effect',
    platforms: BOTH,
    lever: () => null,
  },
  'phone-is-slow': {
    description: 'everything in the secure hardware of a phone takes ten times as long',
    platforms: BOTH,
    phones: (stated) => stated.map((phone) => ({ ...phone, faults: [...phone.faults, 'slow'] })),
  },
} as const satisfies Partial<Record<SabotageId, Row>>;

function withKeys(spoil: (keys: AppKeys) => AppKeys): (context: AppContext) => AppContext {
  return (context) => ({ ...context, keys: spoil(context.keys) });
}

// A key that was refused is replaced by another one: what is tested is that nothing comes out.
function exported(keys: AppKeys, alias: string): Uint8Array {
  try {
    return keys.exportPrivate(alias);
  } catch (error) {
    if (!(error instanceof KeystoreException)) throw error;
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    });
    return new Uint8Array(privateKey);
  }
}

function asLasting(error: unknown): never {
  if (!(error instanceof KeystoreException)) throw error;
  const { className, message, publicCode, rawCode } = error;
  throw new KeystoreException({ className, message, publicCode, rawCode, transient: false });
}
