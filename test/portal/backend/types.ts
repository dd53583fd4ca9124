/**
 * What a test or the demo may say about the fake portals, and the records the fake keeps about them.
 * Field names follow Bitrix24 where a value goes over the wire unchanged; everything else is in plain words.
 */

export interface UserOptions {
  readonly id: number;
  readonly name: string;
  readonly lastName?: string;
  readonly admin?: boolean;
  /** UF_PHONE_INNER: the employee's internal number; '' = none. */
  readonly inner?: string;
  readonly phone?: string;
  readonly email?: string;
  readonly position?: string;
  /** A dismissed employee is `false`. */
  readonly active?: boolean;
  /** The vendor's desktop program runs: the browser shows no card for this person. */
  readonly desktop?: boolean;
}

export type EntityType = 'CONTACT' | 'COMPANY' | 'LEAD';

export interface EntityOptions {
  readonly type?: EntityType;
  readonly id: number;
  readonly name: string;
  readonly phones: readonly string[];
  readonly responsibleId: number;
  readonly company?: string;
}

export interface DealOptions {
  readonly id: number;
  readonly title: string;
  readonly contactId?: number;
  readonly companyId?: number;
  readonly closed?: boolean;
}

export interface AppOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** What app.info answers as CODE. */
  readonly code: string;
  readonly title: string;
  /** URL_INSTALL: opened in a frame, or posted to by ONAPPINSTALL when `ui` is false. */
  readonly installUrl: string;
  /** The app's page (PLACEMENT=DEFAULT). */
  readonly appUrl: string;
  readonly scope?: readonly string[];
  /** false = API-only: ONAPPINSTALL goes to installUrl and the installation completes by itself (fact 5.1). */
  readonly ui?: boolean;
  readonly status?: 'L' | 'F' | 'D' | 'T' | 'P';
  readonly version?: number;
}

export interface PortalOptions {
  readonly memberId: string;
  /** host:port that people type, e.g. `portal-a.localhost:9101`. */
  readonly domain: string;
  /** host:port of client_endpoint, e.g. `127.0.0.1:9101`; by default the domain. */
  readonly restHost?: string;
  readonly title?: string;
  readonly lang?: string;
  readonly users: readonly UserOptions[];
  readonly contacts?: readonly EntityOptions[];
  readonly deals?: readonly DealOptions[];
  /** client_ids that are installed from the start (no placement, no event is bound by that). */
  readonly installed?: readonly string[];
  /** A portal that answers "administrator" for everybody. It can't touch what the OAuth server answers. */
  readonly hostile?: boolean;
}

export type Deliver = (url: string, init: RequestInit) => Promise<Response>;

export interface FakeOptions {
  readonly oauthHost: string;
  readonly portals: readonly PortalOptions[];
  readonly apps: readonly AppOptions[];
  readonly scheme?: 'http' | 'https';
  /** Long loads a placement survives per day; the next one deletes it. Bitrix24: 10 (fact 1.5). */
  readonly overtimeLimit?: number;
  /** Unix ms. Control may move it forwards. */
  readonly now?: () => number;
  /** Sends what the vendor's queue sends. null or absent: everything stays in the outbox. */
  readonly deliver?: Deliver | null;
  /** Leaky bucket off for tests that are about something else. Default on. */
  readonly rateLimit?: boolean;
  /** HTTP status of ERROR_PLACEMENT_MAX_COUNT and its kin; the vendor's pages say 200 and 400 (fact 4.3). */
  readonly placementErrorStatus?: 200 | 400;
  /** Whether placement.get shows maxTimeCount in options (sources disagree, fact 1.5). */
  readonly showMaxTimeCount?: boolean;
  /** Whether call events carry a refresh_token (fact 5.2: treat as optional). */
  readonly eventRefreshToken?: boolean;
  /** Whether frame posts carry APPLICATION_TOKEN and APPLICATION_SCOPE (fact 1.4: optional). */
  readonly applicationTokenInPosts?: boolean;
}

export interface User {
  readonly id: number;
  readonly name: string;
  readonly lastName: string;
  admin: boolean;
  readonly inner: string;
  readonly phone: string;
  readonly email: string;
  readonly position: string;
  active: boolean;
  readonly desktop: boolean;
  /** State of the working day; '' = the portal keeps none. */
  timeman: string;
}

export interface Entity {
  readonly type: EntityType;
  readonly id: number;
  readonly name: string;
  readonly phones: readonly string[];
  readonly responsibleId: number;
  readonly company: string;
}

