import type { InventoryPhone } from '../farm/inventory.js';
import { productVersion } from '../product.js';
import type { PhoneRecord, RunRecord } from '../report/record.js';
import { canonicalJson } from '../verifier/index.js';
import type { Stage } from './compose.js';
import type { Conductor } from './conductor.js';
import { sha256Of, verifierDigest } from './file-digest.js';
import type { Preparation } from './preparation.js';

/** `run.json` as it is when the run starts, and again when it ends. */
export function runRecord(
  { lab, plan, policy, expectations, scenarios }: Preparation,
  run: {
    readonly id: string;
    readonly startedAt: string;
    readonly finishedAt: string | null;
    readonly trustText: string;
    readonly conductor: Conductor;
    readonly stage: Pick<Stage, 'runtimes'>;
    readonly gate: RunRecord['gate'];
  },
): RunRecord {
  const { id, startedAt, finishedAt, gate } = run;
  return {
    ...{ version: 1, id, startedAt, finishedAt, plan, gate },
    product: { name: 'attestlab', version: productVersion },
    lab: lab.name,
    policyId: policy.id,
    hashes: {
      policy: sha256Of(canonicalJson(policy)),
      trust: sha256Of(run.trustText),
      verifier: verifierDigest(),
      lab: lab.sha256,
      expectations: expectations.sha256,
    },
    references: Object.fromEntries(scenarios.map(({ id, refs }) => [id, [...refs]])),
    timeScale: lab.timeScale,
    phones: lab.inventory.value.phones.map((phone) => phoneRecord(phone, run)),
  };
}

function phoneRecord(
  phone: InventoryPhone,
  { conductor, stage }: { readonly conductor: Conductor; readonly stage: Pick<Stage, 'runtimes'> },
): PhoneRecord {
  const { alias, udid, platform, virtual } = phone;
  const runtime = stage.runtimes.get(udid);
  const unknown = { class: null, facts: {}, drift: [] };
  return {
    ...{ alias, udid, platform, virtual: virtual !== undefined, declaredClass: phone.class },
    ...(conductor.readiness(alias) ?? unknown),
    ...(runtime === undefined ? {} : { runtime: { flavour: 'jvm', ...runtime } }),
  };
}
