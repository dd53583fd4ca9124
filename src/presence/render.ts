import { type HtmlEscapedString, html } from '../pages/html.ts';
import type { PersonPresence } from '../protocol/status.ts';
import { byPresence, personView } from './view.ts';

function personItem(person: PersonPresence, now: string): HtmlEscapedString {
  const { who, label, tone, icon, why, since } = personView(person, now);
  return html`<li data-user="${person.userId}" data-presence="${person.presence}"><span class="person">${who}</span>
<span class="badge badge--${tone}"><svg class="badge__icon" viewBox="0 0 16 16" aria-hidden="true"><path d="${icon}"/></svg>${label}</span>
<span class="dim">${[why, since].filter(Boolean).join(', ')}</span></li>`;
}

/**
 * How people's phones stand, on /status and on the app's page; Worker and browser make the same list.
 *
 * @param now ISO 8601, the moment the list was made
 */
export const peopleList = (people: readonly PersonPresence[], now: string): HtmlEscapedString =>
  html`<ul class="people">${byPresence(people).map((person) => personItem(person, now))}</ul>`;
