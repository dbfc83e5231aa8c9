import crypto, { type KeyObject } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type * as NodeAppAttest from 'node-app-attest';
import { toBase64 } from '../../../encoding/bytes.js';
import { refusal, type LibraryPeer } from '../peer.js';
import type { AdapterVectorOf, Answer } from '../protocol.js';
import { bytesOf, firstAccepted, pointPem, teamAndBundle } from './app-ids.js';
import { withClientData } from './client-data.js';
import { withClockAt } from './fixed-clock.js';

type Library = typeof NodeAppAttest;

/** The root that the library pins, as something that can be given another key. */
interface PinnedRoot {
  /** Null: its own. */
  replaceKey(key: KeyObject | null): void;
}

/** Loads `node-app-attest`: App Attest, roots pinned, client data hashed by the library. */
export async function loadNodeAppAttest(): Promise<LibraryPeer> {
  const { library, root } = await loadWithRoot();
  return {
    formats: ['app-attest-attestation', 'app-attest-assertion'],
    async judge(vector) {
      if (vector.format === 'app-attest-assertion') return judgeAssertion(vector, library);
      if (vector.format === 'app-attest-attestation') {
        return withClockAt(new Date(vector.now), () => judgeAttestation(vector, library, root));
      }
      return { verdict: 'unsupported', reason: `judges no ${vector.format}` };
    },
  };
}

async function judgeAttestation(
  { evidence, expected, policy, trust }: AdapterVectorOf<'app-attest-attestation'>,
  library: Library,
  root: PinnedRoot,
): Promise<Answer> {
  const [anchor] = trust.appAttest;
  root.replaceKey(
    anchor === undefined ? null : new crypto.X509Certificate(bytesOf(anchor.certificate)).publicKey,
  );
  const { environments } = policy.settings;
  if (!Array.isArray(environments) || !environments.includes('production')) {
    return { verdict: 'unsupported', reason: 'it cannot be told to refuse production' };
  }
  return withClientData(bytesOf(expected.clientDataHash), ({ clientData }) =>
    firstAccepted(expected.appIds, (appId) => {
      const { team, bundle } = teamAndBundle(appId);
      return answered(() =>
        library.verifyAttestation({
          attestation: bytesOf(evidence.bytes),
          challenge: clientData,
          keyId: toBase64(bytesOf(expected.keyId)),
          bundleIdentifier: bundle,
          teamIdentifier: team,
          allowDevelopmentEnvironment: environments.includes('development'),
        }),
      );
    }),
  );
}

async function judgeAssertion(
  { evidence, expected }: AdapterVectorOf<'app-attest-assertion'>,
  library: Library,
): Promise<Answer> {
  return withClientData(bytesOf(expected.clientDataHash), ({ clientData }) =>
    firstAccepted(expected.appIds, (appId) => {
      const { team, bundle } = teamAndBundle(appId);
      return answered(() =>
        library.verifyAssertion({
          assertion: bytesOf(evidence.bytes),
          payload: clientData,
          publicKey: pointPem(bytesOf(expected.publicKey)),
          bundleIdentifier: bundle,
          teamIdentifier: team,
          // Without a number the library's comparison is false, and it accepts any counter.
          signCount: expected.previousCounter ?? 0,
        }),
      );
    }),
  );
}

// eslint-disable-next-line @typescript-eslint/require-await -- a way to call is a promise
async function answered(call: () => unknown): Promise<Answer> {
  try {
    return { verdict: 'accepted', reason: JSON.stringify(Object.keys(call() as object)) };
  } catch (error) {
    return refusal(error);
  }
}

// The library makes its root of a constant when it is loaded, and asks it for its key each time.
async function loadWithRoot(): Promise<{ readonly library: Library; readonly root: PinnedRoot }> {
  const { X509Certificate } = crypto;
  const made: crypto.X509Certificate[] = [];
  crypto.X509Certificate = class extends X509Certificate {
    constructor(certificate: ConstructorParameters<typeof X509Certificate>[0]) {
      super(certificate);
      made.push(this);
    }
  };
  syncBuiltinESMExports();
  try {
    const library = await import('node-app-attest');
    return { library, root: pinnedRoot(made[0]) };
  } finally {
    crypto.X509Certificate = X509Certificate;
    syncBuiltinESMExports();
  }
}

function pinnedRoot(root: crypto.X509Certificate | undefined): PinnedRoot {
  if (root === undefined) throw new Error('node-app-attest was loaded before, or pins no root');
  const own = root.publicKey;
  let current = own;
  Object.defineProperty(root, 'publicKey', { get: () => current });
  return {
    replaceKey(key) {
      current = key ?? own;
    },
  };
}
