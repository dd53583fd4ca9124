import type { ButtonName } from './states.ts';

const HANDSET =
  'M6.6 3.5h2.6l1.9 4.6-2.3 1.7a11.8 11.8 0 0 0 5.4 5.4l1.7-2.3 4.6 1.9v2.6a2 2 0 0 1-2.1 2A15.8 15.8 0 0 1 4.6 5.6a2 2 0 0 1 2-2.1z';

interface Look {
  readonly label: string;
  readonly path: string;
  readonly tone: 'green' | 'red' | 'plain' | 'blue';
  /** Turns the handset into the one that hangs up. */
  readonly turned?: boolean;
}

/** How each button of the card looks; the shapes were drawn for this project. */
export const LOOKS: Readonly<Record<ButtonName | 'addComment', Look>> = {
  answer: { label: 'Answer', path: HANDSET, tone: 'green' },
  call: { label: 'Call', path: HANDSET, tone: 'green' },
  redial: { label: 'Call again', path: HANDSET, tone: 'green' },
  skip: { label: 'Skip', path: HANDSET, tone: 'red', turned: true },
  hangup: { label: 'Hang up', path: HANDSET, tone: 'red', turned: true },
  hold: { label: 'Hold', path: 'M9 6v12M15 6v12', tone: 'plain' },
  mute: {
    label: 'Mute',
    path: 'M12 4a2.5 2.5 0 0 1 2.5 2.5v4a2.5 2.5 0 0 1-5 0v-4A2.5 2.5 0 0 1 12 4zM6.5 11a5.5 5.5 0 0 0 11 0M12 16.500v3M5 5l14 14',
    tone: 'plain',
  },
  quality: { label: 'Quality', path: 'M5 18v-3M10 18v-6M15 18V9M20 18V5', tone: 'plain' },
  fold: { label: 'Fold', path: 'M6 17h12', tone: 'plain' },
  transfer: { label: 'Transfer', path: 'M4 9h13l-3-3M20 15H7l3 3', tone: 'plain' },
  dialpad: {
    label: 'Keys',
    path: 'M6 6h.01M12 6h.01M18 6h.01M6 12h.01M12 12h.01M18 12h.01M6 18h.01M12 18h.01M18 18h.01',
    tone: 'plain',
  },
  complete: { label: 'Complete', path: 'M5 12.500l4.500 4.500L19 7.500', tone: 'green' },
  cancel: { label: 'Cancel', path: 'M9 7l-5 5 5 5M4 12h10a6 6 0 0 1 6 6', tone: 'plain' },
  close: { label: 'Close', path: 'M6 6l12 12M18 6L6 18', tone: 'plain' },
  notifyAdmin: { label: 'Tell admin', path: 'M6 17V11a6 6 0 0 1 12 0v6l2 1H4zM10 20.500h4', tone: 'blue' },
  addComment: { label: 'Comment', path: 'M4 5h16v11H10l-4 4v-4H4z', tone: 'plain' },
};
