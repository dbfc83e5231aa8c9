import type { RevocationEntry, RevocationSnapshot } from '../../../trust/revocation.js';
import { failed, notApplicable, passed, undetermined } from '../../check.js';
import type { CheckFinding } from '../../result.js';
import { chainCheck, type ChainView } from '../subject.js';

const STATUS_LIST =
  'developer.android.com, Verify hardware-backed key pairs, certificate status list';
const DAY_MS = 86_400_000;

/** There is a status list that can be read. */
export const listUsable = chainCheck({
  id: 'android-key/revocation-list-usable',
  rule: 'a status list is there and can be read',
  source: STATUS_LIST,
  withoutIt: 'keeping the list away from the verifier revives every revoked key',
  evaluate({ trust: { revocation }, policy }) {
    if (revocation === null) {
      return policy.androidKey.revocationMaxAgeDays === null
        ? notApplicable('policy demands no status list')
        : undetermined('no status list');
    }
    return revocation.usable ? passed : undetermined(`unusable status list: ${revocation.problem}`);
  },
});

/** The status list is recent enough. */
export const listFresh = chainCheck({
  id: 'android-key/revocation-list-fresh',
  rule: 'the status list was taken within the age that policy allows',
  source: `${STATUS_LIST}; Cache-Control of the list`,
  withoutIt: 'an old list accepts the keys that leaked since',
  needs: ['android-key/revocation-list-usable'],
  evaluate({ trust: { revocation }, policy, now }) {
    const maxAgeDays = policy.androidKey.revocationMaxAgeDays;
    if (maxAgeDays === null) return notApplicable('policy sets no age');
    const takenAtMs = revocation?.usable === true ? revocation.takenAtMs : null;
    if (takenAtMs === null) return undetermined('nobody noted when the status list was taken');
    const ageDays = (now.getTime() - takenAtMs) / DAY_MS;
    if (ageDays <= maxAgeDays) return passed;
    return undetermined(`the status list is ${ageDays.toFixed(1)} days old, not ${maxAgeDays}`);
  },
});

/** No certificate of the chain is revoked. */
export const notRevoked = entryCheck({
  id: 'android-key/not-revoked',
  rule: 'no serial of the chain is listed as REVOKED',
  withoutIt: 'a leaked vendor key signs any record for any laptop',
  refuses: ({ status }) => status === 'REVOKED',
});

/** No certificate of the chain is suspended. */
export const notSuspended = entryCheck({
  id: 'android-key/not-suspended',
  rule: 'no serial of the chain is listed as SUSPENDED, unless policy ignores that',
  withoutIt: 'a key that its vendor took out of use for now still attests',
  refuses: ({ status }) => status === 'SUSPENDED',
  ignored: ({ policy }) =>
    policy.androidKey.suspendedEntries === 'ignored' ? 'policy ignores suspension' : null,
});

/** Every entry for the chain has a word that is understood. */
export const statusKnown = entryCheck({
  id: 'android-key/status-known',
  rule: 'every entry for a serial of the chain says REVOKED or SUSPENDED',
  withoutIt: 'a word that is invented tomorrow reads as good standing',
  refuses: ({ status }) => status !== 'REVOKED' && status !== 'SUSPENDED',
});

function entryCheck(rule: {
  readonly id: 'android-key/not-revoked' | 'android-key/not-suspended' | 'android-key/status-known';
  readonly rule: string;
  readonly withoutIt: string;
  readonly refuses: (entry: RevocationEntry) => boolean;
  readonly ignored?: (view: ChainView) => string | null;
}) {
  return chainCheck({
    id: rule.id,
    rule: rule.rule,
    source: STATUS_LIST,
    withoutIt: rule.withoutIt,
    needs: ['android-key/revocation-list-usable'],
    evaluate(view): CheckFinding {
      const ignored = rule.ignored?.(view) ?? null;
      if (ignored !== null) return notApplicable(ignored);
      const list = usable(view.trust.revocation);
      if (list === null) return notApplicable('policy demands no status list');
      for (const { serial } of view.chain.certificates) {
        const entry = list.entries.get(serial);
        if (entry !== undefined && rule.refuses(entry)) {
          return failed(
            'no such entry',
            `${serial}: ${entry.status} (${entry.reason ?? 'no reason'})`,
          );
        }
      }
      return passed;
    },
  });
}

function usable(snapshot: RevocationSnapshot | null) {
  return snapshot?.usable === true ? snapshot : null;
}
