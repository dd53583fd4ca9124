import type { Session } from '../../src/protocol/frame.ts';
import type { SettingsForm, SettingsView } from '../../src/protocol/settings.ts';
import type { StatusDocument } from '../../src/protocol/status.ts';
import type { FakeBitrix24 } from '../portal/backend/index.ts';
import { loopbackFetch } from './loopback.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Fails with the whole answer in the message: the reason of a refusal is in its body. */
async function expectOk(answer: Response, what: string): Promise<string> {
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${what}: ${answer.status} ${body.slice(0, 500)}`);
  return body;
}

/** What a portal's administrator and whoever runs the service do, over the same routes as they. */
export interface PortalAdmin {
  /**
   * Installs the app as the portal does: its form into the installer's frame, then the page's `setInstallFinish`.
   *
   * @throws with the installer's words if it refused
   */
  install(memberId: string): Promise<void>;
  /** A session as any frame of this person opens it; by default the first administrator's. */
  session(memberId: string, userId?: number): Promise<Session>;
  /** Saves settings as the app's page does. */
  saveSettings(memberId: string, form: SettingsForm): Promise<SettingsView>;
  status(): Promise<StatusDocument>;
}

export function portalAdmin(fake: FakeBitrix24, appUrl: string, statusToken: string): PortalAdmin {
  async function session(memberId: string, userId?: number): Promise<Session> {
    const { accessToken } = fake.issueTokens({ memberId, ...(userId === undefined ? {} : { userId }) });
    const answer = await loopbackFetch(`${appUrl}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ AUTH_ID: accessToken, member_id: memberId }),
    });
    return JSON.parse(await expectOk(answer, 'POST /api/session'));
  }

  return {
    session,
    async install(memberId) {
      const post = fake.installFields({ memberId });
      const answer = await loopbackFetch(post.action, { method: 'POST', headers: FORM, body: post.body });
      const page = await expectOk(answer, 'POST /install');
      const data = /<script type="application\/json" id="install-data">(.*?)<\/script>/s.exec(page)?.[1];
      if (data === undefined || JSON.parse(data).ok !== true) throw new Error(`The installer refused: ${data ?? page}`);
      fake.finishInstall({ memberId });
    },
    async saveSettings(memberId, form) {
      const { ticket } = await session(memberId);
      const answer = await loopbackFetch(`${appUrl}/api/settings`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ticket}` },
        body: JSON.stringify(form),
      });
      return JSON.parse(await expectOk(answer, 'PUT /api/settings'));
    },
    async status() {
      const headers = { authorization: `Bearer ${statusToken}` };
      return JSON.parse(await expectOk(await loopbackFetch(`${appUrl}/status.json`, { headers }), 'GET /status.json'));
    },
  };
}
