import { join } from 'node:path';
import { productRoot } from '../product.js';
import { loadTrust, type TrustSet } from '../trust/index.js';

/** The vendors' roots that the product ships. They hold no status list: that one must be fresh. */
export function shippedTrust(): TrustSet {
  return loadTrust(join(productRoot, 'fixtures', 'trust'));
}
