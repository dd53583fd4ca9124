export { FakeBitrix24, type Who } from './fake.ts';
export { type FaultKind, type FaultOptions, LostAnswer } from './faults.ts';
export type { ClickToCall, LongLoadResult } from './lifecycle.ts';
export type { FramePost } from './posts.ts';
export type { PullEvent } from './pull.ts';
export type { Delivery } from './queue.ts';
export type { TokenPair } from './tokens.ts';
export type * from './types.ts';
export type { LogEntry } from './world.ts';
