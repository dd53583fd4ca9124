import { type Answer, coreError, ok } from '../answers.ts';
import { type Params, text, whole } from '../forms.ts';
import { findEntity } from '../portal.ts';
import type { Call, Method } from './context.ts';

/** A contact whose company is only a name has it under this number. */
const NAMED_COMPANY = 1_000_000;

const contact = ({ portal, params }: Call): Answer => {
  const found = findEntity(portal, 'CONTACT', whole(params, 'ID'));
  if (found === null) return coreError('Not found');
  const company = portal.entities.find(({ type, name }) => type === 'COMPANY' && name === found.company);
  const companyId = company?.id ?? (found.company === '' ? null : NAMED_COMPANY + found.id);
  return ok({ ID: String(found.id), NAME: found.name, COMPANY_ID: companyId === null ? null : String(companyId) });
};

const company = ({ portal, params }: Call): Answer => {
  const id = whole(params, 'ID');
  const title =
    id > NAMED_COMPANY
      ? findEntity(portal, 'CONTACT', id - NAMED_COMPANY)?.company
      : findEntity(portal, 'COMPANY', id)?.name;
  return title === undefined ? coreError('Not found') : ok({ ID: String(id), TITLE: title });
};

const deals = ({ portal, params }: Call): Answer => {
  const filter = (typeof params.FILTER === 'object' ? params.FILTER : {}) as Params;
  const of = (key: string) => (filter[key] === undefined ? null : Number(filter[key]));
  const found = portal.deals
    .filter(({ contactId, companyId, closed }) => {
      const fits = (wanted: number | null, has: number | undefined) => wanted === null || wanted === has;
      const open = text(filter, '=CLOSED') !== 'N' || closed !== true;
      return fits(of('=CONTACT_ID'), contactId) && fits(of('=COMPANY_ID'), companyId) && open;
    })
    .toSorted((a, b) => b.id - a.id);
  return ok(found.map(({ id, title }) => ({ ID: String(id), TITLE: title })));
};

export const crmMethods: Readonly<Record<string, Method>> = {
  'crm.contact.get': { scope: 'crm', run: contact },
  'crm.company.get': { scope: 'crm', run: company },
  'crm.deal.list': { scope: 'crm', run: deals },
};
