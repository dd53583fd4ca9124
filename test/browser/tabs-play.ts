import type { Page } from 'playwright-core';
import type { Person } from '../harness/browser.ts';
import { until } from '../harness/until.ts';
import type { World } from '../harness/world.ts';
import type { DemoPbx } from '../pbx/demo/demo-pbx.ts';
import type { Random } from '../soak/random.ts';
import { hearsCards, listening, type Stage } from './call-stage.ts';
import { closeSlider, openSlider, openTab, WITH_SLIDERS, wordsOf } from './crowd.ts';
import { clickedCall, customerCalls, type PlayedCall } from './tabs-calls.ts';
import { type Action, choose, type Moment } from './tabs-plan.ts';

const USER = { id: 1, sip: '1001' };
const PATHS = ['/', WITH_SLIDERS, '/contact/5/'] as const;

/** A call card as a page shows it. */
interface ShownCard {
  readonly state: string;
  readonly held: boolean;
  readonly muted: boolean;
}

/** Runs in a portal page. */
const shownCard = (): ShownCard | null => {
  const card = document.querySelector<HTMLElement>('[data-card]');
  if (card === null) return null;
  const pressed = (button: string) => card.querySelector(`[data-button="${button}"][aria-pressed="true"]`) !== null;
  return { state: card.dataset.uiState ?? '', held: pressed('hold'), muted: pressed('mute') };
};

/** What the phone says of its call, and what its card shows, for each truth of the PBX. */
const AGREEING = {
  'rings here': { phone: ['offered'], card: 'incoming' },
  'rings there': { phone: ['calling'], card: 'connectingOutgoing' },
  talking: { phone: ['talking'], card: 'connected' },
} as const;

/**
 * How long pages and PBX may disagree, ms. A leg that a page has left between its INVITE and the answer is the PBX's to end:
 * after 30 s without sound, for which it looks every 7.5 s.
 */
const AGREE_MS = 45_000;

/**
 * One person at a browser, who does what the dice say, in any of their pages. After each step the pages have to agree with
 * the PBX; until they do is waited for.
 */
export class Play {
  readonly history: string[] = [];
  readonly calls: PlayedCall[] = [];
  readonly #world: World;
  readonly #pbx: DemoPbx;
  readonly #person: Person;
  readonly #dice: Random;
  readonly #number: () => string;
  #tabs: Stage[] = [];
  readonly #sliders = new Map<Page, number>();
  #call: PlayedCall | null = null;
  #held = false;
  #muted = false;

  /** @param number a customer's number that was not used before */
  constructor(world: World, pbx: DemoPbx, person: Person, dice: Random, number: () => string) {
    this.#world = world;
    this.#pbx = pbx;
    this.#person = person;
    this.#dice = dice;
    this.#number = number;
  }

  async begin(): Promise<void> {
    await this.#open();
    await this.person.page.close();
    await this.#agreement();
  }

  get person(): Person {
    return this.#person;
  }

  async step(): Promise<void> {
    const action = choose(this.#moment(), this.#dice);
    this.history.push(action);
    await this.#do(action);
    await this.#agreement();
  }

  /** Ends what is left, and looks that nothing is. */
  async end(): Promise<void> {
    if (this.#call) {
      this.history.push('the end');
      this.#call.end();
      await this.#call.over();
      await this.#agreement();
    }
    await this.#person.close();
    await until('no leg and no connection at the PBX', () => {
      const { legs, connections, registrations } = this.#pbx;
      return legs().length === 0 && connections() === 0 && registrations().length === 0;
    });
  }

  #moment(): Moment {
    const truth = this.#call?.truth() ?? 'over';
    return {
      tabs: this.#tabs.length,
      sliders: [...this.#sliders.values()].reduce((sum, count) => sum + count, 0),
      call: truth === 'over' ? 'none' : truth,
      incoming: this.#call?.incoming === true,
    };
  }

  async #do(action: Action): Promise<void> {
    switch (action) {
      case 'open a tab':
        return this.#open();
      case 'close a tab':
        return this.#close(this.#anyTab());
      case 'close the phone’s tab':
        return this.#close(await this.#phonesTab());
      case 'leave and come back':
        for (const tab of [...this.#tabs]) await this.#close(tab);
        return this.#open();
      case 'reload':
        return this.#load(this.#anyTab().page, (page) => page.reload());
      case 'navigate':
        return this.#load(this.#anyTab().page, (page) => page.goto(this.#url(this.#dice.pick(PATHS))));
      case 'open a slider':
        return this.#openSlider();
      case 'close a slider':
        return this.#closeSlider();
      case 'a customer calls':
        return this.#begin(customerCalls(this.#pbx, USER.sip, this.#number()));
      case 'click to call':
        return this.#begin(clickedCall(this.#world, this.#pbx, USER.id, this.#number()));
      case 'answer':
        return this.#press('answer');
      case 'decline':
        return this.#press('skip');
      case 'hang up':
        return this.#press('hangup');
      case 'the caller gives up':
      case 'the customer hangs up':
        return this.#call?.end();
      case 'hold':
        this.#held = !this.#held;
        return this.#press('hold');
      case 'mute':
        this.#muted = !this.#muted;
        return this.#press('mute');
    }
  }

  // --- pages -------------------------------------------------------------------------------------------------------

  #url(path: string): string {
    return `${this.#world.portals[0].url}${path}`;
  }

  #anyTab(): Stage {
    const tab = this.#tabs[this.#dice.whole(0, this.#tabs.length - 1)];
    if (!tab) throw new Error('no tab is open');
    return tab;
  }

