export { conductRun, runNightly } from './nightly.js';
export { replayAppraisal, replayLine, type Replay } from './replay.js';
export type { FinishedRun } from './finish-run.js';
export { startRun, type Run, type RunOptions } from './run.js';
export { collectScenarios, scenario, type ScenarioDeclaration } from './scenario.js';
export { runSelftest } from './selftest/selftest.js';
export type { Story, StoryPhone } from './story/story.js';
