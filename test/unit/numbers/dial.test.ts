import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialled, stripped } from '../../../src/numbers/dial.ts';
import { DEFAULT_CALLING, type DiallingPlan } from '../../../src/protocol/frame.ts';

const base = DEFAULT_CALLING.dialling;
const germany: DiallingPlan = { ...base, countryCode: '49', nationalPrefix: '0', dialAs: 'e164' };
const america: DiallingPlan = {
  ...base,
  countryCode: '1',
  nationalPrefix: '1',
  internationalPrefix: '011',
  dialAs: 'e164',
};
const russia: DiallingPlan = {
  ...base,
  countryCode: '7',
  nationalPrefix: '8',
  internationalPrefix: '810',
  dialAs: 'e164',
};
const spain: DiallingPlan = { ...base, countryCode: '34', dialAs: 'e164' };

const number = (text: string, plan: DiallingPlan) => {
  const got = dialled(text, plan);
  return got.ok ? got.number : got.reason;
};

describe('a number is dialled in the form that the trunk wants', () => {
  it.each([
    ['030 123456', germany, '+4930123456'],
    ['+49 (0)30 / 123-456', germany, '+4930123456'],
    ['tel:+49-30-123456;ext=12', germany, '+4930123456'],
    ['0044 20 7946 0000', germany, '+442079460000'],
    ['493012345678', germany, '+493012345678'],
    ['(212) 555-0100', america, '+12125550100'],
    ['1-212-555-0100 x12', america, '+12125550100'],
    ['011 44 20 7946 0000', america, '+442079460000'],
    ['8 (495) 123-45-67', russia, '+74951234567'],
    ['7 495 123 45 67', russia, '+74951234567'],
    ['8 10 49 30 123456', russia, '+4930123456'],
    ['912 345 678', spain, '+34912345678'],
  ])('%s', (text, plan, e164) => {
    expect(number(text, plan)).toBe(e164);
  });

  it('nationally, and abroad with the international prefix', () => {
    const plan: DiallingPlan = { ...germany, dialAs: 'national' };
    expect(number('+49 30 123456', plan)).toBe('030123456');
    expect(number('+44 20 7946 0000', plan)).toBe('00442079460000');
    expect(number('+7 495 123-45-67', { ...russia, dialAs: 'national' })).toBe('84951234567');
  });

  it('as written, where nothing else is set', () => {
    expect(number('+44 20 7946-0000', base)).toBe('+442079460000');
    expect(number('030 123456', base)).toBe('030123456');
  });

  it('a local number and a short code have no other form', () => {
    expect(number('123 4567', germany)).toBe('1234567');
    expect(number('116117', spain)).toBe('116117');
  });

  it('behind the prefix for an outside line, but for extensions and codes of the PBX', () => {
    const plan: DiallingPlan = { ...germany, prefix: '9', extensionDigits: 3 };
    expect(number('030 123456', plan)).toBe('9+4930123456');
    expect(number('101', plan)).toBe('101');
    expect(number('1014', plan)).toBe('91014');
    expect(number('*97', plan)).toBe('*97');
  });
});

describe('what must not be dialled is not', () => {
  const plan: DiallingPlan = { ...germany, forbidden: ['0900*', '+1900*', '*31#'], emergency: ['112', '110'] };

  it.each(['0900 12345', '+49 900 12345', '0049 900 12345', '+1 900 555', '001900555'])('%s', (text) => {
    expect(dialled(text, plan)).toEqual({ ok: false, reason: 'forbidden' });
  });

  it('a pattern holds for the whole number only', () => {
    expect(number('030 0900', plan)).toBe('+49300900');
    expect(number('+49112', { ...plan, forbidden: ['112'] })).toBe('+49112');
  });

  it('nothing to dial is said', () => {
    for (const text of ['', '  ', 'anna', '+', '()'])
      expect(dialled(text, plan)).toEqual({ ok: false, reason: 'empty' });
  });

  it('an emergency number goes out as it is, whatever is set', () => {
    const strict: DiallingPlan = { ...plan, prefix: '9', extensionDigits: 2, forbidden: ['*', '112'] };
    expect(dialled('1 1 2', strict)).toEqual({ ok: true, number: '112' });
    expect(dialled('113', strict)).toEqual({ ok: false, reason: 'forbidden' });
  });
});

describe('for every number', () => {
  const digits = fc.stringMatching(/^[1-9]\d{7,10}$/);
  const plans = fc.constantFrom(germany, russia, spain, america);

  it('formatting changes nothing', () => {
    fc.assert(
      fc.property(
        plans,
        digits,
        fc.array(fc.constantFrom(' ', '-', '/', '.', '\u00a0'), { maxLength: 12 }),
        (plan, n, s) => {
          const written = `+${[...n].map((digit, i) => digit + (s[i] ?? '')).join('')}`;
          expect(number(written, plan)).toBe(`+${n}`);
        },
      ),
    );
  });

  it('the national and the international form are one number', () => {
    fc.assert(
      fc.property(plans, digits, (plan, n) => {
        const home = `+${plan.countryCode}${n}`;
        const written = number(home, { ...plan, dialAs: 'national' });
        fc.pre(!written.startsWith(plan.internationalPrefix) && written.length > 6);
        // Without a prefix for other towns, a number that begins like the country's code can be read both ways.
        fc.pre(plan.nationalPrefix !== '' || !n.startsWith(plan.countryCode));
        expect(number(written, plan)).toBe(home);
        expect(number(plan.internationalPrefix + home.slice(1), plan)).toBe(home);
      }),
    );
  });

  it('what is dialled is made of + at its front, digits, * and #, and dialling it again changes nothing', () => {
    fc.assert(
      fc.property(plans, fc.string({ unit: fc.constantFrom(...'00011234789+*#() -x;/\u0663e') }), (plan, text) => {
        const got = dialled(text, plan);
        if (!got.ok) return;
        expect(got.number).toMatch(/^\+?[\d*#]+$/);
        expect(stripped(got.number)).toBe(got.number);
        expect(number(got.number, plan)).toBe(got.number);
      }),
    );
  });

  it('a forbidden number is refused in each of its forms', () => {
    fc.assert(
      fc.property(plans, digits, (plan, n) => {
        const home = `+${plan.countryCode}${n}`;
        const strict = { ...plan, forbidden: [`${home.slice(0, 6)}*`] };
        for (const form of [home, plan.internationalPrefix + home.slice(1)])
          expect(dialled(form, strict)).toEqual({ ok: false, reason: 'forbidden' });
      }),
    );
  });
});
