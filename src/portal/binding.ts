import type { BindingState } from '../protocol/status.ts';

/** What the object learned about its placement. */
export type BindingFact =
  /** Bitrix24 called errorHandlerUrl: it removed the placement. */
  | { readonly t: 'hit' }
  /** The app was updated in the portal: Bitrix24 drops what the old version had registered. */
  | { readonly t: 'missing' }
  /** Work on the placement begins. */
  | { readonly t: 'working' }
  /** placement.get shows our HANDLER and our errorHandlerUrl. */
  | { readonly t: 'seen' }
  /** Bitrix24 refuses these tokens. */
  | { readonly t: 'denied' }
  /** It did not work this time; it may the next. */
  | { readonly t: 'failed' }
  /** A verified admin's token was lent, or a fresh proved pair stored. */
  | { readonly t: 'admin' }
  | { readonly t: 'uninstalled' }
  | { readonly t: 'installed' };

/** When the object must look at the placement next. */
export type NextLook = 'now' | 'soon' | 'retry' | 'slow' | 'never';

export interface BindingMove {
  readonly state: BindingState;
  readonly look: NextLook;
}

/**
 * The binding's state machine: what each fact does in each state (table in docs/architecture.md).
 * `uninstalled` is left by a new install only: a late hit must not bring a removed app back to work.
 */
export function nextBinding(state: BindingState, fact: BindingFact): BindingMove {
  if (fact.t === 'installed') return { state: 'rebinding', look: 'retry' };
  if (fact.t === 'uninstalled' || state === 'uninstalled') return { state: 'uninstalled', look: 'never' };
  switch (fact.t) {
    case 'hit':
    case 'missing':
      return { state: 'disabled', look: 'soon' };
    case 'working':
      return { state: state === 'bound' || state === 'needs_admin' ? state : 'rebinding', look: 'retry' };
    case 'seen':
      return { state: 'bound', look: 'slow' };
    case 'denied':
      return { state: 'needs_admin', look: 'slow' };
    case 'failed':
      return { state: state === 'disabled' ? 'rebinding' : state, look: 'retry' };
    case 'admin':
      return state === 'bound' ? { state, look: 'slow' } : { state: 'rebinding', look: 'now' };
  }
}

/** One row of placement.get, as far as it matters. */
export interface SeenPlacement {
  readonly placement: string;
  readonly handler: string;
  readonly errorHandlerUrl: string | null;
}

export const PLACEMENT = 'PAGE_BACKGROUND_WORKER';

/**
 * What to do about what placement.get showed: nothing when exactly ours is there, else unbind and bind, because there
 * is no upsert and at most one row (fact 4.3).
 */
export function bindingNeeds(
  seen: readonly SeenPlacement[],
  wanted: { readonly handler: string; readonly errorHandlerUrl: string },
): 'nothing' | 'bind' | 'unbind_and_bind' {
  const rows = seen.filter((row) => row.placement === PLACEMENT);
  const [only] = rows;
  if (!only) return 'bind';
  const ours = rows.length === 1 && only.handler === wanted.handler && only.errorHandlerUrl === wanted.errorHandlerUrl;
  return ours ? 'nothing' : 'unbind_and_bind';
}
