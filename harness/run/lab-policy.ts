import type { Lab } from '../farm/lab.js';
import type { AppraisalPolicy } from '../verifier/index.js';
import { loadPolicy } from './load-policy.js';

/** The appraisal policy of a lab, with what the lab's reference values narrow. */
export function labPolicy(lab: Lab): AppraisalPolicy {
  const { policy } = loadPolicy(lab.policy, {
    by: `${lab.file}: policy`,
    code: 'ERR_FILE_INVALID',
  });
  const { android, apple } = lab.referenceValues;
  const bootKeys = [...policy.androidKey.allowedBootKeys, ...android.bootKeys];
  return {
    ...policy,
    androidKey: { ...policy.androidKey, allowedBootKeys: [...new Set(bootKeys)] },
    appAttest: { ...policy.appAttest, environments: [apple.environment] },
  };
}
