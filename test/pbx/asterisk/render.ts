/** An agent's account at Asterisk. */
export interface AsteriskUser {
  readonly user: string;
  readonly password: string;
  readonly name: string;
  /** Session timers (RFC 4028), with the shortest interval that there is: 90 s. Default: off. */
  readonly timers?: 'always' | 'required';
}

/**
 * A configuration file from its template.
 * @param values what stands for `@NAME@`
 * @throws when the template names a value that is not given
 */
export function render(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replaceAll(/@([A-Z_]+)@/g, (_all, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`No value for @${name}@`);
    return String(value);
  });
}

const SHORTEST = 'timers_min_se = 90\ntimers_sess_expires = 90';

/** The endpoint, auth and aor sections of all agents, from the template of one. */
export function renderAgents(template: string, users: readonly AsteriskUser[]): string {
  return users
    .map(({ user, password, name, timers }) =>
      render(template, {
        USER: user,
        PASSWORD: password,
        NAME: name,
        TIMERS: timers ? `${timers}\n${SHORTEST}` : 'no',
      }),
    )
    .join('');
}

/**
 * The addresses that Asterisk would offer as ICE candidates, each mapped to the one at which it is (rtp.conf).
 * @param listing output of `ip -4 -o addr show`
 */
export function candidateMap(listing: string, to: string): string {
  const addresses = [...listing.matchAll(/\binet (\d+\.\d+\.\d+\.\d+)/g)].map((match) => match[1] ?? '');
  return addresses
    .filter((address) => !address.startsWith('127.') && address !== to)
    .map((address) => `${address} => ${to}\n`)
    .join('');
}
