import type { CallEvent } from '../../call/types.ts';
import type { LegStats, SipNews } from '../../phone/sip.ts';
import { type Counters, readCounters } from './counters.ts';
import { secondOf } from './second.ts';
import { addSecond, NOTHING_YET, qualityOf } from './total.ts';
import { oneWay, UNTROUBLED, type Watch, watchSecond } from './trouble.ts';

export interface SamplerDeps {
  /** null once the leg is over. */
  stats(leg: string): Promise<LegStats | null>;
  blocked(leg: string): boolean;
  tell(news: SipNews): void;
  /** One side begins to hear nothing, and there may be no connection any more. */
  doubt(): void;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Looks at each answered leg's connection once a second, and tells its call how it sounds. */
export interface Sampler {
  /** Everything that the SIP side tells passes here: an answered leg is looked at from then on. */
  heard(news: SipNews): void;
  /** One sentence for everybody who talks, for a while; '' is not said. */
  say(sentence: string): void;
}

/** A little less than a second: two empty ones behind one that had just begun, and the way to the card, make three seconds. */
const LOOK_MS = 950;
/** How long a change of the microphone stands on the card, in ms. */
const NOTICE_MS = 8000;

export function createSampler(deps: SamplerDeps): Sampler {
  const watched = new Set<string>();
  let notice: unknown;
  const tell = (leg: string, event: CallEvent) => deps.tell({ on: 'leg', leg, event });
  const tellAll = (sentence: string) => {
    for (const leg of watched) tell(leg, { on: 'notice', notice: sentence });
  };

  const watch = (leg: string) => {
    let before: Counters | null = null;
    let seen: Watch = UNTROUBLED;
    let total = NOTHING_YET;
    const look = async () => {
      const stats = await deps.stats(leg).catch(() => null);
      if (!stats || !watched.has(leg)) return void watched.delete(leg);
      deps.setTimeout(() => void look(), LOOK_MS);
      const now = readCounters(stats.report);
      if (before !== null) {
        const second = secondOf(before, now);
        const next = watchSecond(seen, { second, ...stats, blocked: deps.blocked(leg) });
        if (oneWay(next.trouble) && !oneWay(seen.trouble)) deps.doubt();
        total = addSecond(total, second, oneWaySeconds(seen, next));
        seen = next;
        tell(leg, { on: 'sound', trouble: next.trouble, now: second.figures, total: qualityOf(total) });
      }
      before = now;
    };
    void look();
  };

  return {
    heard: (news) => {
      if (news.on !== 'leg') return;
      const { leg, event } = news;
      if (event.on === 'over') watched.delete(leg);
      if (event.on !== 'established' || watched.has(leg)) return;
      watched.add(leg);
      watch(leg);
    },
    say: (sentence) => {
      if (sentence === '') return;
      deps.clearTimeout(notice);
      tellAll(sentence);
      notice = deps.setTimeout(() => tellAll(''), NOTICE_MS);
    },
  };
}

/** How much longer one side has not been heard, at this look. */
function oneWaySeconds(before: Watch, now: Watch): number {
  if (!oneWay(now.trouble)) return 0;
  if (oneWay(before.trouble)) return 1;
  return Math.max(1, now.noneIn, now.silent, now.noneOut);
}
