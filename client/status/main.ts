import { need } from '../pages/dom.ts';
import { REFRESH_MS, refresh } from './poll.ts';
import { type StatusElements, show } from './refresh.ts';

const elements: StatusElements = {
  asof: need(document, '#asof', HTMLElement),
  summary: need(document, '#summary', HTMLElement),
  portals: need(document, '#portals', HTMLElement),
  empty: need(document, '#empty', HTMLTemplateElement),
};
const stale = need(document, '#stale', HTMLElement);

async function turn(): Promise<void> {
  const answer = await refresh(fetch);
  stale.hidden = answer.ok;
  document.body.classList.toggle('is-stale', !answer.ok);
  if (answer.ok) show(elements, answer.status);
  else if (stale.textContent !== answer.message) stale.textContent = answer.message;
}

async function keepFresh(): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
    // A tab that nobody sees asks nothing; it asks at once when somebody looks again.
    if (document.hidden)
      await new Promise((seen) => document.addEventListener('visibilitychange', seen, { once: true }));
    await turn();
  }
}

void keepFresh();
