import type { AppRelease } from './release.js';

/** Why a release's signature does not hold; empty where it does. */
export function releaseProblems(release: AppRelease): readonly string[] {
  if (release.platform === 'ios') return [...release.code.problems, ...release.problems];
  const { signers, problems } = release.signing;
  return [
    ...problems,
    ...signers.flatMap((signer) => signer.problems.map((text) => `${signer.scheme}: ${text}`)),
  ];
}
