import type { Answer, Bridge } from '../bitrix24/bridge.ts';

/** How long "is installed" stays readable before Bitrix24 replaces the page (ms). */
export const READING_MS = 1500;
/** Bitrix24 reloads its page instead of answering; if we are still here after this, it has not (ms). */
const ANSWER_MS = 15_000;

/** What the installer's page hands to its script (`id="install-data"`). */
export interface InstallData {
  readonly ok: boolean;
}

/** What the script needs of its page. */
export interface InstallDesk {
  /** null outside a Bitrix24 page. */
  readonly bridge: Pick<Bridge, 'call'> | null;
  say(text: string): void;
  wait(ms: number): Promise<void>;
}

/**
 * Tells Bitrix24 that the installation is finished. Without it the app stays "not fully installed": no widget is shown
 * and no event is sent (fact 5.1). A failed installation must not be finished, so it says nothing.
 */
export async function finishInstall(data: InstallData, { bridge, say, wait }: InstallDesk): Promise<void> {
  if (!data.ok) return;
  if (!bridge) {
    say('The app is in place. Open this page from your Bitrix24 portal to finish the installation.');
    return;
  }
  say('The app is in place. Bitrix24 takes over in a moment…');
  await wait(READING_MS);
  const answer: Answer = await bridge.call('setInstallFinish', { value: true }, ANSWER_MS);
  if (!answer.answered) say('The app is in place, but Bitrix24 did not answer. Reload this page to finish.');
}
