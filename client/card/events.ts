/**
 * The 17 events of Bitrix24's call card (fact 3.3), read from whatever the portal posts. Their effects: docs/card.md.
 */

/** Who a call is to be handed to, as the person picked it on the card. */
export type TransferTarget =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'queue'; readonly queue: string }
  /** Digits that may be either; who knows the colleagues can tell. */
  | { readonly kind: 'digits'; readonly digits: string };

export type CardEvent =
  | {
      readonly name: 'initialized';
      readonly callId: string;
      readonly direction: 'incoming' | 'outgoing' | 'callback';
      readonly number: string;
      readonly line: string;
    }
  | { readonly name: 'entityChanged' }
  | { readonly name: 'addCommentButtonClick'; readonly text: string }
  | { readonly name: 'muteButtonClick'; readonly muted: boolean }
  | { readonly name: 'holdButtonClick'; readonly held: boolean }
  | { readonly name: 'transferButtonClick'; readonly target: TransferTarget }
  | { readonly name: 'dialpadButtonClick'; readonly key: string }
  | { readonly name: 'qualityMeterClick'; readonly vote: 1 | 2 | 3 | 4 | 5 }
  | { readonly name: PlainEvent };

/** Events that carry nothing. */
export type PlainEvent =
  | 'answerButtonClick'
  | 'skipButtonClick'
  | 'hangupButtonClick'
  | 'makeCallButtonClick'
  | 'nextButtonClick'
  | 'closeButtonClick'
  | 'notifyAdminButtonClick'
  | 'cancelTransferButtonClick'
  | 'completeTransferButtonClick';

const PLAIN: ReadonlySet<string> = new Set<PlainEvent>([
  'answerButtonClick',
  'skipButtonClick',
  'hangupButtonClick',
  'makeCallButtonClick',
  'nextButtonClick',
  'closeButtonClick',
  'notifyAdminButtonClick',
  'cancelTransferButtonClick',
  'completeTransferButtonClick',
]);

type Fields = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

/**
 * Reads one event by its name without the prefix `BackgroundCallCard::`.
 * @returns null for an event that we don't know or whose payload makes no sense
 */
export function readCardEvent(name: string, data: unknown): CardEvent | null {
  if (PLAIN.has(name)) return { name: name as PlainEvent };
  switch (name) {
    case 'initialized':
      return readInitialized(fields(data));
    case 'entityChanged':
      return { name };
    case 'addCommentButtonClick':
      return { name, text: text(data) };
    case 'muteButtonClick':
      return { name, muted: truth(data) };
    case 'holdButtonClick':
      return { name, held: truth(data) };
    case 'transferButtonClick': {
      const target = readTarget(fields(data));
      return target && { name, target };
    }
    case 'dialpadButtonClick':
      return /^[0-9*#]$/.test(text(data)) ? { name, key: text(data) } : null;
    case 'qualityMeterClick': {
      const vote = Number(text(data));
      return [1, 2, 3, 4, 5].includes(vote) ? { name, vote: vote as 1 } : null;
    }
    default:
      return null;
  }
}

const truth = (data: unknown): boolean => data === true || data === 'true';

function readInitialized(card: Fields): CardEvent | null {
  const callId = text(card.CALL_ID);
  const direction = card.CALL_DIRECTION;
  if (!callId || (direction !== 'incoming' && direction !== 'outgoing' && direction !== 'callback')) return null;
  return { name: 'initialized', callId, direction, number: text(card.PHONE_NUMBER), line: text(card.LINE_NUMBER) };
}

/**
 * Two shapes: `{type, target}` before the first command for a card, `{phoneNumber, target}` afterwards (fact 3.3).
 * In the second, `phoneNumber` is the number of the call itself, and `target` a user id, as a number or as text, or a typed
 * number: a few digits as text can be a colleague of the menu as well as a typed extension.
 */
function readTarget({ type, target }: Fields): TransferTarget | null {
  const value = text(target).trim();
  if (!value) return null;
  if (type === 'queue') return { kind: 'queue', queue: value };
  if (type === 'pstn') return { kind: 'number', number: value };
  if (type === 'user' || typeof target === 'number') return { kind: 'user', userId: value };
  return /^\d{1,6}$/.test(value) ? { kind: 'digits', digits: value } : { kind: 'number', number: value };
}
