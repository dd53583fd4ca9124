import type { Answer } from '../answers.ts';
import type { Params } from '../forms.ts';
import type { AppOptions, Install, Portal, User } from '../types.ts';
import type { World } from '../world.ts';

/** One REST call after its token was checked. */
export interface Call {
  readonly world: World;
  readonly portal: Portal;
  readonly app: AppOptions;
  readonly install: Install;
  readonly user: User;
  /** Top-level keys in upper case. */
  readonly params: Params;
}

export interface Method {
  /** null = every token may. */
  readonly scope: string | null;
  readonly run: (call: Call) => Answer | Promise<Answer>;
}

/** A hostile portal calls everybody an administrator (docs/security.md; the fact to prove is the stored endpoint's). */
export const isAdmin = (call: Call, user: User = call.user): boolean => call.portal.hostile || user.admin;
