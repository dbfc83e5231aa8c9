import { X509Certificate } from 'node:crypto';
import type { Lab } from '../../farm/lab.js';
import { loadPolicy } from '../../run/load-policy.js';
import { loadTrust, type TrustAnchor, type TrustSet } from '../../trust/index.js';
import { missing, ok, type Finding } from './finding.js';

const DAY_MS = 86_400_000;

/**
 * Whether the lab's trust holds for a run at `now`. A stale list is found here, before work: in the
 * night it would turn every verdict of a real phone to indeterminate.
 */
export function trustFinding(lab: Lab, now: Date): Finding {
  const { policy } = loadPolicy(lab.policy, {
    by: `${lab.file}: policy`,
    code: 'ERR_FILE_INVALID',
  });
  const trust = loadTrust(lab.trustFolder);
  const expired = expiredAnchors(trust, now);
  if (expired.length > 0) {
    return missing(
      `${lab.trustFolder}: expired: ${expired.map(({ name }) => name).join(', ')}`,
      `replace them in ${lab.trustFolder}; the vendors publish their roots`,
    );
  }
  const maxAgeDays = hasRealAndroid(lab) ? policy.androidKey.revocationMaxAgeDays : null;
  const stale = maxAgeDays === null ? null : staleness(trust, { now, maxAgeDays });
  if (stale !== null) return missing(stale, revocationRemedy(lab));
  return ok(`${anchorsOf(trust).length} anchors${maxAgeDays === null ? '' : ', revocation fresh'}`);
}

/** Anchors of which no certificate holds any more: one key may have several. */
export function expiredAnchors(trust: TrustSet, now: Date): readonly TrustAnchor[] {
  return anchorsOf(trust).filter(({ certificates }) =>
    certificates.every((der) => Date.parse(new X509Certificate(der).validTo) < now.getTime()),
  );
}

function anchorsOf(trust: TrustSet): readonly TrustAnchor[] {
  return [...trust.androidAnchors, ...trust.appAttestAnchors, ...trust.receiptAnchors];
}

/** What is wrong with the revocation list, or null. */
export function staleness(
  { revocation }: Pick<TrustSet, 'revocation'>,
  { now, maxAgeDays }: { readonly now: Date; readonly maxAgeDays: number },
): string | null {
  if (revocation === null) return 'no revocation list, and the policy demands one';
  if (!revocation.usable) return `revocation list: ${revocation.problem}`;
  if (revocation.takenAtMs === null) return 'nobody noted when the revocation list was fetched';
  const ageDays = (now.getTime() - revocation.takenAtMs) / DAY_MS;
  if (ageDays < 0) return 'the revocation list is dated in the future';
  return ageDays > maxAgeDays
    ? `revocation list of ${Math.floor(ageDays)} days; the policy allows ${maxAgeDays}`
    : null;
}

// Virtual phones bring a list of their own vendor's with them.
function hasRealAndroid(lab: Lab): boolean {
  return lab.inventory.value.phones.some(
    (phone) => phone.platform === 'android' && phone.virtual === undefined,
  );
}

function revocationRemedy(lab: Lab): string {
  return (
    'fetch https://android.googleapis.com/attestation/status and take it in by ' +
    `\`attestlab trust update --trust ${lab.trustFolder} --from FILE\``
  );
}
