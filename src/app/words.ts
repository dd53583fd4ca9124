import type { Session } from '../protocol/frame.ts';
import type { PortalStatus } from '../protocol/status.ts';
import type { Verdict } from '../status/view.ts';

/**
 * The portal's phone in words for the portal's own people. /status has other words for the same states: there, the
 * reader runs the service and can look into it; here, the reader can only act inside Bitrix24.
 */
export function portalVerdict(status: PortalStatus | null, admin: boolean): Verdict {
  if (!status)
    return { severity: 'warn', label: 'Starting', advice: 'The phone is being set up. Reload this page in a minute.' };
  const { binding, strikes, tokens } = status;
  if (binding === 'uninstalled')
    return {
      severity: 'bad',
      label: 'Uninstalled',
      advice: 'The app is not installed in this portal. Install it again.',
    };
  if (binding === 'needs_admin')
    return {
      severity: admin ? 'warn' : 'bad',
      label: admin ? 'Coming back' : 'Phone is off',
      advice: admin
        ? 'Your visit as an administrator lets the phone switch itself on again. Reload this page in a minute.'
        : 'Bitrix24 switched the phone off. It comes back as soon as an administrator of your portal opens this app.',
    };
  if (binding === 'disabled' || binding === 'rebinding')
    return {
      severity: 'warn',
      label: 'Coming back',
      advice: 'Bitrix24 had switched the phone off after slow page loads. It is being switched on again by itself.',
    };
  if (tokens.state === 'refused' || tokens.state === 'none')
    return {
      severity: 'bad',
      label: 'No access',
      advice: 'Bitrix24 refuses the app’s access, so calls do not reach the CRM. Install the app again.',
    };
  if (strikes.today >= strikes.alarmAt)
    return {
      severity: 'warn',
      label: 'Slow today',
      advice: `The phone is on. It loaded slowly ${strikes.today} times today; after ${strikes.limit} times Bitrix24 switches it off for a moment.`,
    };
  return { severity: 'ok', label: 'Phone is on', advice: 'The phone is on every page of this portal.' };
}

/** Why an employee's browser is no phone, and who can change that. */
export const noAccount = ({ id, admin }: Session['user']): Verdict => ({
  severity: 'off',
  label: 'No phone',
  advice: admin
    ? 'You have no SIP account yet, so this browser does not ring. Fill in the PBX and add yourself to the agents below.'
    : `You have no SIP account yet, so this browser does not ring. Ask an administrator of your portal to add you to the agents in this app: you are employee no. ${id}.`,
});

/** One portal's numbers of the day in one sentence; '' before there are any. */
export function portalFigures(status: PortalStatus | null): string {
  if (!status) return '';
  const { agents, calls, strikes } = status;
  const phones = `${agents.phones} ${agents.phones === 1 ? 'phone' : 'phones'} on`;
  return `${phones}, ${agents.talking} talking. ${calls.today} calls today. ${strikes.today} of ${strikes.limit} slow page loads today.`;
}
