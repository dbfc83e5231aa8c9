import { utf8, utf8Text } from '../../encoding/bytes.js';
import type { AppKeyRequest } from '../app-keys.js';
import type { AppContext } from '../app-program.js';
import { chainOfStranger, type GeneratedKey } from '../secure-hardware/index.js';

// The functions of the app that hooks take the place of. Each says what the app does by itself, and
// what it does under a hook; nothing outside of this file asks for one.

/** How many an order is for that a hook has changed. */
export const HOOKED_QUANTITY = 1000;

/** The pins that the app compares a chain with; null where it compares nothing. */
export function pinsToCheck(
  context: AppContext,
  pins: readonly string[] | undefined,
): readonly string[] | null {
  return context.hooks.has('pin-check-forced') ? null : (pins ?? null);
}

/** The body that the app signs. */
export function bodyToSign(context: AppContext, body: Uint8Array): Uint8Array {
  return context.hooks.has('body-changed-before-signing') ? changedOrder(body) : body;
}

/**
 * The body that the app sends. An app makes its order, signs it and sends it; the protocol has the
 * last two apart. What was changed before the signature must therefore be changed here as well.
 */
export function bodyToSend(context: AppContext, body: Uint8Array): Uint8Array {
  const { hooks } = context;
  const isChanged =
    hooks.has('body-changed-before-signing') || hooks.has('body-changed-after-signing');
  return isChanged ? changedOrder(body) : body;
}

/** The key that the app has made, as its platform's interface describes it. */
export async function generatedKey(
  context: AppContext,
  request: AppKeyRequest,
): Promise<GeneratedKey> {
  if (!context.hooks.has('attestation-replaced')) return context.keys.generate(request);
  // SecKeyCreateRandomKey without kSecAttrTokenID, and attributes that are read back with it.
  if (context.device.platform === 'ios') {
    return {
      ...(await context.keys.generate({ ...request, level: 'software' })),
      level: request.level,
    };
  }
  // KeyStore.getCertificateChain(): the key is the keystore's, the chain is not.
  const key = await context.keys.generate(request);
  const chain = key.attestationChain;
  return chain === undefined ? key : { ...key, attestationChain: chainOfStranger(chain) };
}

// What is no order, such as a request for a challenge, passes as it is: the hook is after the money.
function changedOrder(body: Uint8Array): Uint8Array {
  const order = jsonObject(body);
  if (order === null || !('quantity' in order)) return body;
  return utf8(JSON.stringify({ ...order, quantity: HOOKED_QUANTITY }));
}

function jsonObject(body: Uint8Array): object | null {
  try {
    const value: unknown = JSON.parse(utf8Text(body) ?? '');
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
