import { testDigest } from './test-key.js';

/** The app that good evidence of Apple's is for. */
export const APP_ID = 'ABCDE12345.com.example.probe';

/** The client data hash that good evidence of Apple's is for. */
export const CLIENT_DATA_HASH = testDigest('client data');
