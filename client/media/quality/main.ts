// The bundle that measures a call's sound, fetched when a call begins.
export { createSampler } from './sampler.ts';
