import type * as AppAttestChecker from 'appattest-checker-node';
import { toBase64 } from '../../../encoding/bytes.js';
import { encodePemCertificate } from '../../../encoding/pem.js';
import { refusal, type LibraryPeer } from '../peer.js';
import type { AdapterVectorOf, Answer } from '../protocol.js';
import { bytesOf, firstAccepted, pointPem } from './app-ids.js';
import { withClientData } from './client-data.js';
import { withClockAt } from './fixed-clock.js';

type Library = typeof AppAttestChecker;

/** Loads `appattest-checker-node`: App Attest, a root that can be set, one environment a call. */
export async function loadAppAttestChecker(): Promise<LibraryPeer> {
  const library = await import('appattest-checker-node');
  return {
    formats: ['app-attest-attestation', 'app-attest-assertion'],
    async judge(vector) {
      if (vector.format === 'app-attest-assertion') return judgeAssertion(vector, library);
      if (vector.format === 'app-attest-attestation') {
        return withClockAt(new Date(vector.now), () => judgeAttestation(vector, library));
      }
      return { verdict: 'unsupported', reason: `judges no ${vector.format}` };
    },
  };
}

async function judgeAttestation(
  { evidence, expected, policy, trust }: AdapterVectorOf<'app-attest-attestation'>,
  library: Library,
): Promise<Answer> {
  const [anchor] = trust.appAttest;
  library.setAppAttestRootCertificate(
    anchor === undefined ? null : encodePemCertificate(bytesOf(anchor.certificate)),
  );
  const { environments } = policy.settings;
  const ways = expected.appIds.flatMap((appId) =>
    (Array.isArray(environments) ? environments : []).map((environment) => ({
      appId,
      developmentEnv: environment === 'development',
    })),
  );
  return withClientData(bytesOf(expected.clientDataHash), ({ clientData }) =>
    firstAccepted(ways, (appInfo) =>
      answered(() =>
        library.verifyAttestation(
          appInfo,
          toBase64(bytesOf(expected.keyId)),
          clientData,
          bytesOf(evidence.bytes),
        ),
      ),
    ),
  );
}

async function judgeAssertion(
  { evidence, expected }: AdapterVectorOf<'app-attest-assertion'>,
  library: Library,
): Promise<Answer> {
  return firstAccepted(expected.appIds, (appId) =>
    answered(() =>
      library.verifyAssertion(
        bytesOf(expected.clientDataHash),
        pointPem(bytesOf(expected.publicKey)),
        appId,
        bytesOf(evidence.bytes),
      ),
    ),
  );
}

async function answered(
  call: () => Promise<{ readonly verifyError?: string; readonly errorMessage?: string } | object>,
): Promise<Answer> {
  try {
    const result = await call();
    if (!('verifyError' in result)) {
      return { verdict: 'accepted', reason: JSON.stringify(Object.keys(result)) };
    }
    const { verifyError, errorMessage } = result;
    return { verdict: 'rejected', reason: [verifyError, errorMessage].filter(Boolean).join(': ') };
  } catch (error) {
    return refusal(error);
  }
}
