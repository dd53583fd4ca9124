/**
 * Inlined into the page of `/placement`; the only code that runs before `load`.
 *
 * Bitrix24 times frame inserted -> `load` and counts everything that is in the page (fact 1.5: scripts, modules,
 * subresources), but no dynamic import. So this script only listens, measures, and imports the frame afterwards.
 * It never reloads and never navigates: each later `load` of the same element would be timed from its insertion.
 */
interface FrameModule {
  start(loadMs: number): void;
}

// Read now: `document.currentScript` is null in a listener.
const newest = '/client/frame.js';
const url = document.currentScript?.dataset.frame || newest;

addEventListener('load', () => {
  // Since the navigation that made this document, which is the form POST that Bitrix24 sends right after the insertion.
  const loadMs = Math.round(performance.now());
  // A deploy may have removed the hashed file while this page was kept in a cache: the unhashed name always leads to the newest.
  import(/* @vite-ignore */ url)
    .catch(() => import(/* @vite-ignore */ newest))
    .then((frame: FrameModule) => frame.start(loadMs));
});
