import { join } from 'node:path';
import { productRoot } from '../product.js';

/** The lab of virtual phones that comes with the product. */
export const shippedLab: string = join(productRoot, 'fixtures', 'labs', 'virtual');
