export { VirtualDriver } from './virtual-driver.js';
