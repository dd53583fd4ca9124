import { type HtmlEscapedString, html } from '../pages/html.ts';
import type { Session } from '../protocol/frame.ts';
import { badge } from '../status/render.ts';
import { noAccount } from './words.ts';

const option = ([value, label]: readonly [string, string]) => html`<option value="${value}">${label}</option>`;

const RINGTONES = [
  ['classic', 'Classic'],
  ['soft', 'Soft'],
  ['chime', 'Chime'],
] as const;

/** A switch says what is on; its hint says what that means. */
const toggle = (name: string, label: string, hint: string) => html`<div class="toggle">
<input type="checkbox" role="switch" id="${name}" aria-describedby="${name}-hint" disabled>
<div><label for="${name}">${label}</label><p class="field__hint" id="${name}-hint">${hint}</p></div>
</div>`;

const device = (kind: string, label: string) => html`<div class="field">
<label for="${kind}">${label}</label>
<select id="${kind}" disabled><option value="">The browser’s own choice</option></select>
</div>`;

const ringing = (): HtmlEscapedString => html`<section class="panel">
<h2>Ringing</h2>
${toggle('callWaiting', 'Offer a second call', 'While you talk, another caller may ring softly. Off: they hear that you are busy.')}
<div class="field">
<label for="autoAnswerS">Answer by itself after (seconds)</label>
<input class="short" type="number" id="autoAnswerS" min="0" max="30" step="1" inputmode="numeric" aria-describedby="autoAnswerS-hint" disabled>
<p class="field__hint" id="autoAnswerS-hint">0 = never, at most 30.</p>
</div>
<div class="field">
<label for="ringtone">Ringtone</label>
<div class="beside"><select id="ringtone" disabled>${RINGTONES.map(option)}</select>
<button type="button" class="button" id="tryRing" disabled>Try</button></div>
</div>
<div class="field">
<label for="ringVolume">Volume</label>
<input type="range" id="ringVolume" min="0" max="100" step="5" disabled>
</div>
</section>`;

const devices = (): HtmlEscapedString => html`<section class="panel">
<h2>Sound</h2>
${device('microphone', 'Microphone')}
<div class="beside">
<button type="button" class="button" id="checkMicrophone" aria-pressed="false">Check the microphone</button>
<meter id="level" min="0" max="1" low="0.02" high="0.9" optimum="0.3" value="0" aria-label="Level of the microphone" hidden></meter>
<p class="field__hint" id="level-says" role="status"></p>
</div>
<div data-speakers hidden>${device('speaker', 'Speaker')}${device('ringer', 'Rings on')}</div>
<p class="field__hint" data-no-speakers hidden>This browser plays calls on its own output. Choose another one in the system’s sound settings.</p>
</section>`;

/**
 * The operator's panel: what is said about the phone and the calls is filled in by the page's script (client/app/panel). A
 * person without an account gets the sentence that says whom to ask.
 */
export function panel(session: Pick<Session, 'sip' | 'user'>): HtmlEscapedString {
  if (!session.sip) {
    const own = noAccount(session.user);
    return html`<section class="panel"><h2>My phone</h2><p>${badge(own)}</p><p>${own.advice}</p></section>`;
  }
  return html`<section class="panel phone" id="phone" aria-labelledby="phone-title">
<div class="phone__head">
<div class="phone__state"><h2 id="phone-title" tabindex="-1">My phone</h2><p id="phone-badge"></p></div>
<div class="dnd"><input type="checkbox" role="switch" id="doNotDisturb" disabled><label for="doNotDisturb">Do not disturb</label></div>
</div>
<p id="phone-advice"></p>
<p class="dim">Your number: <b>${session.sip.uri.replace(/^sip:/, '')}</b></p>
<ul class="calls" id="calls"></ul>
<p class="calls__none dim" id="no-calls" hidden>No call at the moment. The call card opens on every Bitrix24 page when somebody calls.</p>
<button type="button" class="button phone__confer" id="confer" hidden>Join both calls</button>
<p class="phone__notice" id="notice" hidden></p>
<p class="sr" role="status" id="said"></p>
<noscript><p class="notice notice--bad">Switch JavaScript on to see your calls here.</p></noscript>
</section>
<div class="halves" id="choices">${ringing()}${devices()}</div>`;
}
