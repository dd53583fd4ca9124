import { type HtmlEscapedString, html } from '../pages/html.ts';
import { choice, field, lineList } from './fields.ts';

/** The settings of calls (CallSettings in src/protocol/settings.ts), a section each for what is decided together. */

const calls = (): HtmlEscapedString => html`<fieldset class="panel">
<legend>Calls</legend>
<p class="field__hint">What the buttons of the call card do, and what your PBX can.</p>
<div class="fields">
${choice({
  name: 'calls.transfer',
  label: 'The transfer button',
  options: [
    ['attended', 'Speaks with the target first'],
    ['blind', 'Hands over at once'],
  ],
  hint: 'Speaking first needs a PBX that takes REFER with Replaces (Asterisk does).',
})}
${choice({
  name: 'calls.dtmf',
  label: 'Keys of the keypad travel',
  options: [
    ['stream', 'In the sound (RFC 4733)'],
    ['info', 'As SIP INFO'],
  ],
  hint: 'Choose SIP INFO only if menus of the far end do not hear the keys.',
})}
${field({
  name: 'calls.conference',
  label: 'Conference room (optional)',
  placeholder: '8{user}',
  hint: 'Extension of the PBX’s bridge, on which an agent joins two calls; {user} stands for the agent’s SIP user. Empty = no conferences.',
})}
</div>
</fieldset>`;

const numbers = (): HtmlEscapedString => html`<fieldset class="panel">
<legend>Numbers</legend>
<p class="field__hint">How what stands in the CRM becomes what your PBX dials, and how a caller is found in the CRM.</p>
<div class="fields">
${field({
  name: 'calls.country',
  label: 'Country',
  placeholder: 'DE',
  hint: 'Two letters. Numbers without a country code are taken for numbers of this country. Empty = as they are written.',
})}
${choice({
  name: 'calls.dialAs',
  label: 'The PBX wants numbers',
  options: [
    ['as_written', 'As they are written'],
    ['e164', 'In full: +493012345'],
    ['national', 'As dialled at home: 03012345, abroad 0044…'],
  ],
  hint: 'What your trunk takes.',
})}
${field({
  name: 'calls.dialPrefix',
  label: 'Prefix for an outside line (optional)',
  inputMode: 'tel',
  placeholder: '9',
  hint: 'Put before every number that is neither an extension nor an emergency number.',
})}
${field({
  name: 'calls.extensionDigits',
  label: 'Digits of an extension',
  inputMode: 'numeric',
  placeholder: '4',
  hint: 'Numbers of up to so many digits are extensions and dialled as they are. 0 = there are none, at most 8.',
})}
${lineList({
  name: 'calls.forbidden',
  label: 'Never dialled',
  placeholder: '+1900*',
  hint: 'One a line; * stands for any digits. The PBX should forbid them as well: this keeps honest people from mistakes.',
})}
${lineList({
  name: 'calls.emergency',
  label: 'Emergency numbers',
  placeholder: '112',
  hint: 'One a line. Dialled exactly as written, whatever else stands here.',
})}
</div>
</fieldset>`;

const recording = (): HtmlEscapedString => html`<fieldset class="panel">
<legend>Recording</legend>
<p class="field__hint">Records are attached to the call in the CRM. In many countries both sides must agree first: ask before you switch it on.</p>
<div class="fields">
${choice({
  name: 'calls.recording',
  label: 'Calls are recorded',
  options: [
    ['off', 'Not at all'],
    ['browser', 'By the agent’s browser'],
    ['pbx', 'By the PBX'],
  ],
  hint: 'The agent’s page says that a call is recorded, and lets the agent pause it where the browser records.',
})}
${field({
  name: 'calls.recordingUrl',
  label: 'Address of a call’s record',
  inputMode: 'url',
  placeholder: 'https://pbx.example.com/rec/{call}.wav',
  hint: 'Bitrix24 fetches the file there. {call} stands for the PBX’s name of the call (call header), {leg} for the SIP Call-ID.',
})}
</div>
</fieldset>`;

const leads = (): HtmlEscapedString => html`<fieldset class="panel">
<legend>New callers</legend>
<p class="field__hint">Whether somebody whom the CRM does not know becomes a lead when they call.</p>
<div class="fields">
${choice({
  name: 'calls.leads',
  label: 'Bitrix24 makes a lead',
  options: [
    ['unknown', 'Of every unknown caller'],
    ['by_line', 'By the line they called'],
    ['never', 'Never'],
  ],
  hint: 'By line: tick the lines above.',
})}
</div>
</fieldset>`;

export const callSettings = (): HtmlEscapedString => html`${calls()}${numbers()}${recording()}${leads()}`;
