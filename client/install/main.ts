import { need, pageData, parentBridge } from '../pages/dom.ts';
import { finishInstall, type InstallData } from './finish.ts';

const outcome = need(document, '#outcome', HTMLElement);

void finishInstall(pageData<InstallData>('install-data'), {
  bridge: parentBridge(),
  say: (text) => {
    outcome.textContent = text;
  },
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});