  async #phonesTab(): Promise<Stage> {
    const words = await wordsOf(this.#person, this.#world);
    const page = words.find(({ phone }) => phone === 'ready')?.page;
    return this.#tabs.find((tab) => tab.page === page) ?? this.#anyTab();
  }

  async #open(): Promise<void> {
    const path = `${this.#dice.pick(PATHS)}?as=${USER.id}`;
    this.#tabs.push(await openTab(this.#person, this.#world, path));
  }

  async #close(tab: Stage): Promise<void> {
    this.#tabs = this.#tabs.filter((other) => other !== tab);
    this.#sliders.delete(tab.page);
    await tab.page.close();
  }

  async #load(page: Page, load: (page: Page) => Promise<unknown>): Promise<void> {
    this.#sliders.delete(page);
    await load(page);
    await listening(page);
    await hearsCards(page);
  }

  async #openSlider(): Promise<void> {
    const { page } = this.#anyTab();
    if (!page.url().includes(WITH_SLIDERS)) await this.#load(page, () => page.goto(this.#url(WITH_SLIDERS)));
    await openSlider(page, this.#world);
    this.#sliders.set(page, (this.#sliders.get(page) ?? 0) + 1);
  }

  async #closeSlider(): Promise<void> {
    const [page, count] = [...this.#sliders][this.#dice.whole(0, this.#sliders.size - 1)] ?? [];
    if (!page || !count) return;
    await closeSlider(page);
    if (count > 1) this.#sliders.set(page, count - 1);
    else this.#sliders.delete(page);
  }

  // --- calls -------------------------------------------------------------------------------------------------------

  #begin(call: PlayedCall): void {
    this.#call = call;
    this.#held = this.#muted = false;
    this.calls.push(call);
    this.history.push(`  ${call.number}`);
  }

  /** In any page that has the card. */
  async #press(button: string): Promise<void> {
    const cards = await this.#cards();
    const able = this.#tabs.filter((_, index) => cards[index]);
    const tab = able[this.#dice.whole(0, able.length - 1)];
    if (!tab) throw new Error(`no page has a card, so nobody can press ${button}`);
    await tab.press(button);
  }

  #cards(): Promise<(ShownCard | null)[]> {
    return Promise.all(this.#tabs.map(({ page }) => page.evaluate(shownCard)));
  }

  // --- agreement ---------------------------------------------------------------------------------------------------

  async #agreement(): Promise<void> {
    let why = '';
    const agree = async () => {
      why = (await this.#onePhone()) ?? (await this.#sameCall()) ?? '';
      return why === '';
    };
    await until('the pages to agree with the PBX', agree, AGREE_MS).catch((error: Error) => {
      throw new Error(`${error.message}: ${why}\n  ${this.history.join('\n  ')}`);
    });
    if (this.#call?.truth() === 'over') this.#call = null;
  }

  /** One phone among all frames, and the PBX knows the one alone. */
  async #onePhone(): Promise<string | null> {
    const words = await wordsOf(this.#person, this.#world);
    const said = words.map(({ phone }) => phone).sort();
    const frames = this.#tabs.length + this.#moment().sliders;
    const expected = [...Array.from({ length: frames - 1 }, () => 'follower'), 'ready'];
    if (String(said) !== String(expected)) return `${frames} frames say ${said}`;
    const { connections, registrations } = this.#pbx;
    if (String(registrations()) !== USER.sip) return `registered: ${registrations()}`;
    return connections() === 1 ? null : `${connections()} connections to the PBX`;
  }

  /** Phone and cards show the call as it is at the PBX. */
  async #sameCall(): Promise<string | null> {
    const truth = this.#call?.truth() ?? 'over';
    const words = await wordsOf(this.#person, this.#world);
    const phone = words.find((said) => said.phone === 'ready')?.call ?? '';
    const cards = (await this.#cards()).filter((card) => card !== null);
    const seen = `phone: ${phone}, cards: ${JSON.stringify(cards)}, at the PBX: ${truth}`;
    const legs = this.#pbx.legs().length;
    if (truth === 'over') return phone === 'none' && cards.length === 0 && legs === 0 ? null : `${seen}, ${legs} legs`;
    const { phone: phases, card: state } = AGREEING[truth];
    const talks = truth === 'talking';
    const right = ({ state: shown, held, muted }: ShownCard) =>
      shown === state && (!talks || (held === this.#held && muted === this.#muted));
    const agreed = phases.some((phase) => phase === phone) && cards.length > 0 && cards.every(right);
    if (legs !== (talks ? 1 : 0)) return `${seen}, ${legs} legs`;
    return agreed ? null : `${seen}; hold ${this.#held}, mute ${this.#muted}`;
  }
}
