import {
  createLabPki,
  MemoryStore,
  startRelyingParty,
  type OpenApi,
} from '../harness/relying-party/index.js';
import { shippedTrust } from '../harness/library/shipped-trust.js';
import { createVerifier, LAB } from '../harness/verifier/index.js';

/** What the relying party's listeners say of themselves, by its place under `fixtures/schemas/`. */
export async function openApiFiles(): Promise<ReadonlyMap<string, string>> {
  const rpId = 'rp.attestlab.example';
  const party = await startRelyingParty({
    ...{ rpId, policy: LAB, store: new MemoryStore() },
    pki: await createLabPki({ dnsName: rpId, now: new Date() }),
    judge: createVerifier({ trust: shippedTrust() }),
    referenceValues: { packageNames: [], signerDigests: [], appIds: [] },
    admin: { token: 'a'.repeat(43) },
    events: {
      onFault: (error) => {
        throw error;
      },
    },
  });
  try {
    const { enrolment, api, admin } = party.openApi;
    if (admin === null) throw new Error('the administration was asked for');
    return new Map([
      ['openapi-enrolment.json', textOf(enrolment)],
      ['openapi-api.json', textOf(api)],
      ['openapi-admin.json', textOf(admin)],
    ]);
  } finally {
    await party.close();
  }
}

function textOf(describe: () => OpenApi): string {
  return `${JSON.stringify(describe(), null, 2)}\n`;
}
