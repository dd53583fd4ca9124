import type { SipNews } from '../../phone/sip.ts';
import type { Sampler, SamplerDeps } from './sampler.ts';

/** What the bundle that measures exports. */
export interface QualityModule {
  createSampler(deps: SamplerDeps): Sampler;
}

/**
 * The sampler as the phone holds it. Its bundle is fetched as soon as a call begins, so that it is there when the call is
 * answered; where it can't be had, the call goes on unmeasured and the next news of a leg tries again.
 *
 * @param load imports the bundle
 */
export function lazySampler(load: () => Promise<QualityModule>, deps: SamplerDeps): Sampler {
  let sampler: Sampler | null = null;
  let loading = false;
  let sentence = '';
  /** What the sampler has missed: the legs that talk, each with its answer. */
  const talking = new Map<string, SipNews>();

  const open = async () => {
    loading = true;
    try {
      const { createSampler } = await load();
      sampler = createSampler(deps);
      for (const news of talking.values()) sampler.heard(news);
      sampler.say(sentence);
    } catch {
      loading = false;
    }
  };

  return {
    heard: (news) => {
      if (sampler) return sampler.heard(news);
      if (news.on === 'registration') return;
      if (news.on === 'leg') {
        const { leg, event } = news;
        if (event.on === 'over') talking.delete(leg);
        if (event.on === 'established') talking.set(leg, news);
      }
      if (!loading) void open();
    },
    say: (words) => {
      if (sampler) sampler.say(words);
      else sentence = words;
    },
  };
}
