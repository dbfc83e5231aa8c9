import { LAB, type AppraisalPolicy } from 'attestlab/verifier';

/** StrongBox keys alone, and App Attest keys of builds from the store alone. */
export const OURS: AppraisalPolicy = {
  ...LAB,
  id: 'ours',
  androidKey: { ...LAB.androidKey, minimumLevel: 'STRONG_BOX' },
  appAttest: { ...LAB.appAttest, environments: ['production'] },
};
