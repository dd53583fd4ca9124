import * as v from 'valibot';
import type { RestError } from '../bitrix24/errors.ts';
import { ok, type Result } from '../http/result.ts';
import type { Customer } from '../protocol/frame.ts';
import type { Caller } from './tokens.ts';

/** State of the working day of whoever is responsible, as their portal keeps it; '' = it keeps none. */
export type Timeman = 'OPENED' | 'CLOSED' | 'PAUSED' | 'EXPIRED' | '';

/** What the CRM knows of a number: its first match, which Bitrix24 ranks best. */
export interface CrmMatch {
  readonly type: string;
  readonly id: number;
  readonly name: string;
  /** Bitrix24 users responsible for the matches, the best match's first. */
  readonly responsible: readonly { readonly userId: number; readonly timeman: Timeman }[];
}

/** A number is asked again after this time (ms): names, deals and working days change. */
const KEEP_MS = 60_000;
/** Numbers remembered at once; the oldest go first. */
const KEEP_NUMBERS = 500;

const NumberLike = v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.number());
const Matches = v.array(
  v.object({
    CRM_ENTITY_TYPE: v.string(),
    CRM_ENTITY_ID: NumberLike,
    ASSIGNED_BY_ID: NumberLike,
    NAME: v.optional(v.nullable(v.string()), ''),
    // PHP answers an empty map as a list.
    ASSIGNED_BY: v.optional(v.unknown()),
  }),
);
const Working = v.object({ TIMEMAN_STATUS: v.picklist(['OPENED', 'CLOSED', 'PAUSED', 'EXPIRED']) });
const Company = v.object({ TITLE: v.string() });
const Deals = v.array(v.object({ TITLE: v.nullable(v.string()) }));

const timemanOf = (assigned: unknown): Timeman => {
  const read = v.safeParse(Working, assigned);
  return read.success ? read.output.TIMEMAN_STATUS : '';
};

/** Reads telephony.externalcall.searchCrmEntities (fact 4.1); null = nobody of that number. */
export function readMatches(value: unknown): CrmMatch | null {
  const parsed = v.safeParse(Matches, value);
  const [first] = parsed.success ? parsed.output : [];
  if (!parsed.success || !first) return null;
  const seen = new Set<number>();
  const responsible = parsed.output.flatMap(({ ASSIGNED_BY_ID: userId, ASSIGNED_BY }) => {
    if (userId <= 0 || seen.has(userId)) return [];
    seen.add(userId);
    return [{ userId, timeman: timemanOf(ASSIGNED_BY) }];
  });
  return { type: first.CRM_ENTITY_TYPE.toUpperCase(), id: first.CRM_ENTITY_ID, name: first.NAME ?? '', responsible };
}

const gotten = (result: Result<unknown, RestError> | undefined): unknown => (result?.ok ? result.value : null);

type Kept<T> = { readonly until: number; readonly answer: Promise<Result<T, RestError>> };

/**
 * What the CRM knows of a number. Asked once a minute for each: a queue's agents, the PBX's question and the call-back
 * share the answer. Nothing here is owed, so a portal that limits us is left in peace until it says when.
 */
export class Customers {
  readonly #caller: Caller;
  readonly #matches = new Map<string, Kept<CrmMatch | null>>();
  readonly #details = new Map<string, Kept<Customer | null>>();
  #limitedUntil = 0;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** @param number in the one form (numbers/match.ts) */
  match(number: string, now: number): Promise<Result<CrmMatch | null, RestError>> {
    return this.#kept(this.#matches, number, now, async () => {
      const got = await this.#caller.batch({
        who: { method: 'telephony.externalcall.searchCrmEntities', params: { PHONE_NUMBER: number } },
      });
      if (!got.ok) return got;
      const { who } = got.value;
      return who.ok ? ok(readMatches(who.value)) : who;
    });
  }

  /** Name, company and newest open deal of whoever calls; null = nobody the CRM knows. A lead has no deals yet. */
  details(number: string, now: number): Promise<Result<Customer | null, RestError>> {
    return this.#kept(this.#details, number, now, async () => {
      const match = await this.match(number, now);
      if (!match.ok) return match;
      return match.value === null ? ok(null) : this.#read(match.value);
    });
  }

  /** What the app may not read (no `crm` permission) or the record does not have stays empty. */
  async #read({ type, id, name }: CrmMatch): Promise<Result<Customer | null, RestError>> {
    if (type !== 'CONTACT' && type !== 'COMPANY') return ok({ name, company: '', deal: '' });
    const deals = {
      method: 'crm.deal.list',
      params: {
        filter: { [`=${type}_ID`]: id, '=CLOSED': 'N' },
        order: { ID: 'DESC' },
        select: ['ID', 'TITLE'],
        start: -1,
      },
    };
    const isContact = type === 'CONTACT';
    const contact = { method: 'crm.contact.get', params: { id } };
    const company = { method: 'crm.company.get', params: { id: isContact ? '$result[contact][COMPANY_ID]' : id } };
    const got = await this.#caller.batch<string>({ ...(isContact && { contact }), company, deals });
    if (!got.ok) return got;
    const read = v.safeParse(Company, gotten(got.value.company));
    const open = v.safeParse(Deals, gotten(got.value.deals));
    const title = read.success ? read.output.TITLE : '';
    return ok({
      name,
      company: title === name ? '' : title,
      deal: (open.success ? open.output[0]?.TITLE : '') ?? '',
    });
  }

  #kept<T>(
    store: Map<string, Kept<T>>,
    number: string,
    now: number,
    ask: () => Promise<Result<T, RestError>>,
  ): Promise<Result<T, RestError>> {
    const known = store.get(number);
    if (known && known.until > now) return known.answer;
    if (this.#limitedUntil > now) return Promise.resolve({ ok: false, error: LIMITED });
    const answer = ask();
    store.delete(number);
    store.set(number, { until: now + KEEP_MS, answer });
    const [oldest] = store.keys();
    if (store.size > KEEP_NUMBERS && oldest !== undefined) store.delete(oldest);
    void answer.then((got) => {
      if (got.ok) return;
      if (store.get(number)?.answer === answer) store.delete(number);
      if (got.error.kind === 'limited') this.#limitedUntil = got.error.retryAt ?? now + KEEP_MS;
    });
    return answer;
  }
}

const LIMITED: RestError = { kind: 'limited', code: 'LEFT_IN_PEACE', message: 'The portal limits our requests.' };
