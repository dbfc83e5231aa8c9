import { writeOwnedFile } from '../owned-file.js';
import { RUN_FILES } from '../record.js';
import type { Report } from '../report.js';
import { matrixPage } from './page.js';

/** Classes by floors as one page that opens anywhere. */
export const matrixReport: Report = {
  name: 'matrix',
  write(run, folder) {
    writeOwnedFile(folder, RUN_FILES.matrix, matrixPage(run));
    return { files: [RUN_FILES.matrix] };
  },
};
