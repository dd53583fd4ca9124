import { randomBytes } from 'node:crypto';
import type { SettingsForm } from '../../src/protocol/settings.ts';
import type { EntityOptions, UserOptions } from '../portal/backend/index.ts';

/** The people, customers and numbers of every test world and of the demo. */

/** The company's own number: customers dial it, employees call out with it. */
export const LINE = { number: '+4930555000', name: 'Main line' };

export const staff: readonly UserOptions[] = [
  { id: 1, name: 'Anna', lastName: 'Keller', admin: true, inner: '1001', position: 'Head of sales' },
  { id: 2, name: 'Ben', lastName: 'Okafor', inner: '1002', position: 'Support' },
  // Has no SIP account: a person for whom the app must cost nothing.
  { id: 3, name: 'Carla', lastName: 'Ruiz', position: 'Accounting' },
];

export const customers: readonly EntityOptions[] = [
  {
    type: 'CONTACT',
    id: 5,
    name: 'Marta Lind',
    phones: ['+49301234567'],
    responsibleId: 1,
    company: 'Nordlicht Coffee',
  },
  { type: 'CONTACT', id: 6, name: 'Paul Weber', phones: ['+49407654321'], responsibleId: 2, company: 'Weber & Son' },
  { type: 'CONTACT', id: 7, name: 'Echo test', phones: ['600'], responsibleId: 1 },
];

/** A SIP account of an employee at the PBX. */
export interface PhoneAccount {
  readonly userId: number;
  readonly user: string;
  readonly password: string;
  readonly name: string;
}

/** Accounts for everybody who has an internal number, with fresh passwords. */
export const phoneAccounts = (people: readonly UserOptions[] = staff): PhoneAccount[] =>
  people.flatMap(({ id, name, lastName = '', inner = '' }) =>
    inner === ''
      ? []
      : [
          {
            userId: id,
            user: inner,
            password: randomBytes(12).toString('base64url'),
            name: `${name} ${lastName}`.trim(),
          },
        ],
  );

/** Where the phones of a world register. */
export interface PbxAddress {
  readonly url: string;
  readonly domain: string;
  readonly accounts: readonly PhoneAccount[];
}

/** What an administrator would type into the app's page for this PBX. */
export const settingsFor = ({ url, domain, accounts }: PbxAddress): SettingsForm => ({
  pbxUrl: url,
  sipDomain: domain,
  lines: [LINE],
  iceServers: [],
  callHeader: 'X-Call-Id',
  agents: accounts.map(({ userId, user, password, name }) => ({
    userId,
    name,
    sipUser: user,
    authorizationUser: '',
    password,
  })),
});
