import { atOnce, type AssertedRequestAttack } from './attack.js';

const GUIDE = 'Apple, Validating apps that connect to your server';

/** Orders are signed ahead and sent in the order of their own counters. */
export const assertionHeldBack: AssertedRequestAttack = {
  id: 'signed-request/assertion-held-back',
  applies: 'asserted-request',
  description:
    'has a hooked app sign a later order first, and sends it when its turn by the app’s own counter has come',
  needs: ['hooked-app', 'captured-request'],
  failing: { 'signed-request': ['signed-request/assertion-counter-increased'] },
  references: [`${GUIDE}, assertion step 5`],
  present: ([later, earlier]) => [atOnce(earlier), atOnce(later)],
};

/** The key belongs to another app of the same phone. */
export const assertionOfOtherApp: AssertedRequestAttack = {
  id: 'signed-request/assertion-of-other-app',
  applies: 'asserted-request',
  description: 'signs an order with the App Attest key of an app of his own, on the same phone',
  needs: ['other-build'],
  failing: { 'signed-request': ['signed-request/app-matches'] },
  references: [`${GUIDE}, assertion step 4: rpIdHash`],
  present: ([later]) => [{ ...atOnce(later), circumstance: 'other-app' }],
};
