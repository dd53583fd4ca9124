import * as v from 'valibot';
import { err, ok, type Result } from '../http/result.ts';
import type { RestError } from './errors.ts';
import { batch, type Fetch, type RestAccess } from './rest.ts';

/** Whose access token this is, as the portal says. */
export interface Identity {
  readonly userId: number;
  readonly name: string;
  readonly admin: boolean;
  /** CODE of the app that the token belongs to: any other app's token is valid at the portal too. */
  readonly appCode: string;
}

const flag = v.pipe(
  v.union([v.boolean(), v.string(), v.number()]),
  v.transform((value) => value === true || value === 'Y' || value === 1 || value === '1'),
);

const Profile = v.object({
  ID: v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.integer(), v.minValue(1)),
  ADMIN: v.optional(flag, false),
  NAME: v.optional(v.nullable(v.string()), ''),
  LAST_NAME: v.optional(v.nullable(v.string()), ''),
});

const AppInfo = v.object({ CODE: v.pipe(v.string(), v.minLength(1)) });

/** Asks the portal, in one request, who the token's user is and which app it was issued to. */
export async function whoIs(fetch: Fetch, access: RestAccess): Promise<Result<Identity, RestError>> {
  const got = await batch(fetch, access, { profile: { method: 'profile' }, app: { method: 'app.info' } });
  if (!got.ok) return got;
  const { profile, app } = got.value;
  if (!profile.ok) return profile;
  if (!app.ok) return app;
  const who = v.safeParse(Profile, profile.value);
  const info = v.safeParse(AppInfo, app.value);
  if (!who.success || !info.success)
    return err({ kind: 'unavailable', code: 'BAD_ANSWER', message: 'The portal answered something unexpected.' });
  return ok({
    userId: who.output.ID,
    name: [who.output.NAME, who.output.LAST_NAME].filter(Boolean).join(' '),
    admin: who.output.ADMIN,
    appCode: info.output.CODE,
  });
}
