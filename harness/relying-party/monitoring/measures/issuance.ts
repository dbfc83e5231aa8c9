import { busiest, HOUR_MS, type Measure } from '../traffic.js';

/** Hours since the phone last brought a key with evidence. */
export const attestationAge: Measure = ({ own, related, nowMs }) => {
  const times = [...own, ...related].map(({ atMs }) => atMs);
  if (times.length === 0) return { samples: 0, value: null, text: 'no registration is on record' };
  const value = (nowMs - Math.max(...times)) / HOUR_MS;
  const text = `the phone last brought a key with evidence ${value.toFixed(1)} hours ago`;
  return { samples: times.length, value, text };
};

/** Months by which the system's patches went back from one piece of evidence to a later one, at most. */
export const patchRegression: Measure = ({ registrationId, log, isPast }) => {
  const told = registrationId === null ? [] : log.attestedForRegistration(registrationId);
  const months = told
    .filter(isPast)
    .flatMap(({ patchLevel }) => (patchLevel === null ? [] : [monthsOf(patchLevel)]));
  let highest = -Infinity;
  let value = 0;
  for (const month of months) {
    value = Math.max(value, highest - month);
    highest = Math.max(highest, month);
  }
  const text = `the system's patches went back by ${value} months between pieces of evidence`;
  return { samples: months.length, value, text };
};

/** Keys of the app that were attested on the phone of late, by the word of Apple's newest receipt. */
export const deviceKeys: Measure = ({ registrationId, log, isPast }) => {
  const told = registrationId === null ? [] : log.riskMetricsOf(registrationId).filter(isPast);
  const value = told.at(-1)?.riskMetric ?? null;
  const text =
    value === null
      ? 'no refreshed receipt of App Attest is on record'
      : `some ${value} keys of the app were attested on the phone of late, as Apple counts`;
  return { samples: told.length, value, text };
};

/** From the challenge to the key that answers it, in ms. */
export const enrolmentLatency: Measure = ({ own }) => {
  const latencies = own.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
  const value = latencies.at(-1) ?? null;
  const text = `the key was presented ${value ?? 'at no known time'} ms after its challenge`;
  return { samples: latencies.length, value, text };
};

/** From a signing key's registration to its first accepted request, in hours; to now where none came. */
export const firstUse: Measure = ({ own, log, keyId, isPast, nowMs }) => {
  const registered = own.find(({ purpose }) => purpose === 'sign');
  if (registered === undefined) {
    return { samples: 0, value: null, text: 'no registration of a signing key is on record' };
  }
  const first = log.firstUseOf(keyId);
  const used = first !== null && isPast(first) ? first : null;
  const value = ((used?.atMs ?? nowMs) - registered.atMs) / HOUR_MS;
  const text = `the key was ${used ? 'first used' : 'not used for'} ${value.toFixed(1)} hours after its registration`;
  return { samples: 1, value, text };
};

/** Attempts, good or bad, to bring a key for the key's subject in the busiest hour. */
export const enrolmentAttempts: Measure = ({ own, log, isRecent }) => {
  const subject = own.at(-1)?.subject;
  const issuance = subject === undefined ? [] : log.issuanceOf(subject).filter(isRecent);
  const attempts = issuance.filter(({ kind }) => kind === 'key-presented');
  const value = busiest(attempts, HOUR_MS, (inside) => inside.length);
  const text = `${value} keys were presented for the key's subject in the busiest hour, by whomever`;
  return { samples: attempts.length, value, text };
};

/** Share of attempts in the key's name that were refused. */
export const refusals: Measure = ({ requests, refused }) => {
  const attempts = requests.length + refused.length;
  const bad = requests.filter(({ code }) => code !== null).length + refused.length;
  const text = `${bad} of ${attempts} attempts in the key's name were refused, whoever made them`;
  return { samples: attempts, value: attempts === 0 ? null : bad / attempts, text };
};

/** Challenges for the key's subject minus keys presented for it. */
export const challengesUnused: Measure = ({ own, log, isRecent }) => {
  const subject = own.at(-1)?.subject;
  const issuance = subject === undefined ? [] : log.issuanceOf(subject).filter(isRecent);
  const issued = issuance.filter(({ kind }) => kind === 'challenge-issued').length;
  const value = Math.max(0, 2 * issued - issuance.length);
  const text = `${value} of ${issued} challenges for the key's subject were not presented; anybody may ask for one`;
  return { samples: issued, value, text };
};

function monthsOf(patchLevel: number): number {
  return Math.floor(patchLevel / 100) * 12 + (patchLevel % 100);
}
