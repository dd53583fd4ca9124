/**
 * Who can be reached where: at most one contact a user, the newest wins (like `max_contacts=1` with
 * `remove_existing=yes` in Asterisk), so that a reloaded page never rings beside its own ghost. Pure, with a clock.
 */
export interface Binding {
  readonly user: string;
  /** Contact as the phone wrote it, for the answer to REGISTER. */
  readonly contact: string;
  /** Request-URI that reaches the phone on its connection. */
  readonly target: string;
  readonly connection: string;
  /** Unix ms. */
  readonly expiresAt: number;
}

export interface Registrar {
  /** Puts the binding in place of an older one; says whether there was none for this connection before. */
  bind(binding: Omit<Binding, 'expiresAt'>, seconds: number): { readonly fresh: boolean; readonly binding: Binding };
  /** Removes a user's binding; true when there was one. */
  unbind(user: string): boolean;
  /** The binding of a user that is registered right now. */
  find(user: string): Binding | undefined;
  /** Removes the bindings of a connection that closed and names their users. */
  drop(connection: string): readonly string[];
  /** All current bindings, users in order. */
  list(): readonly Binding[];
}

/** Shortest and longest registration that is granted, seconds. */
export const EXPIRES = { shortest: 10, longest: 3600 } as const;

/**
 * @param now clock, Unix ms
 */
export function createRegistrar(now: () => number): Registrar {
  const bindings = new Map<string, Binding>();
  const current = (user: string) => {
    const binding = bindings.get(user);
    if (binding && binding.expiresAt <= now()) bindings.delete(user);
    return bindings.get(user);
  };
  return {
    bind(wanted, seconds) {
      const granted = Math.min(Math.max(seconds, EXPIRES.shortest), EXPIRES.longest);
      const fresh = current(wanted.user)?.connection !== wanted.connection;
      const binding = { ...wanted, expiresAt: now() + granted * 1000 };
      bindings.set(wanted.user, binding);
      return { fresh, binding };
    },
    unbind: (user) => current(user) !== undefined && bindings.delete(user),
    find: current,
    drop(connection) {
      const users = [...bindings.values()].filter((binding) => binding.connection === connection).map((b) => b.user);
      for (const user of users) bindings.delete(user);
      return users;
    },
    list: () =>
      [...bindings.keys()]
        .sort()
        .map(current)
        .filter((binding) => binding !== undefined),
  };
}
