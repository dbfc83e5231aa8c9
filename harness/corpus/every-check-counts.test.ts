import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { productRoot } from '../product.js';
import { clientCertificateChecks } from '../relying-party/checks/client-certificate.js';
import { challengeChecks } from '../relying-party/checks/challenge.js';
import { enrolmentChecks } from '../relying-party/checks/enrolment.js';
import { signingKeyChecks, submittedKeyChecks } from '../relying-party/checks/deny-list.js';
import { handshakeChecks } from '../relying-party/checks/handshake.js';
import { playIntegrityChecks } from '../relying-party/checks/play-integrity.js';
import { registrationChecks } from '../relying-party/checks/registration.js';
import { ignoring } from '../run/sabotages/wrap.js';
import {
  CHECK_IDS,
  createVerifier,
  FORMATS,
  type CheckId,
  type Format,
} from '../verifier/index.js';
import { readVectors } from './vectors/read-vectors.js';
import { judgeVector } from './vectors/run-vectors.js';

// What is committed, as a verifier anywhere would be judged by it; each vector is appraised once.
const corpus = (Object.keys(FORMATS) as readonly Format[]).flatMap((format) => {
  const file = `${format}.json`;
  const text = readFileSync(join(productRoot, 'fixtures', 'corpus', file), 'utf8');
  return readVectors(JSON.parse(text), file).map((read) => {
    const result = createVerifier({ trust: read.trust }).appraise(read.input);
    return { read, result };
  });
});

const checks = Object.values(FORMATS).flatMap((format) => format.checks.map(({ id }) => id));

/** What a verifier that forgot one check answers to the vectors of that check's format. */
function without(forgotten: CheckId) {
  return corpus
    .filter(({ result }) => result.checks.some(({ id }) => id === forgotten))
    .map(({ read, result }) => {
      const spoilt = ignoring(forgotten)(() => result)(read.input);
      return { read, result, spoilt, agree: judgeVector(read, spoilt).agree };
    });
}

describe('the corpus', () => {
  it('agrees with a verifier that forgets nothing', () => {
    expect(corpus.filter(({ read, result }) => judgeVector(read, result).agree !== true)).toEqual(
      [],
    );
  });

  it('turns red at each check that a verifier forgets', () => {
    const unnoticed = checks.filter((id) => without(id).every(({ agree }) => agree === true));
    expect(unnoticed).toEqual([]);
  });

  it('has for each check evidence that is accepted where that check alone is forgotten', () => {
    const idle = checks.filter(
      (id) =>
        !without(id).some(
          ({ result, spoilt }) => result.verdict !== 'accepted' && spoilt.verdict === 'accepted',
        ),
    );
    // Without a root or a record a further required check has nothing to judge, and what did not
    // apply is no proof: there the verdict stays open instead.
    expect(idle).toEqual(['android-key/root-present', 'android-key/record-in-leaf']);
    expect(idle.flatMap((id) => without(id).map(({ spoilt }) => spoilt.verdict))).toContain(
      'indeterminate',
    );
  });
});

describe('the table of check ids', () => {
  it('has no id that neither a format of evidence nor the relying party asks', () => {
    const rules = [
      ...[challengeChecks, clientCertificateChecks, handshakeChecks, enrolmentChecks],
      ...[playIntegrityChecks, registrationChecks, submittedKeyChecks, signingKeyChecks],
    ];
    const asked = new Set<string>([...checks, ...rules.flat().map(({ id }) => id)]);
    expect(Object.keys(CHECK_IDS).filter((id) => !asked.has(id))).toEqual([]);
    expect(asked.size).toBe(checks.length + rules.flat().length);
  });
});
