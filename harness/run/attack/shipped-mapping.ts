import { join } from 'node:path';
import { productRoot } from '../../product.js';

/** The mapping of attestlab's own interface, which is what a backend speaks where no other is named. */
export const shippedMapping = join(productRoot, 'fixtures/mappings/attestlab.yaml');
