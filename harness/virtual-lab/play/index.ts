export { PLAY_FAULTS, type PlayFaultName } from './play-faults.js';
export { createPlayService, hasPlay, type PlayService } from './play-service.js';
export { createPlayVendor, type PlayConsole, type PlayVendor } from './play-vendor.js';
