import { type Answer, coreError, ok } from '../answers.ts';
import { text } from '../forms.ts';
import { nextId } from '../portal.ts';
import type { Line, Portal } from '../types.ts';
import type { Call, Method } from './context.ts';

/** Lines belong to one app (fact 4.1). */
export const findLine = (portal: Portal, clientId: string, number: string): Line | null =>
  portal.lines.find((line) => line.clientId === clientId && line.number === number) ?? null;

export const addLine = (
  portal: Portal,
  clientId: string,
  number: string,
  name: string,
  crmAutoCreate: boolean,
): Line => {
  const line: Line = { id: nextId(portal), clientId, number, name, crmAutoCreate };
  portal.lines.push(line);
  return line;
};

const numberMissing = (): Answer => coreError('NUMBER should not be empty');
const notFound = (): Answer => coreError('Line is not found');

const add = ({ portal, params, app }: Call): Answer => {
  const number = text(params, 'NUMBER');
  if (number === '') return numberMissing();
  if (findLine(portal, app.clientId, number) !== null) return coreError('Line already exists');
  const line = addLine(portal, app.clientId, number, text(params, 'NAME'), text(params, 'CRM_AUTO_CREATE') !== 'N');
  return ok({ ID: line.id });
};

const update = ({ portal, params, app }: Call): Answer => {
  const number = text(params, 'NUMBER');
  if (number === '') return numberMissing();
  const line = findLine(portal, app.clientId, number);
  if (line === null) return notFound();
  if (params.NAME === undefined && params.CRM_AUTO_CREATE === undefined) {
    return coreError('There are no fields to update');
  }
  if (params.NAME !== undefined) line.name = text(params, 'NAME');
  if (params.CRM_AUTO_CREATE !== undefined) line.crmAutoCreate = text(params, 'CRM_AUTO_CREATE') !== 'N';
  return ok({ ID: line.id });
};

const remove = ({ portal, params, app }: Call): Answer => {
  const number = text(params, 'NUMBER');
  if (number === '') return numberMissing();
  const line = findLine(portal, app.clientId, number);
  if (line === null) return notFound();
  portal.lines.splice(portal.lines.indexOf(line), 1);
  return ok([]);
};

const get = ({ portal, app }: Call): Answer =>
  ok(
    portal.lines
      .filter((line) => line.clientId === app.clientId)
      .map((line) => ({ NUMBER: line.number, NAME: line.name, CRM_AUTO_CREATE: line.crmAutoCreate ? 'Y' : 'N' })),
  );

export const lineMethods: Readonly<Record<string, Method>> = {
  'telephony.externalline.add': { scope: 'telephony', run: add },
  'telephony.externalline.update': { scope: 'telephony', run: update },
  'telephony.externalline.delete': { scope: 'telephony', run: remove },
  'telephony.externalline.get': { scope: 'telephony', run: get },
};
