import type { HarnessError } from '../errors.js';
import type { Inventory } from './inventory.js';

/**
 * What is wrong with an inventory that holds virtual and real phones, or null. A run has one trust
 * set: with both kinds in it, the roots that a virtual lab makes up would judge real phones too.
 */
export function mixedKinds(inventory: Inventory): HarnessError | null {
  const { phones } = inventory.value;
  const isVirtual = phones.map((phone) => phone.virtual !== undefined);
  const index = isVirtual.findIndex((one) => one !== isVirtual[0]);
  if (index === -1) return null;
  const [kind, others] = isVirtual[index] === true ? ['virtual', 'real'] : ['real', 'virtual'];
  return inventory.invalid(
    ['phones', index],
    `a ${kind} phone among ${others} ones: the roots of virtual phones must never judge a real ` +
      'one; put each kind into a lab of its own',
  );
}
