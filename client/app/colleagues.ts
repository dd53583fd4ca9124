import type { ColleaguesData } from '../../src/app/data.ts';
import { peopleList } from '../../src/presence/render.ts';
import type { PresenceAnswer } from '../../src/protocol/status.ts';
import { need } from '../pages/dom.ts';

/** How often the list is asked for while somebody looks at it (ms): rows are at most 5 s old. */
export const ASK_MS = 4000;

const OLD = 'What you see is the last known state.';

/** What the list works with; handed in, so that a test decides what the service answers and when time passes. */
export interface ColleaguesDesk {
  readonly root: ParentNode;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Resolves after so many ms, and not before somebody looks at the page. */
  pause(ms: number): Promise<void>;
}

function setList(place: HTMLElement, { people, generatedAt }: PresenceAnswer): void {
  const draft = place.ownerDocument.createElement('template');
  draft.innerHTML = peopleList(people, generatedAt).toString();
  // Compared as the browser writes it: what has not changed is not read out again.
  if (draft.innerHTML !== place.innerHTML) place.replaceChildren(draft.content);
}

/** Keeps the list of colleagues fresh until the session is over. */
export async function runColleagues({ ticket, userId }: ColleaguesData, desk: ColleaguesDesk): Promise<void> {
  const section = need(desk.root, '#colleagues', HTMLElement);
  const place = need(section, '#people', HTMLElement);
  const state = need(section, '#people-state', HTMLElement);
  const say = (text: string) => {
    if (state.textContent !== text) state.textContent = text;
    state.hidden = text === '';
  };
  let proof = ticket;
  for (;;) {
    await desk.pause(ASK_MS);
    const headers = { authorization: `Bearer ${proof}` };
    const answer = await desk
      .fetch('/api/presence', { headers, signal: AbortSignal.timeout(10_000) })
      .catch(() => null);
    if (answer?.status === 401 || answer?.status === 403)
      return say(`Your session has ended: open the app again. ${OLD}`);
    const seen = answer?.ok ? ((await answer.json().catch(() => null)) as PresenceAnswer | null) : null;
    if (seen === null) {
      say(`The service does not answer. ${OLD}`);
      continue;
    }
    proof = seen.ticket ?? proof;
    const others = seen.people.filter((person) => person.userId !== userId);
    setList(place, { ...seen, people: others });
    section.hidden = others.length === 0;
    say('');
  }
}

/** A pause of a page that asks nothing while nobody sees it, and at once when somebody looks again. */
export async function pauseWhileSeen(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (document.hidden) await new Promise((seen) => document.addEventListener('visibilitychange', seen, { once: true }));
}