export interface Install {
  /** The portal's own number of the app. */
  readonly id: number;
  readonly clientId: string;
  installed: boolean;
  version: number;
  readonly applicationToken: string;
  readonly userOptions: Map<number, Record<string, unknown>>;
  readonly appOptions: Record<string, unknown>;
}

export interface PlacementRow {
  readonly id: number;
  readonly clientId: string;
  readonly placement: string;
  /** 0 = for everybody. */
  readonly userId: number;
  readonly handler: string;
  readonly title: string;
  readonly description: string;
  readonly langAll: unknown;
  readonly options: { errorHandlerUrl?: string; maxTimeCount?: number };
}

export interface EventRow {
  readonly clientId: string;
  readonly event: string;
  readonly handler: string;
  /** 0 = whoever caused the event. */
  readonly authType: number;
}

export interface Line {
  readonly id: number;
  readonly clientId: string;
  readonly number: string;
  name: string;
  crmAutoCreate: boolean;
}

export type CallType = 1 | 2 | 3 | 4 | 5;

export interface LiveCall {
  readonly callId: string;
  readonly externalCallId: string | null;
  readonly clientId: string;
  readonly userId: number;
  readonly number: string;
  readonly type: CallType;
  readonly line: string;
  readonly startedAt: number;
  readonly registeredAt: number;
  readonly entityType: EntityType | '';
  readonly entityId: number;
  readonly createdLead: number | null;
  /** The other party is an employee: no CRM card, the "simple" layout (fact 4.1). */
  readonly internal: boolean;
  comment: string | null;
}

export interface FinishedCall {
  readonly id: number;
  readonly callId: string;
  readonly externalCallId: string | null;
  readonly clientId: string;
  readonly userId: number;
  readonly number: string;
  readonly type: CallType;
  readonly line: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly duration: number;
  readonly statusCode: string;
  readonly failedReason: string;
  readonly vote: number;
  readonly entityType: EntityType | '';
  readonly entityId: number;
  readonly activityId: number;
  readonly comment: string | null;
  record: { fileId: number; name: string; url: string | null; bytes: Uint8Array | null } | null;
  transcript: readonly unknown[] | null;
}

export interface Notification {
  readonly id: number;
  readonly userId: number;
  readonly message: string;
  readonly tag: string;
  readonly at: number;
}

/** What the portal page needs in order to show a call card. */
export interface CardOffer {
  readonly callId: string;
  readonly phoneNumber: string;
  readonly lineNumber: string;
  readonly lineName: string;
  readonly entityType: EntityType | '';
  readonly entityId: number;
  readonly entityName: string;
  readonly activityId: number;
  readonly bindings: readonly { readonly ENTITY_TYPE: string; readonly ENTITY_ID: number }[];
  readonly direction: 'incoming' | 'outgoing' | 'callback';
  readonly simple: boolean;
}

export type PullMessage =
  | { readonly command: 'showExternalCall'; readonly params: CardOffer }
  | { readonly command: 'hideExternalCall'; readonly params: { readonly callId: string } }
  | { readonly command: 'callFinished'; readonly params: { readonly callId: string } }
  | { readonly command: 'notify'; readonly params: { readonly message: string; readonly tag: string } }
  | { readonly command: 'demo'; readonly params: { readonly text: string } };

export interface DefaultLine {
  readonly clientId: string;
  /** '' = the app itself, not one of its lines, is the default (fact 4.2). */
  readonly number: string;
}

export interface Portal {
  readonly memberId: string;
  domain: string;
  restHost: string;
  /** Hosts the portal has left; they answer 302 to the new one (fact 5.3). */
  readonly formerHosts: Map<string, 'domain' | 'restHost'>;
  readonly title: string;
  readonly lang: string;
  hostile: boolean;
  /** Answered by attachRecord in place of the portal's own address; null = its own. */
  uploadUrl: string | null;
  readonly users: Map<number, User>;
  readonly entities: Entity[];
  readonly deals: readonly DealOptions[];
  readonly installs: Map<string, Install>;
  readonly placements: PlacementRow[];
  /** Unix ms when maxTimeCount of whoever is late next starts from 0; one value for all apps (fact 1.5). */
  overtimeResetAt: number;
  readonly events: EventRow[];
  readonly lines: Line[];
  defaultLine: DefaultLine | null;
  readonly userDefaultLine: Map<number, DefaultLine>;
  readonly calls: Map<string, LiveCall>;
  readonly finished: FinishedCall[];
  readonly notifications: Notification[];
  readonly uploads: Map<string, { readonly callId: string; readonly name: string }>;
  readonly operating: Map<string, { readonly at: number; readonly seconds: number }[]>;
  readonly operatingCost: Map<string, number>;
  bucket: { level: number; at: number };
  lastId: number;
}
