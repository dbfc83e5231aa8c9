import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { ATTACKS } from '../attacks/index.js';
import { loadClasses } from '../farm/classes.js';
import { unmetRequirement } from '../farm/plan.js';
import { productRoot } from '../product.js';
import { SERVICE_CODES, type RefusalCode } from '../relying-party/index.js';
import { collectScenarios } from '../run/scenario.js';
import { scenarioFiles } from '../run/scenario-files.js';
import { CHECK_IDS, FORMATS, type CheckId } from '../verifier/index.js';
import { loadExpectations } from './load-expectations.js';

const folder = (name: string) => join(productRoot, 'fixtures', name);
const expectations = loadExpectations(folder('expectations'), []);
const scenarios = await collectScenarios(scenarioFiles());
const answers = [...loadClasses(folder('classes')).values()].flatMap(({ name, facts }) =>
  scenarios
    .filter(({ requires }) => unmetRequirement(requires, facts) === null)
    .flatMap(({ id }) => Object.values(expectations.of({ class: name, scenarioId: id })))
    .flatMap((expected) => (expected.kind === 'response' ? [expected] : [])),
);

const told = new Set<CheckId>(
  answers.flatMap(({ failing, undetermined }) => [...failing, ...undetermined]),
);
const answered = new Set<string>(answers.flatMap(({ code }) => (code === null ? [] : [code])));
const attacked = new Set<CheckId>(ATTACKS.flatMap(({ failing }) => Object.values(failing).flat()));

const ids = Object.keys(CHECK_IDS) as readonly CheckId[];
const ofFormats = new Set<CheckId>(
  Object.values(FORMATS).flatMap(({ checks }) => checks.map(({ id }) => id)),
);

/** What stands against a request itself, whatever phone it comes from. */
const isRelyingPartys = (id: CheckId): boolean =>
  !ofFormats.has(id) || /^(?:csr|signed-request)\//.test(id);

const SNAPSHOT = 'the list that is given to the verifier decides; the corpus has vectors for it';

/** What OpenSSL may still have against a certificate that the rules have nothing against. */
const OTHER_OBJECTION = 'handshake/accepted-by-tls';

/** Checks that no scenario and no attack makes fail, and why. */
const NEVER_TOLD: Readonly<Partial<Record<CheckId, string>>> = {
  [OTHER_OBJECTION]:
    'no certificate of a phone is so: the diagnosis has rules for what phones show',
  'android-key/revocation-list-fresh': SNAPSHOT,
  'android-key/not-suspended': SNAPSHOT,
  'android-key/status-known': SNAPSHOT,
  'play-integrity/request-compared': 'it never fails: it does not apply where nothing was expected',
};

const CHAINS = 'no phone makes such evidence: attacks and vectors spoil what a phone made';
const FIRST = 'what fails beside it is named first; the check itself is told by a scenario';
const NO_PHONE = 'a phone’s own HTTP asks for nothing of the kind: tests of the listeners do';

/** Codes that no scenario is answered with, and why. */
const NEVER_ANSWERED: Readonly<Partial<Record<RefusalCode, string>>> = {
  evidence_expired: CHAINS,
  evidence_not_yet_valid: CHAINS,
  security_level_insufficient: FIRST,
  device_at_risk:
    'patch levels and app access are asked for by a policy that the virtual lab has not',
  client_certificate_refused_by_tls: 'what the diagnosis says where none of its own rules does',
  token_required: 'the administration is no phone’s',
  not_found: NO_PHONE,
  request_timeout: NO_PHONE,
  body_too_large: NO_PHONE,
  content_type_unsupported: NO_PHONE,
  headers_too_large: NO_PHONE,
  authority_unknown: NO_PHONE,
  request_in_progress: 'another process must have died over the very request',
  issuer_unavailable: 'it is no refusal: the token or service that signs certificates is away',
  internal: 'it is no refusal, and makes a scenario inconclusive',
};

describe('what a relying party refuses for', () => {
  it('is told by a scenario wherever it is about the request and not about the phone', () => {
    const untold = ids.filter((id) => isRelyingPartys(id) && !told.has(id));
    expect(untold).toEqual([OTHER_OBJECTION]);
  });

  it('is told by a scenario or an attack, or it is said why not', () => {
    const untold = ids.filter((id) => !told.has(id) && !attacked.has(id));
    expect(untold.sort()).toEqual(Object.keys(NEVER_TOLD).sort());
  });

  it('has a code that a scenario is answered with, or it is said why not', () => {
    const codes = [...Object.keys(SERVICE_CODES), ...ids.map((id) => CHECK_IDS[id].refusal)];
    const silent = [...new Set(codes)].filter((code) => !answered.has(code));
    expect(silent.sort()).toEqual(Object.keys(NEVER_ANSWERED).sort());
  });

  it('has no reason that says nothing', () => {
    const reasons = [...Object.values(NEVER_TOLD), ...Object.values(NEVER_ANSWERED)];
    for (const why of reasons) expect(why.length).toBeGreaterThan(20);
  });
});
