import type { IncomingRequest } from 'sip.js/lib/core/index.js';
import { challenge, parseCredentials, verify } from './digest.ts';
import type { Refusal } from './events.ts';
import type { Account, Switchboard } from './switchboard.ts';
import { contactOf } from './wire.ts';

/**
 * Whose request this is, proved by digest (RFC 3261 22.2); null when it was answered with 401 or 403.
 * A phone may only speak for itself: the proved user must be the one in From.
 */
export function admit(board: Switchboard, request: IncomingRequest): Account | null {
  const { message } = request;
  const header = message.getHeader('authorization') ?? message.getHeader('proxy-authorization');
  const credentials = header === undefined ? null : parseCredentials(header);
  if (!credentials) return ask(board, request, false);
  const account = board.accounts.get(credentials.username);
  if (!account) return refuse(board, request, credentials.username, 'unknown_user');
  const verdict = verify(credentials, account.password, message.method, board.nonces);
  if (!verdict.ok && verdict.reason === 'stale') return ask(board, request, true);
  if (!verdict.ok) return refuse(board, request, account.user, 'wrong_password');
  return message.from.uri.user === account.user ? account : refuse(board, request, account.user, 'wrong_user');
}

function ask(board: Switchboard, request: IncomingRequest, stale: boolean): null {
  request.reject({ statusCode: 401, extraHeaders: [challenge(board.domain, board.nonces.issue(), stale)] });
  return null;
}

/** 401 again for a wrong password, as Asterisk answers: it tells nobody which users exist. */
function refuse(board: Switchboard, request: IncomingRequest, user: string, reason: Refusal): null {
  board.emit({ type: 'refused', method: request.message.method, user, reason });
  if (reason !== 'wrong_user') return ask(board, request, false);
  request.reject({ statusCode: 403 });
  return null;
}

/** Answers REGISTER (RFC 3261 10.3). `connection` is the name of the WebSocket that the request came over. */
export function register(board: Switchboard, request: IncomingRequest): void {
  const account = admit(board, request);
  if (!account) return;
  const { message } = request;
  const written = message.getHeader('contact');
  const contact = contactOf(message);
  const wanted = Number(contact?.getParam('expires') ?? message.getHeader('expires') ?? 600);
  if (written === undefined) return void request.accept(listing(board, account.user));
  if (written.trim() === '*' || wanted === 0) {
    if (board.registrar.unbind(account.user)) {
      board.emit({ type: 'unregistered', user: account.user, reason: 'asked' });
    }
    return void request.accept({ statusCode: 200 });
  }
  if (!contact || !Number.isFinite(wanted)) return void request.reject({ statusCode: 400 });
  const { fresh } = board.registrar.bind(
    {
      user: account.user,
      // Without its parameters: SIP.js compares the URI, and finds itself only in the one that it wrote.
      contact: /<[^>]*>/.exec(written)?.[0] ?? `<${written.split(';')[0]?.trim()}>`,
      target: contact.uri.toString(),
      connection: contact.uri.host,
    },
    wanted,
  );
  if (fresh) board.emit({ type: 'registered', user: account.user });
  request.accept(listing(board, account.user));
}

function listing(board: Switchboard, user: string) {
  const binding = board.registrar.find(user);
  const seconds = binding ? Math.round((binding.expiresAt - board.now()) / 1000) : 0;
  return { statusCode: 200, extraHeaders: binding ? [`Contact: ${binding.contact};expires=${seconds}`] : [] };
}
